import type {
  Bar,
  IndicatorColumn,
  IndicatorPage,
  IndicatorRow,
  Ingestion,
  MarketData,
  Page,
  Provenance,
  SymbolItem,
} from './api.ts';
import { monthsBefore } from './format.ts';

/** Everything the page shows of one symbol, from one moment. */
export interface View {
  readonly symbol: string;
  readonly info: SymbolItem | undefined;
  readonly bars: readonly Bar[];
  readonly indicators: readonly IndicatorRow[];
  readonly columns: readonly IndicatorColumn[];
  readonly provenance: Provenance;
}

export interface Loaded {
  /** undefined: the symbol may still come, the first load of the source has not got to it. */
  readonly view: View | undefined;
  /** The first load of the source has ended: what is not there does not exist. */
  readonly isComplete: boolean;
}

const NAMES = ['MA5', 'MA10', 'MA20', 'MA60', 'BOLL', 'MACD', 'KDJ', 'RSI6', 'RSI12', 'RSI24'];
/** History fetched at first; the rest comes when the reader asks for all of it. */
const FIRST_MONTHS = 30;
const POLL_MS = 2_000;

const infoOf = (found: Page<SymbolItem>, symbol: string): SymbolItem | undefined =>
  found.items.find((item) => item.symbol === symbol);

/**
 * A list of symbols is stale until the first load of the source has ended; a symbol has a last bar when all its bars
 * are stored. So the list alone tells "not yet" from "unknown", and nothing is asked for that would be refused.
 * @throws ProblemError as the API answers it, for example 404 for a symbol that does not exist
 */
export async function loadView(
  api: MarketData,
  symbol: string,
  wholeHistory: boolean,
  abort: AbortSignal,
): Promise<Loaded> {
  const found = await api.symbols(symbol, abort);
  const info = infoOf(found, symbol);
  if (found.stale && !info?.lastBar) return { view: undefined, isComplete: false };
  const from = wholeHistory || !info?.lastBar ? undefined : monthsBefore(info.lastBar, FIRST_MONTHS);
  // A symbol that nobody knows is answered by the bars: one request tells, and its problem says which parameter.
  const bars = await api.bars(symbol, from, abort);
  const none: Pick<IndicatorPage, 'items' | 'columns'> = { items: [], columns: [] };
  const { items: indicators, columns } =
    bars.items.length > 0 ? await api.indicators(symbol, NAMES, from, abort) : none;
  const view = { symbol, info, bars: bars.items, indicators, columns, provenance: bars };
  return { view, isComplete: !found.stale };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Follows the first load and resolves when looking again is worth it: the load has ended, or it has brought the symbol
 * that was waited for. Answers that fail are asked for again: the server may be starting too.
 */
export async function followFirstLoad(
  api: MarketData,
  symbol: string,
  isShown: boolean,
  abort: AbortSignal,
  report: (run: Ingestion | undefined) => void,
  wait: (ms: number) => Promise<void> = pause,
): Promise<void> {
  while (!abort.aborted) {
    const runs = await api.ingestions(abort).catch(() => undefined);
    if (runs && !abort.aborted) report(runs.items.find((run) => run.trigger === 'start') ?? runs.items[0]);
    await wait(POLL_MS);
    const found = await api.symbols(symbol, abort).catch(() => undefined);
    if (found && (!found.stale || (!isShown && infoOf(found, symbol)?.lastBar))) return;
  }
}
