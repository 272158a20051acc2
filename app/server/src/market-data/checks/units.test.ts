import { describe, expect, it } from 'vitest';
import type { Bar, SourceRow } from '../provider.ts';
import { checkRows } from './check-rows.ts';
import { INDEX, rowsOf, STOCK } from './testing/rows.ts';

describe('the units of a whole answer', () => {
  const answer = (change: Partial<Bar>): SourceRow[] =>
    rowsOf(
      ...['2024-01-02', '2024-01-03', '2024-01-04', '2024-01-05'].map((date) =>
        Object.assign({ date }, change),
      ),
    );

  it.each<[string, Partial<Bar>, string]>([
    ['volume in lots', { volume: 10_000 }, '100 times the price'],
    ['volume times 100', { volume: 100_000_000 }, '0.0100 times the price'],
    ['amount in thousands', { amount: 9_350 }, '0.00100 times the price'],
  ])('hold all of it for %s, with the bars that would be stored', (_what, change, detail) => {
    const checked = checkRows(answer(change), STOCK);
    expect(checked).toHaveLength(4);
    for (const row of checked) {
      expect(row.bar).toBeUndefined();
      expect(row.held).toMatchObject(change);
      expect(row.findings).toHaveLength(1);
      expect(row.findings[0]).toMatchObject({ disposition: 'held', reason: 'swapped_units' });
      expect(row.findings[0]?.detail).toContain(detail);
    }
  });

  it('are those of most rows: one that is off is flagged alone', () => {
    const rows = rowsOf(
      { date: '2024-01-02' },
      { date: '2024-01-03', volume: 10_000 },
      { date: '2024-01-04' },
      { date: '2024-01-05' },
    );
    const held = checkRows(rows, STOCK).filter((row) => row.held !== undefined);
    expect(held).toEqual([]);
  });

  it('of a single row hold it, as of a daily refresh', () => {
    expect(checkRows(rowsOf({ volume: 10_000 }), STOCK)[0]?.findings[0]?.reason).toBe('swapped_units');
  });

  it('of an index are bounded by what a share of the market costs', () => {
    const lots = answer({ open: 3_000, high: 3_100, low: 2_900, close: 3_000, volume: 10_000 });
    expect(checkRows(lots, INDEX)[0]?.findings[0]).toMatchObject({
      disposition: 'held',
      reason: 'swapped_units',
      detail: 'the median of amount/volume is 935 yuan per share in 4 rows',
    });
    const thousands = answer({ open: 3_000, high: 3_100, low: 2_900, close: 3_000, amount: 9_350 });
    expect(checkRows(thousands, INDEX)[0]?.findings[0]?.reason).toBe('swapped_units');
    const shares = answer({ open: 3_000, high: 3_100, low: 2_900, close: 3_000 });
    expect(checkRows(shares, INDEX)[0]?.findings).toEqual([]);
  });

  it('cannot be judged without turnover, and rejected rows do not count', () => {
    expect(checkRows(answer({ volume: 0 }), STOCK).filter((row) => row.held !== undefined)).toEqual([]);
    expect(checkRows(answer({ volume: -1 }), STOCK)[0]?.findings[0]?.reason).toBe('impossible_volume');
  });
});
