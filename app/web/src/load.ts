import type {
  Adjust,
  Bar,
  ExDate,
  Halt,
  IndicatorColumn,
  IndicatorRow,
  Ingestion,
  MarketData,
  Page,
  Period,
  Provenance,
  SymbolItem,
} from './api.ts';
import { monthsBefore } from './format.ts';

/** Everything the page shows of one symbol, from one moment. */
export interface View {
  readonly symbol: string;
  readonly info: SymbolItem | undefined;
  readonly period: Period;
  readonly bars: readonly Bar[];
  /** The last day and the one before it: what the change of a price is told by, whatever the period of the bars. */
  readonly days: readonly Bar[];
  readonly indicators: readonly IndicatorRow[];
  readonly columns: readonly IndicatorColumn[];
  readonly provenance: Provenance;
  readonly adjust: Adjust;
  /** Bars before the ex-dates are known, which cannot be adjusted and are not shown. */
  readonly omittedBars: number;
  readonly halts: readonly Halt[];
  readonly exDates: readonly ExDate[];
}

/** What the reader asks to see of a symbol. */
export interface Wanted {
  readonly period: Period;
  readonly wholeHistory: boolean;
  readonly wish: Adjust | undefined;
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

export const isIndex = (info: SymbolItem | undefined): boolean => info?.kind === 'index';

/** Prices can be adjusted where the ex-dates up to the last bar are known, as the API has it; an index has none. */
export function canAdjust(info: SymbolItem | undefined): boolean {
  if (info === undefined || isIndex(info)) return false;
  const { factorsKnownFrom: from, factorsKnownUntil: until, lastBar } = info;
  return from !== null && until !== null && lastBar !== null && from <= lastBar && lastBar <= until;
}

/** What the reader asked for; without a wish what investors look at: forward-adjusted prices, if they are known. */
export const adjustOf = (info: SymbolItem | undefined, wish: Adjust | undefined): Adjust =>
  canAdjust(info) ? (wish ?? 'qfq') : 'none';

const NOTHING_STORED = {
  bars: [],
  days: [],
  indicators: [],
  columns: [],
  omittedBars: 0,
  halts: [],
  exDates: [],
};

/**
 * A list of symbols is stale until the first load of the source has ended; a symbol has a last bar when all its bars
 * are stored. So the list alone tells "not yet" from "unknown", and nothing is asked for that would be refused.
 * @throws ProblemError as the API answers it, for example 404 for a symbol that does not exist
 */
export async function loadView(
  api: MarketData,
  symbol: string,
  { period, wholeHistory, wish }: Wanted,
  abort: AbortSignal,
): Promise<Loaded> {
  const found = await api.symbols(symbol, abort);
  const info = infoOf(found, symbol);
  const isComplete = !found.stale;
  if (!isComplete && !info?.lastBar) return { view: undefined, isComplete };
  const adjust = adjustOf(info, wish);
  if (info && !info.lastBar)
    return {
      view: { symbol, info, period, adjust, provenance: { ...found, asOf: null }, ...NOTHING_STORED },
      isComplete,
    };
  const from = wholeHistory || !info?.lastBar ? undefined : monthsBefore(info.lastBar, FIRST_MONTHS);
  // A symbol that nobody knows is answered by the bars: one request tells, and its problem says which parameter.
  const series = { period, adjust, from };
  const bars = await api.bars(symbol, series, abort);
  const indicators = await api.indicators(symbol, NAMES, series, abort);
  const { omittedBars, halts, exDates, items } = bars;
  const newest = { period: 'daily', adjust, limit: 2 } as const;
  const days = period === 'daily' ? items.slice(-2) : (await api.bars(symbol, newest, abort)).items;
  const rows = { indicators: indicators.items, columns: indicators.columns };
  const history = { bars: items, days, ...rows, omittedBars, halts, exDates };
  return { view: { symbol, info, period, adjust, provenance: bars, ...history }, isComplete };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The load that brings the bars: others, as of quotes, are told of in the same list. */
const runThatLoads = (runs: readonly Ingestion[]): Ingestion | undefined =>
  runs.find(({ kind, status }) => kind === 'history' && status !== 'completed');

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
    if (runs && !abort.aborted) report(runThatLoads(runs.items));
    await wait(POLL_MS);
    const found = await api.symbols(symbol, abort).catch(() => undefined);
    if (found && (!found.stale || (!isShown && infoOf(found, symbol)?.lastBar))) return;
  }
}
