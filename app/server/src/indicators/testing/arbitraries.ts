import fc from 'fast-check';
import type { BarSeries } from '../series.ts';
import { seriesOf } from './series.ts';

interface Day {
  readonly gap: number;
  readonly body: number;
  readonly upper: number;
  readonly lower: number;
  readonly lots: number;
}

function barsFrom(first: number, days: readonly Day[]): BarSeries {
  const columns: Record<'open' | 'high' | 'low' | 'close', number[]> = {
    open: [],
    high: [],
    low: [],
    close: [],
  };
  let before = first;
  for (const { gap, body, upper, lower } of days) {
    const open = Math.max(50, before + gap);
    before = Math.max(50, open + body);
    columns.open.push(open);
    columns.close.push(before);
    columns.high.push(Math.max(open, before) + upper);
    columns.low.push(Math.min(open, before) - lower);
  }
  const volume = days.map(({ lots }) => lots * 100);
  const amount = volume.map((shares, index) => (shares * (columns.close[index] ?? 0)) / 100);
  return seriesOf(columns, volume, amount);
}

const day = fc.record({
  gap: fc.integer({ min: -20, max: 20 }),
  body: fc.integer({ min: -40, max: 40 }),
  upper: fc.nat({ max: 20 }),
  lower: fc.nat({ max: 20 }),
  lots: fc.nat({ max: 10_000 }),
});
const calm = fc.constant<Day>({ gap: 0, body: 0, upper: 0, lower: 0, lots: 0 });

/** Bars with whole cents, halts, gaps and equal prices; with 0 to `most` of them. */
export const barSeries = (most = 90): fc.Arbitrary<BarSeries> =>
  fc
    .tuple(
      fc.integer({ min: 100, max: 100_000 }),
      fc.array(fc.oneof({ weight: 4, arbitrary: day }, { weight: 1, arbitrary: calm }), { maxLength: most }),
    )
    .map(([first, days]) => barsFrom(first, days));
