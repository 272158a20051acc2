import { computed, effect, signal } from '@preact/signals';
import { api, ProblemError, type Ingestion, type RuleAnalysis } from './api.ts';
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
export const overlay = signal<Overlay>('MA');
export const panes = signal<readonly [Pane, Pane]>(['MACD', 'KDJ']);
export const view = signal<View | undefined>(undefined);
export const analysis = signal<RuleAnalysis | undefined>(undefined);
/** The rule analysis could not be fetched; the chart stands without it. */
export const analysisFailed = signal(false);
export const problem = signal<ProblemError | undefined>(undefined);
export const loading = signal(false);
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

async function load(wanted: string, all: boolean, abort: AbortSignal): Promise<Loaded> {
  loading.value = true;
  try {
    const loaded = await loadView(api, wanted, all, abort);
    abort.throwIfAborted();
    view.value = loaded.view;
    awaited.value = loaded.view === undefined;
    problem.value = undefined;
    if (hasBars(loaded.view)) await loadAnalysis(wanted, abort);
    return loaded;
  } finally {
    if (!abort.aborted) loading.value = false;
  }
}

async function refresh(wanted: string, all: boolean, abort: AbortSignal): Promise<void> {
  try {
    const loaded = await load(wanted, all, abort);
    if (loaded.isComplete) return;
    await followFirstLoad(api, wanted, hasBars(loaded.view), abort, (run) => (ingestion.value = run));
    if (!abort.aborted) retry();
  } catch (error) {
    if (abort.aborted) return;
    view.value = undefined;
    analysis.value = undefined;
    awaited.value = false;
    problem.value = error instanceof ProblemError ? error : new ProblemError(0, '页面出错', String(error));
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
