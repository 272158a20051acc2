import { expect, it } from 'vitest';
import { partitionRanges } from './partitions.ts';

it.each([
  ['five-years', 'daily_bars_1990', 'daily_bars_2025', 8],
  ['month', 'daily_bars_1990_01', 'daily_bars_2029_12', 480],
] as const)(
  'covers by %s every day up to three years ahead, without gap or overlap',
  (width, first, last, count) => {
    const ranges = partitionRanges({ name: 'daily_bars', width, firstYear: 1990 }, 2026);
    expect(ranges).toHaveLength(count);
    expect([ranges[0]?.name, ranges.at(-1)?.name]).toEqual([first, last]);
    expect(ranges[0]?.from).toBe('1990-01-01');
    expect(ranges.at(-1)?.to).toBe('2030-01-01');
    for (const [index, { to }] of ranges.slice(0, -1).entries()) expect(ranges[index + 1]?.from).toBe(to);
  },
);
