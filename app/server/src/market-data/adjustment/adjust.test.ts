import { describe, expect, it } from 'vitest';
import type { Bar } from '../provider.ts';
import { adjust, type AdjustmentMode } from './adjust.ts';
import type { FactorStep, KnownFactors } from './factors.ts';
import { NO_FACTORS } from './factors.ts';

const bar = (date: string, close: number): Bar => ({
  date,
  open: close - 0.1,
  high: close + 0.2,
  low: close - 0.2,
  close,
  volume: 1_000,
  amount: 10_000,
});
const step = (exDate: string, factor: number, shareRatio: number): FactorStep => ({
  exDate,
  factor,
  shareRatio,
  previousClose: 10,
  reference: 10 * factor,
});

// A halving by 10 for 10 on the 3rd, and a dividend of a tenth of the price on the 5th.
const bars = [bar('2024-01-02', 10), bar('2024-01-03', 5.1), bar('2024-01-04', 5), bar('2024-01-05', 4.6)];
const factors: KnownFactors = {
  kind: 'known',
  knownFrom: '2024-01-01',
  knownUntil: '2024-12-31',
  steps: [step('2024-01-03', 0.5, 2), step('2024-01-05', 0.9, 1)],
};

function adjusted(mode: AdjustmentMode, options = {}, series = bars) {
  const result = adjust(series, factors, mode, options);
  if (result.kind === 'unknown') throw new Error('factors should be known');
  return result;
}
const closes = (mode: AdjustmentMode, options = {}, series = bars): number[] =>
  adjusted(mode, options, series).bars.map((each) => each.close);

describe('adjust', () => {
  it('gives raw bars back as they are', () => {
    expect(adjusted('none')).toEqual({ kind: 'adjusted', mode: 'none', anchor: undefined, bars });
  });

  it('qfq keeps the prices of the last bar and scales what is older', () => {
    expect(adjusted('qfq').anchor).toBe('2024-01-05');
    expect(closes('qfq').map((close) => Number(close.toFixed(10)))).toEqual([4.5, 4.59, 4.5, 4.6]);
  });

  it('hfq keeps the prices before the first ex-date and scales what is newer', () => {
    expect(adjusted('hfq').anchor).toBe('2024-01-01');
    const expected = [10, 10.2, 10, 4.6 / 0.45];
    closes('hfq').forEach((close, index) => expect(close).toBeCloseTo(expected[index] ?? 0, 10));
  });

  it('hfq leaves out what went before its anchor, so that the prices there are as they were paid', () => {
    const later = {
      ...factors,
      knownFrom: '2024-01-03',
      steps: [step('2003-07-01', 0.8, 1), ...factors.steps],
    };
    const result = adjust(bars.slice(1), later, 'hfq', { volumes: 'split-adjusted' });
    if (result.kind === 'unknown') throw new Error('factors should be known');
    expect(result.anchor).toBe('2024-01-03');
    expect(result.bars[0]).toEqual(bars[1]);
    expect(result.bars[2]?.close).toBeCloseTo(4.6 / 0.9, 12);
  });

  it('gives all modes the same returns, which are those of a holder', () => {
    const returns = (series: number[]): number[] =>
      series.slice(1).map((close, i) => close / (series[i] ?? 1));
    const [qfq, hfq] = [returns(closes('qfq')), returns(closes('hfq'))];
    qfq.forEach((value, index) => expect(value).toBeCloseTo(hfq[index] ?? 0, 12));
    expect(qfq[0]).toBeCloseTo(5.1 / 5, 12);
    expect(qfq[2]).toBeCloseTo(4.6 / 4.5, 12);
  });

  it('scales all four prices by one number and leaves the amount as it was paid', () => {
    const [first] = adjusted('qfq').bars;
    expect(first?.open).toBeCloseTo(9.9 * 0.45, 12);
    expect(first?.high).toBeCloseTo(10.2 * 0.45, 12);
    expect(first?.low).toBeCloseTo(9.8 * 0.45, 12);
    expect(first?.amount).toBe(10_000);
  });

  it('leaves volumes as traded unless asked, and then splits them by shares and never by cash', () => {
    const volumes = (mode: AdjustmentMode): number[] =>
      adjusted(mode, { volumes: 'split-adjusted' }).bars.map((each) => each.volume);
    expect(adjusted('qfq').bars.map((each) => each.volume)).toEqual([1_000, 1_000, 1_000, 1_000]);
    expect(volumes('qfq')).toEqual([2_000, 1_000, 1_000, 1_000]);
    expect(volumes('hfq')).toEqual([1_000, 500, 500, 500]);
  });

  it.each(['qfq', 'hfq'] as const)(
    '%s has a mean price on the scale of its bars, or the amount as paid',
    (mode) => {
      const means = adjusted(mode, { volumes: 'split-adjusted' }).bars.map(
        (each) => each.amount / each.volume,
      );
      const raw = bars.map((each) => each.amount / each.volume);
      const scales = closes(mode).map((close, index) => close / (bars[index]?.close ?? 1));
      means.forEach((mean, index) => expect(mean).toBeCloseTo((raw[index] ?? 0) * (scales[index] ?? 0), 10));
      expect(adjusted(mode).bars.map((each) => each.amount)).toEqual(bars.map((each) => each.amount));
    },
  );

  it('changes the whole qfq series with a new ex-date, and no hfq bar before it', () => {
    const later = { ...factors, steps: [...factors.steps, step('2024-01-08', 0.8, 1)] };
    const longer = [...bars, bar('2024-01-08', 4)];
    const [qfq, hfq] = [adjust(longer, later, 'qfq'), adjust(longer, later, 'hfq')];
    if (qfq.kind === 'unknown' || hfq.kind === 'unknown') throw new Error('factors should be known');
    closes('qfq').forEach((close, index) => expect(qfq.bars[index]?.close).toBeCloseTo(close * 0.8, 12));
    closes('hfq').forEach((close, index) => expect(hfq.bars[index]?.close).toBe(close));
  });

  it('gives a window of a series the values of the whole one', () => {
    const window = bars.slice(1, 3);
    expect(closes('hfq', {}, window)).toEqual(closes('hfq').slice(1, 3));
    expect(closes('qfq', { asOf: '2024-01-05' }, window)).toEqual(closes('qfq').slice(1, 3));
    // Without a date the window is a series of its own, anchored at its own last bar.
    expect(closes('qfq', {}, window)).toEqual([5.1, 5]);
  });

  it('refuses an anchor inside of the series, which would adjust half of it', () => {
    expect(() => adjust(bars, factors, 'qfq', { asOf: '2024-01-04' })).toThrow(RangeError);
  });

  it.each<[string, Partial<KnownFactors>]>([
    ['begins before its factors are known', { knownFrom: '2024-01-03' }],
    ['goes on after they are', { knownUntil: '2024-01-04' }],
  ])('says so of a series that %s, and adjusts nothing of it', (_what, span) => {
    const partly = { ...factors, ...span };
    const unknown = { kind: 'unknown', knownFrom: partly.knownFrom, knownUntil: partly.knownUntil };
    expect(adjust(bars, partly, 'qfq')).toEqual(unknown);
    expect(adjust(bars, partly, 'hfq')).toEqual(unknown);
    expect(adjust(bars, partly, 'none')).toMatchObject({ kind: 'adjusted' });
  });

  it('does not anchor at a date for which factors are not known', () => {
    expect(adjust(bars, factors, 'qfq', { asOf: '2025-01-02' }).kind).toBe('unknown');
    expect(adjust(bars, factors, 'hfq', { asOf: '2025-01-02' }).kind).toBe('adjusted');
  });

  it('says so of a share without factors', () => {
    expect(adjust(bars, NO_FACTORS, 'qfq')).toEqual(NO_FACTORS);
    expect(adjust(bars, NO_FACTORS, 'none')).toMatchObject({ bars });
  });

  it('takes no bars as none', () => {
    expect(adjust([], factors, 'qfq')).toMatchObject({ kind: 'adjusted', bars: [] });
  });
});
