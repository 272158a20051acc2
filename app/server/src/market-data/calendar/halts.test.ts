import { describe, expect, it } from 'vitest';
import { locateSampleData } from '../sample/sample-files.ts';
import { valueOr } from '../provider.ts';
import { SampleProvider } from '../sample/sample-provider.ts';
import { deriveHalts, missingRuns } from './halts.ts';
import { TradingCalendar } from './trading-calendar.ts';

async function datesOf(symbol: string): Promise<string[]> {
  const answer = await new SampleProvider(locateSampleData(undefined)).dailyRows(symbol);
  return valueOr(answer, []).flatMap((row) => row.bar?.date ?? []);
}

describe('halts of 600000.SH', async () => {
  const calendar = TradingCalendar.announced('SH');
  const dates = await datesOf('600000.SH');
  const halts = deriveHalts(dates, calendar);

  it('are the two long ones of the share reform and of 2016', () => {
    expect(halts).toContainEqual({
      from: '2006-03-21',
      to: '2006-05-11',
      tradingDays: 33,
      origin: 'derived',
    });
    expect(halts).toContainEqual({
      from: '2016-02-16',
      to: '2016-03-10',
      tradingDays: 18,
      origin: 'derived',
    });
  });

  it('are 36, most of them the single days of shareholder meetings', () => {
    expect(halts).toHaveLength(36);
    expect(halts.filter((halt) => halt.tradingDays === 1)).toHaveLength(28);
  });

  it('are together all trading days without a bar', () => {
    const days = calendar.tradingDaysBetween(dates[0] ?? '', dates.at(-1) ?? '')?.length ?? 0;
    expect(halts.reduce((sum, halt) => sum + halt.tradingDays, 0)).toBe(days - dates.length);
    expect(days - dates.length).toBe(118);
  });

  it('do not contain a day with a bar', () => {
    const inside = dates.filter((date) => halts.some((halt) => halt.from <= date && date <= halt.to));
    expect(inside).toEqual([]);
  });
});

describe('missingRuns', () => {
  const calendar = TradingCalendar.announced('SH');

  it('sees no gap in weekends, holidays and a continuous series', () => {
    expect(
      missingRuns(['2024-02-08', '2024-02-19', '2024-02-20', '2024-02-23', '2024-02-26'], calendar),
    ).toEqual([{ from: '2024-02-21', to: '2024-02-22', tradingDays: 2 }]);
  });

  it('claims nothing about days that the calendar does not know', () => {
    expect(missingRuns(['1991-04-03', '1991-04-10', '1991-05-02'], TradingCalendar.announced('SZ'))).toEqual(
      [],
    );
    expect(missingRuns(['2026-12-30', '2027-02-01'], calendar)).toEqual([]);
  });

  it('has none for the CSI 300, and the 16 lost days of the Shanghai Composite', async () => {
    expect(missingRuns(await datesOf('000300.SH'), calendar)).toEqual([]);
    expect(missingRuns(await datesOf('000001.SH'), calendar)).toEqual([
      { from: '1995-03-03', to: '1995-03-24', tradingDays: 16 },
    ]);
  });
});

describe('deriveHalts of a share whose source lists halts', () => {
  const calendar = TradingCalendar.announced('SH');
  // 2024-07-08 to 07-12 is a week of five trading days.
  const bars = ['2024-07-05', '2024-07-15'];
  const derived = (
    days: readonly string[],
    halts: readonly { from: string; to: string | undefined }[] = [],
  ) =>
    deriveHalts(bars, calendar, { days: new Set(days), halts }).map(({ from, to, tradingDays }) => [
      from,
      to,
      tradingDays,
    ]);

  it('takes days of which nothing is known for halts', () => {
    expect(derived([])).toEqual([['2024-07-08', '2024-07-12', 5]]);
  });

  it('makes no halt of a day whose list does not name the share', () => {
    expect(derived(['2024-07-10'])).toEqual([
      ['2024-07-08', '2024-07-09', 2],
      ['2024-07-11', '2024-07-12', 2],
    ]);
    expect(derived(['2024-07-08', '2024-07-09', '2024-07-10', '2024-07-11', '2024-07-12'])).toEqual([]);
  });

  it('does not tell a second time of what the source names itself', () => {
    expect(derived([], [{ from: '2024-07-09', to: undefined }])).toEqual([['2024-07-08', '2024-07-08', 1]]);
    expect(derived(['2024-07-12'], [{ from: '2024-07-01', to: '2024-07-11' }])).toEqual([]);
  });
});
