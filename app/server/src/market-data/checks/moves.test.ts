import { describe, expect, it } from 'vitest';
import { TradingCalendar } from '../calendar/trading-calendar.ts';
import type { Bar, CorporateAction } from '../provider.ts';
import { checkRows } from './check-rows.ts';
import type { CheckContext } from './context.ts';
import { GOOD_BAR, INDEX, rowsOf, STOCK } from './testing/rows.ts';

describe('moves', () => {
  const action = (exDate: string, change: Partial<CorporateAction>): CorporateAction => ({
    exDate,
    cashPerShare: 0,
    bonusPerShare: 0,
    conversionPerShare: 0,
    rightsPerShare: 0,
    adjustsPrice: true,
    ...change,
  });
  const known = (...actions: CorporateAction[]): CheckContext => ({
    ...STOCK,
    listedOn: '2001-08-27',
    calendar: TradingCalendar.announced('SH'),
    actions: { completeFrom: '2001-08-27', completeUntil: '2024-12-31', actions },
  });
  const flat = (date: string, price: number): Partial<Bar> => ({
    date,
    open: price,
    high: price,
    low: price,
    close: price,
    amount: price * GOOD_BAR.volume,
  });
  const judge = (context: CheckContext, ...bars: Partial<Bar>[]): string[] =>
    checkRows(rowsOf(...bars), context).flatMap((row) =>
      row.findings.map((found) => `${found.date} ${found.disposition} ${found.reason}`),
    );

  it('up to the limit are bars, and one cent more is held', () => {
    const before = flat('2024-01-02', 9.45);
    expect(judge(known(), before, flat('2024-01-03', 10.4))).toEqual([]);
    expect(judge(known(), before, flat('2024-01-03', 10.41))).toEqual(['2024-01-03 held beyond_price_limit']);
    expect(judge(known(), before, flat('2024-01-03', 8.51))).toEqual([]);
    expect(judge(known(), before, flat('2024-01-03', 8.5))).toEqual(['2024-01-03 held beyond_price_limit']);
  });

  it('are held, too, where only the high or the low of the day is beyond it', () => {
    const day = { ...flat('2024-01-03', 9.4), high: 11, amount: 9_400_000 };
    expect(judge(known(), flat('2024-01-02', 9.4), day)).toEqual(['2024-01-03 held beyond_price_limit']);
  });

  it('are flagged where the corporate actions are unknown or end before, and not judged where nobody looked', () => {
    const days = [flat('2024-01-02', 10), flat('2024-01-03', 5)];
    expect(judge({ ...STOCK, actions: 'unknown', listedOn: '2001-08-27' }, ...days)).toEqual([
      '2024-01-03 flagged beyond_price_limit',
    ]);
    const ended = { completeFrom: '2001-08-27', completeUntil: '2024-01-02', actions: [] };
    expect(judge({ ...known(), actions: ended }, ...days)).toEqual(['2024-01-03 flagged beyond_price_limit']);
    const begins = { completeFrom: '2024-01-03', completeUntil: '2024-12-31', actions: [] };
    expect(judge({ ...known(), actions: begins }, ...days)).toEqual([
      '2024-01-03 flagged beyond_price_limit',
    ]);
    expect(judge(STOCK, ...days)).toEqual([]);
  });

  it('of an ex-date are counted from the reference, and a missing fall is as wrong as an unexplained one', () => {
    const split = known(action('2024-01-03', { bonusPerShare: 1 }));
    expect(judge(split, flat('2024-01-02', 10), flat('2024-01-03', 5.5))).toEqual([]);
    expect(judge(split, flat('2024-01-02', 10), flat('2024-01-03', 10))).toEqual([
      '2024-01-03 held beyond_price_limit',
    ]);
  });

  it('over a halt with two ex-dates are counted from both', () => {
    const twice = known(
      action('2024-01-04', { bonusPerShare: 1 }),
      action('2024-01-05', { cashPerShare: 1 }),
    );
    expect(judge(twice, flat('2024-01-02', 10), flat('2024-01-08', 4.4))).toEqual([]);
    expect(judge(twice, flat('2024-01-02', 10), flat('2024-01-08', 5))).toEqual([
      '2024-01-08 held beyond_price_limit',
    ]);
  });

  it('are free on the day of an action without a reference price', () => {
    const reform = known(action('2024-01-03', { adjustsPrice: false }));
    expect(judge(reform, flat('2024-01-02', 10), flat('2024-01-03', 14))).toEqual([]);
  });

  it('hold a wrong bar and not the right one after it', () => {
    const days = [flat('2024-01-02', 10), flat('2024-01-03', 100), flat('2024-01-04', 10.1)];
    expect(judge(known(), ...days)).toEqual(['2024-01-03 held beyond_price_limit']);
  });

  it('hold one bar of a lasting change of level, not all that follow', () => {
    const days = [
      flat('2024-01-02', 10),
      flat('2024-01-03', 5),
      flat('2024-01-04', 5.1),
      flat('2024-01-05', 5.2),
    ];
    expect(judge(known(), ...days)).toEqual(['2024-01-03 held beyond_price_limit']);
  });

  it('do not depend on the order of the source', () => {
    const days = [flat('2024-01-04', 10.1), flat('2024-01-03', 100), flat('2024-01-02', 10)];
    expect(judge(known(), ...days)).toEqual(['2024-01-03 held beyond_price_limit']);
  });

  it('are counted from the last stored bar', () => {
    const previous = { date: '2024-01-02', close: 10 };
    expect(judge({ ...known(), previous }, flat('2024-01-03', 12))).toEqual([
      '2024-01-03 held beyond_price_limit',
    ]);
  });

  it('of a share whose day of listing is unknown are not judged in the first five bars that it ever had', () => {
    const star: CheckContext = { symbol: '688981.SH', actions: 'unknown' };
    const days = ['2024-01-02', '2024-01-03', '2024-01-04', '2024-01-05', '2024-01-08', '2024-01-09'];
    const rising = days.map((date, index) => flat(date, 10 * 2 ** index));
    expect(judge(star, ...rising)).toEqual(['2024-01-09 flagged beyond_price_limit']);
    const previous = { date: '2023-12-29', close: 5 };
    expect(judge({ ...star, previous }, ...rising)).toHaveLength(6);
  });

  it('of terms that cannot be those of the share are held with the reason, and crash nothing', () => {
    const wrong = known(action('2024-01-03', { cashPerShare: 20 }));
    const [, row] = checkRows(rowsOf(flat('2024-01-02', 10), flat('2024-01-03', 10)), wrong);
    expect(row?.findings[0]).toMatchObject({
      disposition: 'held',
      reason: 'impossible_corporate_action',
      detail: 'ex-date 2024-01-03 pays 20 per share, which leaves nothing of the close 10',
    });
  });

  it('of an index beyond what its members can move are flagged', () => {
    const amount = { amount: 9_350_000 };
    const days = [flat('2024-01-02', 3_000), flat('2024-01-03', 3_700)].map((day) =>
      Object.assign(day, amount),
    );
    expect(judge(INDEX, ...days)).toEqual(['2024-01-03 flagged index_jump']);
    const early = [flat('1992-05-20', 616), flat('1992-05-21', 1_266)].map((day) =>
      Object.assign(day, amount),
    );
    expect(judge({ symbol: '000001.SH' }, ...early)).toEqual([]);
  });
});
