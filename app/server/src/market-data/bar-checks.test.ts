import { describe, expect, it } from 'vitest';
import { checkRows } from './bar-checks.ts';
import type { Bar, SourceRow } from './provider.ts';

const good: Bar = {
  date: '2024-01-02',
  open: 9.3,
  high: 9.5,
  low: 9.2,
  close: 9.4,
  volume: 1_000_000,
  amount: 9_350_000,
};

function rowsOf(...bars: Partial<Bar>[]): SourceRow[] {
  return bars.map((change, index) => ({ rowNumber: index + 1, raw: [index], bar: { ...good, ...change } }));
}

function reasonsOf(change: Partial<Bar>, kind: 'stock' | 'index' = 'stock'): string[] {
  return checkRows(rowsOf(change), kind).flatMap((row) =>
    row.findings.map((finding) => `${finding.disposition} ${finding.reason}`),
  );
}

describe('checkRows', () => {
  it('lets a good bar pass unchanged', () => {
    expect(checkRows(rowsOf({}), 'stock')).toEqual([{ bar: good, findings: [] }]);
  });

  it.each<[string, Partial<Bar>]>([
    ['high below low', { high: 9.1, low: 9.2, open: 9.1, close: 9.1 }],
    ['close above high', { close: 9.51 }],
    ['open above high', { open: 9.51 }],
    ['close below low', { close: 9.19 }],
    ['open below low', { open: 9.19 }],
  ])('rejects %s', (_what, change) => {
    expect(reasonsOf(change)).toEqual(['rejected high_low_order']);
    expect(checkRows(rowsOf(change), 'stock')[0]?.bar).toBeUndefined();
  });

  it('accepts open, high, low and close at one price, as on a day at the limit', () => {
    expect(reasonsOf({ open: 9.4, high: 9.4, low: 9.4, close: 9.4, amount: 9_400_000 })).toEqual([]);
  });

  it.each<[string, Partial<Bar>, string]>([
    ['a price of zero', { low: 0 }, 'non_positive_price'],
    ['a negative price', { open: -1 }, 'non_positive_price'],
    ['a price that is no number', { close: Number.NaN }, 'non_positive_price'],
    ['an infinite price', { high: Number.POSITIVE_INFINITY }, 'non_positive_price'],
    ['a negative volume', { volume: -1 }, 'impossible_volume'],
    ['a fraction of a share', { volume: 10.5 }, 'impossible_volume'],
    ['a negative amount', { amount: -1 }, 'impossible_amount'],
  ])('rejects %s', (_what, change, reason) => {
    expect(reasonsOf(change)).toEqual([`rejected ${reason}`]);
  });

  it('rejects the second row of a date and keeps the first', () => {
    const checked = checkRows(rowsOf({}, { close: 9.3 }), 'stock');
    expect(checked.map((row) => row.bar?.close)).toEqual([9.4, undefined]);
    expect(checked[1]?.findings[0]).toMatchObject({
      reason: 'duplicate_date',
      rowNumber: 2,
      disposition: 'rejected',
    });
  });

  it('lets a good row follow a rejected one of the same date', () => {
    const checked = checkRows(rowsOf({ high: 1 }, {}), 'stock');
    expect(checked.map((row) => row.bar !== undefined)).toEqual([false, true]);
  });

  it('rejects a row that the adapter could not read, with its reason', () => {
    const [checked] = checkRows([{ rowNumber: 7, raw: 'x', malformed: 'expected 8 numbers' }], 'stock');
    expect(checked?.findings).toEqual([
      {
        rowNumber: 7,
        date: undefined,
        reason: 'malformed_row',
        disposition: 'rejected',
        detail: 'expected 8 numbers',
        raw: 'x',
      },
    ]);
  });

  it('flags and keeps a stock whose average price is outside the day, as when volume is in lots', () => {
    expect(reasonsOf({ volume: 10_000 })).toEqual(['flagged average_price_out_of_range']);
    expect(checkRows(rowsOf({ volume: 10_000 }), 'stock')[0]?.bar).toBeDefined();
  });

  it('allows for amounts rounded to 1,000 yuan', () => {
    expect(reasonsOf({ open: 49, high: 49, low: 49, close: 49, volume: 100, amount: 5_000 })).toEqual([]);
  });

  it('holds no index to a price per share', () => {
    expect(reasonsOf({ open: 2700, high: 2710, low: 2690, close: 2705 }, 'index')).toEqual([]);
  });

  it.each<[string, Partial<Bar>]>([
    ['volume', { volume: 0 }],
    ['amount', { amount: 0 }],
  ])('flags a day without %s', (_what, change) => {
    expect(reasonsOf(change)).toEqual(['flagged turnover_missing']);
  });
});
