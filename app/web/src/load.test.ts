import { describe, expect, it } from 'vitest';
import type { Adjust, Bar, BarPage, Ingestion, MarketData, Page, SymbolItem } from './api.ts';
import { adjustOf, canAdjust, followFirstLoad, loadView } from './load.ts';

const never = new AbortController().signal;

const item = (lastBar: string | null): SymbolItem => ({
  symbol: '000001.SZ',
  name: '平安银行',
  exchange: 'SZ',
  kind: 'stock',
  board: 'main',
  specialTreatment: false,
  listingStatus: 'listed',
  industry: null,
  factorsKnownFrom: null,
  factorsKnownUntil: null,
  bars: lastBar === null ? 0 : 1,
  firstBar: lastBar,
  lastBar,
});
const page = <T>(items: readonly T[], stale = false): Page<T> => ({
  asOf: null,
  source: 'sample',
  stale,
  items,
});
const bar: Bar = {
  date: '2024-09-19',
  open: '1',
  high: '1',
  low: '1',
  close: '1',
  volume: 1,
  amount: '1',
  partial: false,
};
const barPage = (adjust: Adjust): BarPage => ({
  ...page([bar]),
  adjust,
  factorsKnownFrom: null,
  omittedBars: 0,
  halts: [],
  exDates: [],
});
const SHOWN = { period: 'daily', wholeHistory: false, wish: undefined } as const;

/** Answers that follow each other; the last one is repeated. */
function market(symbols: readonly Page<SymbolItem>[], runs: readonly Ingestion[] = []) {
  const asked: string[] = [];
  const left = [...symbols];
  const answer = <T>(name: string, value: T): Promise<T> => {
    asked.push(name);
    return Promise.resolve(value);
  };
  const api: MarketData = {
    symbols: () => answer('symbols', (left.length > 1 ? left.shift() : left[0]) ?? page([])),
    bars: (_symbol, { adjust, period, limit }) =>
      answer(['bars', period, adjust, limit].filter(Boolean).join(' '), barPage(adjust)),
    indicators: (_symbol, _names, { adjust, period }) =>
      answer(`indicators ${period} ${adjust}`, { ...page([]), columns: [] }),
    overview: () => Promise.reject(new Error('not asked for here')),
    ruleAnalysis: () => Promise.reject(new Error('not asked for here')),
    ingestions: () => answer('ingestions', { items: runs }),
  };
  return { api, asked };
}

const LOADING = page<SymbolItem>([], true);

describe('loadView', () => {
  it.each([
    ['is not listed yet', LOADING],
    ['is listed without its bars', page([item(null)], true)],
  ])('asks for no bars while the first load runs and the symbol %s', async (_what, symbols) => {
    const { api, asked } = market([symbols]);
    expect(await loadView(api, '000001.SZ', SHOWN, never)).toEqual({ view: undefined, isComplete: false });
    expect(asked).toEqual(['symbols']);
  });

  it('shows a symbol whose bars are there before the first load has ended', async () => {
    const { api } = market([page([item('2024-09-19')], true)]);
    const { view, isComplete } = await loadView(api, '000001.SZ', SHOWN, never);
    expect([view?.bars, isComplete]).toEqual([[bar], false]);
  });

  it('asks for the bars of a symbol that is not listed once the load has ended: the answer says what is wrong', async () => {
    const { api, asked } = market([page([])]);
    await loadView(api, '999999.SZ', SHOWN, never);
    expect(asked).toContain('bars daily none');
  });

  it('asks for nothing of a symbol of which nothing is stored, and has nothing to show', async () => {
    const { api, asked } = market([page([item(null)])]);
    const { view, isComplete } = await loadView(api, '000001.SZ', SHOWN, never);
    expect([view?.bars, view?.provenance.asOf, isComplete, asked]).toEqual([[], null, true, ['symbols']]);
  });

  it('asks for bars and indicators in one scale of prices', async () => {
    const known = { ...item('2024-09-19'), factorsKnownFrom: '2012-01-01', factorsKnownUntil: '2024-09-19' };
    const { api, asked } = market([page([known])]);
    expect((await loadView(api, '000001.SZ', SHOWN, never)).view?.adjust).toBe('qfq');
    await loadView(api, '000001.SZ', { ...SHOWN, wish: 'hfq' }, never);
    expect(asked.filter((name) => name !== 'symbols')).toEqual([
      'bars daily qfq',
      'indicators daily qfq',
      'bars daily hfq',
      'indicators daily hfq',
    ]);
  });

  it.each(['weekly', 'monthly'] as const)(
    'tells the change of the last day beside %s bars',
    async (period) => {
      const { api, asked } = market([page([item('2024-09-19')])]);
      const { view } = await loadView(api, '000001.SZ', { ...SHOWN, period }, never);
      expect(asked).toEqual([
        'symbols',
        `bars ${period} none`,
        `indicators ${period} none`,
        'bars daily none 2',
      ]);
      expect([view?.period, view?.days]).toEqual([period, [bar]]);
    },
  );
});

describe('adjustOf', () => {
  const known = { ...item('2024-09-19'), factorsKnownFrom: '2012-01-01', factorsKnownUntil: '2024-09-19' };
  const index = { ...item('2024-09-19'), kind: 'index' };

  it.each([
    ['without a wish, where the ex-dates are known', known, undefined, 'qfq'],
    ['without a wish, where they are not', item('2024-09-19'), undefined, 'none'],
    ['as it is wished', known, 'hfq', 'hfq'],
    ['never where they are not known', item('2024-09-19'), 'qfq', 'none'],
    ['never where the last day may be one', { ...known, factorsKnownUntil: '2024-09-18' }, undefined, 'none'],
    [
      'never where they are known after the last bar only',
      { ...known, factorsKnownFrom: '2024-09-20' },
      'hfq',
      'none',
    ],
    ['never for an index, which has none', index, 'qfq', 'none'],
    ['never for a symbol that nobody knows', undefined, 'qfq', 'none'],
  ] as const)('adjusts %s', (_what, info, wish, expected) => {
    expect(adjustOf(info, wish)).toBe(expected);
    expect(canAdjust(info)).toBe(expected !== 'none');
  });
});

describe('followFirstLoad', () => {
  const running: Ingestion = {
    kind: 'history',
    status: 'running',
    attempts: 1,
    rowsDone: 5,
    error: null,
    resumesAt: null,
  };
  const wait = (): Promise<void> => Promise.resolve();

  it.each([
    ['the symbol is there', false, page([item('2024-09-19')], true), 2],
    ['the load has ended, where the symbol is shown already', true, page([item('2024-09-19')]), 3],
    ['the load has ended, where the symbol never came', false, page<SymbolItem>([]), 2],
  ])('reports the progress until %s', async (_what, isShown, last, polls) => {
    const between = isShown
      ? [page([item('2024-09-19')], true), page([item('2024-09-19')], true)]
      : [LOADING];
    const { api, asked } = market([...between, last], [running]);
    const reports: unknown[] = [];
    await followFirstLoad(api, '000001.SZ', isShown, never, (run) => reports.push(run), wait);
    expect(asked.filter((name) => name === 'symbols')).toHaveLength(polls);
    expect(new Set(reports)).toEqual(new Set([running]));
  });

  it.each([
    ['a load of something else', [{ ...running, kind: 'snapshot' }], undefined],
    ['a history that was loaded before', [{ ...running, status: 'completed' }], undefined],
    [
      'the newest of all that waits',
      [
        { ...running, kind: 'details' },
        { ...running, status: 'queued' },
      ],
      'queued',
    ],
  ])('takes for the first load no other: %s', async (_what, runs, status) => {
    const { api } = market([LOADING, page([])], runs);
    const reports: (Ingestion | undefined)[] = [];
    await followFirstLoad(api, '000001.SZ', false, never, (run) => reports.push(run), wait);
    expect(reports.at(-1)?.status).toBe(status);
  });

  it('goes on when an answer fails and stops when the reader has gone elsewhere', async () => {
    const stop = new AbortController();
    const { api } = market([LOADING]);
    let polls = 0;
    const failing: MarketData = {
      ...api,
      ingestions: () => Promise.reject(new Error('503')),
      symbols: () => {
        polls += 1;
        if (polls === 3) stop.abort();
        return Promise.reject(new Error('503'));
      },
    };
    await followFirstLoad(failing, '000001.SZ', false, stop.signal, () => undefined, wait);
    expect(polls).toBe(3);
  });
});
