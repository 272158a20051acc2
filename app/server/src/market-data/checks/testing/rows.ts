import type { Bar, SourceRow } from '../../provider.ts';

export const STOCK = { symbol: '600519.SH' };
export const INDEX = { symbol: '000300.SH' };

/** A day on which nothing is wrong. */
export const GOOD_BAR: Bar = {
  date: '2024-01-02',
  open: 9.3,
  high: 9.5,
  low: 9.2,
  close: 9.4,
  volume: 1_000_000,
  amount: 9_350_000,
};

/** Source rows of good bars with these changes. */
export function rowsOf(...bars: Partial<Bar>[]): SourceRow[] {
  return bars.map((change, index) => ({
    rowNumber: index + 1,
    raw: [index],
    bar: Object.assign({}, GOOD_BAR, change),
  }));
}
