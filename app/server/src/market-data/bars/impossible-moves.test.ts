import { expect, it } from 'vitest';
import { impossibleMoves } from './impossible-moves.ts';

const closes = [10, 10, 10, 10, 10, 10, 10, 10.9, 9.81, 7.84, 7.84];
const close = Float64Array.from(closes);
const bars = {
  dates: closes.map((_, day) => `2024-06-${String(day + 10)}`),
  open: close,
  high: close,
  low: close,
  close,
  volume: close,
  amount: close,
};

it('finds the day that no limit allows, and no day at the limit', () => {
  const main = { board: 'main', specialTreatment: false } as const;
  expect(impossibleMoves(bars, main)).toEqual(['2024-06-19']);
  expect(impossibleMoves(bars, { ...main, board: 'bse' })).toEqual([]);
  expect(impossibleMoves(bars, { ...main, board: 'unknown' })).toEqual([]);
});

it('takes a day that touched what is allowed for a possible one', () => {
  const high = Float64Array.from(bars.high);
  high[9] = 8.83;
  expect(impossibleMoves({ ...bars, high }, { board: 'main', specialTreatment: false })).toEqual([]);
});
