import { describe, expect, it } from 'vitest';
import type { Bar } from '../provider.ts';
import { toPeriod } from './periods.ts';

const bar = (date: string, [open, high, low, close]: readonly [number, number, number, number]): Bar => ({
  date,
  open,
  high,
  low,
  close,
  volume: 100,
  amount: 1_000,
});
const daily = [
  bar('2023-12-28', [10, 11, 9, 10.5]),
  bar('2023-12-29', [10.5, 12, 10, 11]),
  // Monday 1 January was a holiday: the week begins on Tuesday.
  bar('2024-01-02', [11, 11.5, 8, 9]),
  bar('2024-01-05', [9, 9.5, 8.5, 9.2]),
  bar('2024-01-08', [9.2, 9.3, 9.1, 9.25]),
];

describe('toPeriod', () => {
  it('joins the days of a week, dated by the last that traded', () => {
    expect(toPeriod(daily, 'weekly')).toEqual([
      { ...bar('2023-12-29', [10, 12, 9, 11]), volume: 200, amount: 2_000 },
      { ...bar('2024-01-05', [11, 11.5, 8, 9.2]), volume: 200, amount: 2_000 },
      daily[4],
    ]);
  });

  it('joins the days of a month', () => {
    expect(toPeriod(daily, 'monthly')).toEqual([
      { ...bar('2023-12-29', [10, 12, 9, 11]), volume: 200, amount: 2_000 },
      { ...bar('2024-01-08', [11, 11.5, 8, 9.25]), volume: 300, amount: 3_000 },
    ]);
  });

  it('keeps the same month of two years apart, and a week over the turn of the year together', () => {
    const days = [bar('2024-12-31', [1, 1, 1, 1]), bar('2025-01-02', [2, 2, 2, 2])];
    expect(toPeriod(days, 'weekly')).toHaveLength(1);
    expect(toPeriod(days, 'monthly')).toHaveLength(2);
    const januaries = [bar('2024-01-31', [1, 1, 1, 1]), bar('2025-01-02', [2, 2, 2, 2])];
    expect(toPeriod(januaries, 'monthly')).toHaveLength(2);
  });

  it('leaves daily bars alone', () => {
    expect(toPeriod(daily, 'daily')).toEqual(daily);
    expect(toPeriod([], 'weekly')).toEqual([]);
  });
});
