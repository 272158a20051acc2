import { computed, effect, signal } from '@preact/signals';
import {
  api,
  ProblemError,
  type Bar,
  type IndicatorRow,
  type Ingestion,
  type Provenance,
  type RuleAnalysis,
  type SymbolItem,
} from './api.ts';
import { monthsBefore } from './format.ts';

export type Range = '1m' | '3m' | '6m' | '1y' | 'all';
export type Pane = 'MACD' | 'KDJ' | 'RSI';
export type Overlay = 'MA' | 'BOLL';

export const RANGE_MONTHS: Readonly<Record<Range, number | undefined>> = {
  '1m': 1,
  '3m': 3,
  '6m': 6,
  '1y': 12,
  all: undefined,
};
const DEFAULT_SYMBOL = '000001.SZ';
const NAMES = ['MA5', 'MA10', 'MA20', 'MA60', 'BOLL', 'MACD', 'KDJ', 'RSI6', 'RSI12', 'RSI24'];
/** History fetched at first; the rest comes when the reader asks for all of it. */
const FIRST_MONTHS = 30;

/** Everything the page shows of one symbol, from one moment. */
export interface View {
  readonly symbol: string;
  readonly info: SymbolItem | undefined;
  readonly bars: readonly Bar[];
  readonly indicators: readonly IndicatorRow[];
  readonly provenance: Provenance;
}

export const symbol = signal(symbolOfLocation());
export const range = signal<Range>('6m');
export const overlay = signal<Overlay>('MA');
export const panes = signal<readonly [Pane, Pane]>(['MACD', 'KDJ']);
export const view = signal<View | undefined>(undefined);
export const analysis = signal<RuleAnalysis | undefined>(undefined);
/** The rule analysis could not be fetched; the chart stands without it. */
export const analysisFailed = signal(false);
export const problem = signal<ProblemError | undefined>(undefined);
export const loading = signal(false);
export const ingestion = signal<Ingestion | undefined>(undefined);
/** Index of the bar under the cursor; undefined: the last one. */
export const cursor = signal<number | undefined>(undefined);
const attempt = signal(0);

const wantsAll = computed(() => range.value === 'all');

function symbolOfLocation(): string {
  return new URLSearchParams(location.search).get('symbol') ?? DEFAULT_SYMBOL;
}

export function show(next: string): void {
  if (next === symbol.value) return;
  history.pushState(undefined, '', `?symbol=${encodeURIComponent(next)}`);
  symbol.value = next;
}

export function retry(): void {
  attempt.value += 1;
}

addEventListener('popstate', () => {
  symbol.value = symbolOfLocation();
});

async function load(wanted: string, all: boolean, abort: AbortSignal): Promise<void> {
  const found = await api.symbols(wanted, abort);
  const info = found.items.find((item) => item.symbol === wanted);
  const from = all || !info?.lastBar ? undefined : monthsBefore(info.lastBar, FIRST_MONTHS);
  // A symbol that nobody knows is answered by the bars: one request tells, and its problem says which parameter.
  const bars = await api.bars(wanted, from, abort);
  const indicators = bars.items.length > 0 ? await api.indicators(wanted, NAMES, from, abort) : undefined;
  view.value = {
    symbol: wanted,
    info,
    bars: bars.items,
    indicators: indicators?.items ?? [],
    provenance: bars,
  };
}

async function loadAnalysis(wanted: string, abort: AbortSignal): Promise<void> {
  // The chart is worth showing without it; its panel says that it is missing.
  const result = await api.ruleAnalysis(wanted, abort).catch(() => undefined);
  if (abort.aborted) return;
  analysis.value = result;
  analysisFailed.value = result === undefined;
}

async function followIngestion(abort: AbortSignal): Promise<void> {
  const newest = (await api.ingestions(abort).catch(() => undefined))?.items[0];
  ingestion.value = newest;
  setTimeout(() => {
    if (!abort.aborted) retry();
  }, 2000);
}

async function refresh(wanted: string, all: boolean, abort: AbortSignal): Promise<void> {
  loading.value = true;
  try {
    await load(wanted, all, abort);
    problem.value = undefined;
    if ((view.value?.bars.length ?? 0) > 0) await loadAnalysis(wanted, abort);
    else await followIngestion(abort);
  } catch (error) {
    if (abort.aborted) return;
    view.value = undefined;
    analysis.value = undefined;
    problem.value = error instanceof ProblemError ? error : new ProblemError(0, '页面出错', String(error));
  } finally {
    if (!abort.aborted) loading.value = false;
  }
}

/** Loads again whenever symbol, depth of history or attempt changes; what is under way for the old ones is given up. */
export function start(): void {
  effect(() => {
    const wanted = symbol.value;
    const all = wantsAll.value;
    void attempt.value;
    const controller = new AbortController();
    cursor.value = undefined;
    void refresh(wanted, all, controller.signal);
    return () => controller.abort();
  });
}
