import { computed, effect, signal, untracked } from '@preact/signals';
import { DEFAULT_RANGE, readAddress, writeAddress, type Address, type Range } from './address.ts';
import { api, type Adjust, type Ingestion, type Overview, type Period, type RuleAnalysis } from './api.ts';
import { asProblem, type ProblemError } from './http.ts';
import { followFirstLoad, loadView, type Loaded, type View, type Wanted } from './load.ts';
import { followPlace, toChart } from './place.ts';

export type Pane = 'MACD' | 'KDJ' | 'RSI';
export type Overlay = 'MA' | 'BOLL';

/** What is asked for, and what stands in the address; see `view` for what is shown. */
const address = signal<Address>(readAddress(location.search));
export const symbol = computed(() => address.value.symbol);
const period = computed(() => address.value.period);
const adjustWish = computed(() => address.value.adjust);
export const range = computed(() => address.value.range ?? DEFAULT_RANGE[period.value]);
/** Grows with each press on a range, also on the one that is chosen: the reader wants to see it again. */
export const rangeAsked = signal(0);
export const overlay = signal<Overlay>('MA');
export const panes = signal<readonly [Pane, Pane]>(['MACD', 'KDJ']);
export const view = signal<View | undefined>(undefined);
export const analysis = signal<RuleAnalysis | undefined>(undefined);
/** The rule analysis could not be fetched; the chart stands without it. */
export const analysisFailed = signal(false);
export const problem = signal<ProblemError | undefined>(undefined);
export const loading = signal(false);
/** The whole market; undefined until it has been fetched. */
export const overview = signal<Overview | undefined>(undefined);
/** The newest request for it failed; an older one is still shown. */
export const overviewFailed = signal(false);
/** The first load of the source has not got to this symbol yet; what is known of the load. */
export const awaited = signal(false);
export const ingestion = signal<Ingestion | undefined>(undefined);
/** Index of the bar under the cursor; undefined: the last one. */
export const cursor = signal<number | undefined>(undefined);
const attempt = signal(0);

const hasBars = (one: View | undefined): boolean => one !== undefined && one.bars.length > 0;
/** Weeks and months are few: all of them come at once. */
const wantsAll = computed(() => period.value !== 'daily' || range.value === '3y' || range.value === 'all');

/** Another symbol is another page to go back from; how it is shown is the same page. */
export function show(next: string): void {
  if (next === symbol.value) return toChart();
  address.value = { ...address.value, symbol: next };
  history.pushState(undefined, '', writeAddress(address.value));
  followPlace();
}

function showOtherwise(change: Partial<Address>): void {
  address.value = { ...address.value, ...change };
  history.replaceState(undefined, '', writeAddress(address.value));
}

export function showRange(next: Range): void {
  showOtherwise({ range: next });
  rangeAsked.value += 1;
}

export const showAdjusted = (next: Adjust): void => showOtherwise({ adjust: next });

/** A range that fits days shows one candle of a month: each period begins with its own. */
export const showPeriod = (next: Period): void => showOtherwise({ period: next, range: undefined });

/** Two panes of the same would show less: what the other one shows changes places with it. */
export function showPane(at: 0 | 1, pane: Pane): void {
  const [upper, lower] = panes.value;
  const other = at === 0 ? lower : upper;
  const left = pane === other ? panes.value[at] : other;
  panes.value = at === 0 ? [pane, left] : [left, pane];
}

export function retry(): void {
  attempt.value += 1;
}

addEventListener('popstate', () => {
  address.value = readAddress(location.search);
});

async function loadAnalysis(wanted: string, abort: AbortSignal): Promise<void> {
  // The chart is worth showing without it; its panel says that it is missing.
  const result = await api.ruleAnalysis(wanted, abort).catch(() => undefined);
  if (abort.aborted) return;
  analysis.value = result;
  analysisFailed.value = result === undefined;
}

async function load(wanted: Wanted & { readonly symbol: string }, abort: AbortSignal): Promise<Loaded> {
  loading.value = true;
  problem.value = undefined;
  try {
    const loaded = await loadView(api, wanted.symbol, wanted, abort);
    abort.throwIfAborted();
    view.value = loaded.view;
    awaited.value = loaded.view === undefined;
    if (hasBars(loaded.view)) await loadAnalysis(wanted.symbol, abort);
    return loaded;
  } finally {
    if (!abort.aborted) loading.value = false;
  }
}

/** The market is shown beside the symbol, and the page stands without it. */
async function loadOverview(abort: AbortSignal): Promise<void> {
  const result = await api.overview(abort).catch(() => undefined);
  if (abort.aborted) return;
  overview.value = result ?? overview.value;
  overviewFailed.value = result === undefined;
}

async function refresh(wanted: Wanted & { readonly symbol: string }, abort: AbortSignal): Promise<void> {
  try {
    const loaded = await load(wanted, abort);
    if (loaded.isComplete) return;
    await followFirstLoad(api, wanted.symbol, hasBars(loaded.view), abort, (run) => (ingestion.value = run));
    if (!abort.aborted) retry();
  } catch (error) {
    if (abort.aborted) return;
    problem.value = asProblem(error);
    awaited.value = false;
    // What is shown of the same symbol is still true; the notices say what could not be had.
    if (view.value?.symbol === wanted.symbol) return;
    view.value = undefined;
    analysis.value = undefined;
  }
}

/** Runs `work` again whenever a signal that `read` reads changes; what is under way for the old ones is given up. */
function follow<T>(read: () => T, work: (wanted: T, abort: AbortSignal) => Promise<void>): void {
  effect(() => {
    void attempt.value;
    const wanted = read();
    const controller = new AbortController();
    untracked(() => void work(wanted, controller.signal));
    return () => controller.abort();
  });
}

/** Loads again whenever symbol, period, depth of history, adjustment or attempt changes. */
export function start(): void {
  follow(
    () => ({
      symbol: symbol.value,
      period: period.value,
      wholeHistory: wantsAll.value,
      wish: adjustWish.value,
    }),
    (wanted, abort) => {
      cursor.value = undefined;
      return refresh(wanted, abort);
    },
  );
  follow(
    () => symbol.value,
    (_symbol, abort) => loadOverview(abort),
  );
}
