import { computed, effect, signal } from '@preact/signals';
import { api, ProblemError, type Adjust, type Ingestion, type Overview, type RuleAnalysis } from './api.ts';
import { followFirstLoad, loadView, type Loaded, type View } from './load.ts';

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

export const symbol = signal(symbolOfLocation());
export const range = signal<Range>('6m');
/** Grows with each press on a range, also on the one that is chosen: the reader wants to see it again. */
export const rangeAsked = signal(0);
/** Undefined: the reader has not chosen, see `adjustOf`. */
export const adjustWish = signal<Adjust | undefined>(undefined);
export const overlay = signal<Overlay>('MA');
export const panes = signal<readonly [Pane, Pane]>(['MACD', 'KDJ']);
export const view = signal<View | undefined>(undefined);
export const analysis = signal<RuleAnalysis | undefined>(undefined);
/** The rule analysis could not be fetched; the chart stands without it. */
export const analysisFailed = signal(false);
export const problem = signal<ProblemError | undefined>(undefined);
export const loading = signal(false);
/** The whole market; undefined until it has been asked for, and where that failed. */
export const overview = signal<Overview | undefined>(undefined);
/** The first load of the source has not got to this symbol yet; what is known of the load. */
export const awaited = signal(false);
export const ingestion = signal<Ingestion | undefined>(undefined);
/** Index of the bar under the cursor; undefined: the last one. */
export const cursor = signal<number | undefined>(undefined);
const attempt = signal(0);

const hasBars = (one: View | undefined): boolean => one !== undefined && one.bars.length > 0;
const wantsAll = computed(() => range.value === 'all');

function symbolOfLocation(): string {
  return new URLSearchParams(location.search).get('symbol') ?? DEFAULT_SYMBOL;
}

export function show(next: string): void {
  if (next === symbol.value) return;
  history.pushState(undefined, '', `?symbol=${encodeURIComponent(next)}`);
  symbol.value = next;
}

export function showRange(next: Range): void {
  range.value = next;
  rangeAsked.value += 1;
}

export function retry(): void {
  attempt.value += 1;
}

addEventListener('popstate', () => {
  symbol.value = symbolOfLocation();
});

async function loadAnalysis(wanted: string, abort: AbortSignal): Promise<void> {
  // The chart is worth showing without it; its panel says that it is missing.
  const result = await api.ruleAnalysis(wanted, abort).catch(() => undefined);
  if (abort.aborted) return;
  analysis.value = result;
  analysisFailed.value = result === undefined;
}

/** What is asked for; a new one begins when any of it changes. */
interface Wanted {
  readonly symbol: string;
  readonly wholeHistory: boolean;
  readonly wish: Adjust | undefined;
}

async function load(wanted: Wanted, abort: AbortSignal): Promise<Loaded> {
  loading.value = true;
  try {
    const loaded = await loadView(api, wanted.symbol, wanted, abort);
    abort.throwIfAborted();
    view.value = loaded.view;
    awaited.value = loaded.view === undefined;
    problem.value = undefined;
    if (hasBars(loaded.view)) await loadAnalysis(wanted.symbol, abort);
    return loaded;
  } finally {
    if (!abort.aborted) loading.value = false;
  }
}

/** The market is shown beside the symbol, and the page stands without it. */
async function loadOverview(abort: AbortSignal): Promise<void> {
  const result = await api.overview(abort).catch(() => undefined);
  if (!abort.aborted) overview.value = result;
}

async function refresh(wanted: Wanted, abort: AbortSignal): Promise<void> {
  try {
    const loaded = await load(wanted, abort);
    if (loaded.isComplete) return await loadOverview(abort);
    await followFirstLoad(api, wanted.symbol, hasBars(loaded.view), abort, (run) => (ingestion.value = run));
    if (!abort.aborted) retry();
  } catch (error) {
    if (abort.aborted) return;
    view.value = undefined;
    analysis.value = undefined;
    awaited.value = false;
    problem.value = error instanceof ProblemError ? error : new ProblemError(0, 'page', String(error));
  }
}

/** Loads again whenever symbol, depth of history, adjustment or attempt changes; what is under way for the old ones is given up. */
export function start(): void {
  effect(() => {
    const wanted = { symbol: symbol.value, wholeHistory: wantsAll.value, wish: adjustWish.value };
    void attempt.value;
    const controller = new AbortController();
    cursor.value = undefined;
    void refresh(wanted, controller.signal);
    return () => controller.abort();
  });
}
