import { describe, expect, it } from 'vitest';
import { TradingCalendar } from '../calendar/trading-calendar.ts';
import type { Bar } from '../provider.ts';
import { checkRows } from './check-rows.ts';
import type { CheckContext } from './context.ts';
import { GOOD_BAR, INDEX, rowsOf, STOCK } from './testing/rows.ts';

/** Findings on one changed row, the last of several good ones of earlier days. */
function reasonsOf(change: Partial<Bar>, context: CheckContext = STOCK): string[] {
  const before = ['2023-12-27', '2023-12-28', '2023-12-29'].map((date) => ({ date }));
  return checkRows(rowsOf(...before, change), context).flatMap((row) =>
    row.findings.map((finding) => `${finding.disposition} ${finding.reason}`),
  );
}

describe('checkRows', () => {
  it('lets a good bar pass unchanged', () => {
    expect(checkRows(rowsOf({}), STOCK)).toEqual([{ bar: GOOD_BAR, held: undefined, findings: [] }]);
  });

  it.each<[string, Partial<Bar>]>([
    ['high below low', { high: 9.1, low: 9.2, open: 9.1, close: 9.1 }],
    ['close above high', { close: 9.51 }],
    ['open above high', { open: 9.51 }],
    ['close below low', { close: 9.19 }],
    ['open below low', { open: 9.19 }],
  ])('rejects %s', (_what, change) => {
    expect(reasonsOf(change)).toEqual(['rejected high_low_order']);
    expect(checkRows(rowsOf(change), STOCK)[0]?.bar).toBeUndefined();
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
    const checked = checkRows(rowsOf({}, { close: 9.3 }), STOCK);
    expect(checked.map((row) => row.bar?.close)).toEqual([9.4, undefined]);
    expect(checked[1]?.findings[0]).toMatchObject({
      reason: 'duplicate_date',
      rowNumber: 2,
      disposition: 'rejected',
    });
  });

  it('lets a good row follow a rejected one of the same date', () => {
    const checked = checkRows(rowsOf({ high: 1 }, {}), STOCK);
    expect(checked.map((row) => row.bar !== undefined)).toEqual([false, true]);
  });

  it('rejects a row that the adapter could not read, with its reason', () => {
    const [checked] = checkRows([{ rowNumber: 7, raw: 'x', malformed: 'expected 8 numbers' }], STOCK);
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

  it('flags and keeps a row whose average price is outside the day, as when its volume is in lots', () => {
    expect(reasonsOf({ volume: 10_000 })).toEqual(['flagged average_price_out_of_range']);
  });

  it('allows for amounts rounded to 1,000 yuan', () => {
    expect(reasonsOf({ open: 49, high: 49, low: 49, close: 49, volume: 100, amount: 5_000 })).toEqual([]);
  });

  it('holds no index to a price per share', () => {
    expect(reasonsOf({ open: 9.3, high: 99, low: 9, close: 9.4, amount: 99_000_000 }, INDEX)).toEqual([]);
  });

  it.each<[string, Partial<Bar>]>([
    ['volume', { volume: 0 }],
    ['amount', { amount: 0 }],
  ])('flags a day without %s', (_what, change) => {
    expect(reasonsOf(change)).toEqual(['flagged turnover_missing']);
  });

  it('rejects a fraction of a cent of a share, and of no index', () => {
    expect(reasonsOf({ close: 9.405 })).toEqual(['rejected fraction_of_a_cent']);
    expect(reasonsOf({ close: 9.405 }, INDEX)).toEqual([]);
    // 9.41 x 100 is 941.0000000000001.
    expect(reasonsOf({ close: 9.41 })).toEqual([]);
  });
});

describe('days', () => {
  const calendar = TradingCalendar.announced('SH');

  it.each([
    ['2024-02-10', 'a Saturday'],
    ['2024-02-12', 'the Spring Festival'],
    ['2024-02-18', 'a make-up Sunday'],
  ])('%s, %s, has no bar', (date) => {
    expect(reasonsOf({ date }, { ...STOCK, calendar })).toContain('rejected not_a_trading_day');
  });

  it('that the calendar does not know are not judged', () => {
    expect(reasonsOf({ date: '2027-01-01' }, { ...STOCK, calendar })).toEqual([]);
    const shenzhen = TradingCalendar.announced('SZ');
    const row = rowsOf({ date: '1991-04-06' });
    expect(checkRows(row, { symbol: '000001.SZ', calendar: shenzhen })[0]?.findings).toEqual([]);
  });

  it('after the clock of the source have no bar, its own day has one that is not final', () => {
    const clock = { date: '2024-01-02', final: false };
    expect(reasonsOf({ date: '2024-01-03' }, { ...STOCK, clock })).toEqual(['rejected after_the_clock']);
    expect(reasonsOf({}, { ...STOCK, clock })).toEqual(['flagged partial_bar']);
    expect(reasonsOf({}, { ...STOCK, clock: { ...clock, final: true } })).toEqual([]);
  });

  it('that an index lacks are a gap, those of a row that was rejected are not', () => {
    const days = ['2024-01-02', '2024-01-03', '2024-01-08'].map((date) => ({ date }));
    const found = checkRows(rowsOf(...days), { ...INDEX, calendar }).map((row) => row.findings);
    expect(found.map((findings) => findings.length)).toEqual([0, 0, 1]);
    expect(found[2]?.[0]).toMatchObject({
      disposition: 'flagged',
      reason: 'gap',
      detail: '2 trading days before it are missing, from 2024-01-04 to 2024-01-05',
    });
    const broken = rowsOf({ date: '2024-01-02' }, { date: '2024-01-03', high: 1 }, { date: '2024-01-04' });
    expect(checkRows(broken, { ...INDEX, calendar })[2]?.findings).toEqual([]);
  });

  it('that a share lacks are gaps where the list of halts of the day was read and does not name it', () => {
    const rows = rowsOf({ date: '2024-01-02' }, { date: '2024-01-08' });
    const lists = (...days: string[]): ReadonlySet<string> => new Set(days);
    const all = lists('2024-01-03', '2024-01-04', '2024-01-05');
    const last = (context: CheckContext): string[] =>
      checkRows(rows, { ...context, calendar })[1]?.findings.map(({ detail }) => detail) ?? [];
    expect(last(STOCK)).toEqual([]);
    expect(last({ ...STOCK, halts: { days: lists(), halts: [] } })).toEqual([]);
    const whole = [{ from: '2024-01-03', to: '2024-01-05' }];
    expect(last({ ...STOCK, halts: { days: all, halts: whole } })).toEqual([]);
    const open = [{ from: '2024-01-04', to: undefined }];
    expect(last({ ...STOCK, halts: { days: all, halts: open } })).toEqual([
      '1 trading days before it are missing, from 2024-01-03 to 2024-01-03',
    ]);
    expect(last({ ...STOCK, halts: { days: lists('2024-01-04'), halts: [] } })).toEqual([
      '1 trading days before it are missing, from 2024-01-04 to 2024-01-04',
    ]);
  });

  it('after the last stored bar are looked at, too', () => {
    const previous = { date: '2024-01-02', close: 9.4 };
    const [row] = checkRows(rowsOf({ date: '2024-01-05' }), { ...INDEX, calendar, previous });
    expect(row?.findings.map((finding) => finding.reason)).toEqual(['gap']);
  });
});
