import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addDays, isoWeekday } from '../../common/market/civil-date.ts';
import { locateSampleData } from '../sample/sample-files.ts';
import { valueOr } from '../provider.ts';
import { SampleProvider } from '../sample/sample-provider.ts';
import { CalendarConflictError, TradingCalendar } from './trading-calendar.ts';

interface Golden {
  readonly from: string;
  readonly until: string;
  readonly sessions: number;
  readonly weekendSessions: readonly string[];
  readonly closedWeekdays: readonly string[];
}

const golden = JSON.parse(
  readFileSync(new URL('testing/xshg.golden.json', import.meta.url), 'utf8'),
) as Golden;
const shanghai = TradingCalendar.announced('SH');
const shenzhen = TradingCalendar.announced('SZ');

function everyDay(from: string, until: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= until; day = addDays(day, 1)) days.push(day);
  return days;
}

async function sampleDates(symbol: string): Promise<string[]> {
  const answer = await new SampleProvider(locateSampleData(undefined)).dailyRows(symbol);
  return valueOr(answer, []).flatMap((row) => row.bar?.date ?? []);
}

describe('the table of closures', () => {
  it('is that of exchange-calendars on every single day from 1990-12-19 to the end of 2026', () => {
    const closed = new Set(golden.closedWeekdays);
    const days = everyDay(golden.from, golden.until);
    const differing = days.filter((day) => {
      const trades = isoWeekday(day) <= 5 && !closed.has(day);
      return shanghai.dayStatus(day) !== (trades ? 'trading' : 'closed');
    });
    expect(differing).toEqual([]);
    expect(golden.weekendSessions).toEqual([]);
    expect([shanghai.knownFrom, shanghai.knownUntil]).toEqual([golden.from, golden.until]);
    expect(shanghai.tradingDaysBetween(golden.from, golden.until)).toHaveLength(golden.sessions);
  });

  it('has every day on which the Shanghai Composite was published, and no more, but for 16 days that the source lacks', async () => {
    const published = await sampleDates('000001.SH');
    const expected = shanghai.tradingDaysBetween(published[0] ?? '', published.at(-1) ?? '') ?? [];
    expect(published.filter((day) => shanghai.dayStatus(day) !== 'trading')).toEqual([]);
    const had = new Set(published);
    const lacking = expected.filter((day) => !had.has(day));
    expect(lacking).toHaveLength(16);
    expect([lacking[0], lacking.at(-1)]).toEqual(['1995-03-03', '1995-03-24']);
    expect(expected.length).toBe(published.length + 16);
  });

  it.each(['000001.SZ', '399001.SZ', '000151.SZ', '399005.SZ', '399006.SZ'])(
    'contradicts no bar of %s',
    async (symbol) => {
      const closed = (await sampleDates(symbol)).filter((day) => shenzhen.dayStatus(day) === 'closed');
      expect(closed).toEqual([]);
    },
  );

  it('does not claim to know Shenzhen before 1996, which traded on days of its own', async () => {
    const saturdays = (await sampleDates('399001.SZ')).filter((day) => isoWeekday(day) > 5);
    expect(saturdays).toContain('1991-04-06');
    expect(shenzhen.dayStatus('1991-04-06')).toBe('unknown');
    expect(shenzhen.dayStatus('1996-01-02')).toBe('trading');
  });
});

describe('TradingCalendar', () => {
  it.each([
    ['2024-02-04', 'a make-up Sunday before the Spring Festival'],
    ['2024-09-14', 'a make-up Saturday before the Mid-Autumn Festival'],
    ['2026-02-28', 'a make-up Saturday after the Spring Festival'],
  ])('is closed on %s, %s', (day) => {
    expect(shanghai.dayStatus(day)).toBe('closed');
  });

  it('answers unknown outside of what is announced, and never a guess', () => {
    expect(shanghai.dayStatus('2027-01-04')).toBe('unknown');
    expect(shanghai.dayStatus('1990-12-18')).toBe('unknown');
    expect(shanghai.nextTradingDay('2026-12-31')).toBeUndefined();
    expect(shanghai.previousTradingDay('1990-12-19')).toBeUndefined();
    expect(shanghai.previousTradingDay('2027-01-05')).toBeUndefined();
    expect(shanghai.tradingDaysBetween('2026-12-30', '2027-01-04')).toBeUndefined();
  });

  it('finds neighbours across weekends and holidays', () => {
    expect(shanghai.previousTradingDay('2027-01-01')).toBe('2026-12-31');
    expect(shanghai.previousTradingDay('2024-02-19')).toBe('2024-02-08');
    expect(shanghai.nextTradingDay('2024-02-08')).toBe('2024-02-19');
    expect(shanghai.nextTradingDay('2024-02-10')).toBe('2024-02-19');
    expect(shanghai.previousTradingDay('2024-02-20')).toBe('2024-02-19');
  });

  it('lists the days of a range, both ends included', () => {
    expect(shanghai.tradingDaysBetween('2024-09-13', '2024-09-19')).toEqual([
      '2024-09-13',
      '2024-09-18',
      '2024-09-19',
    ]);
    expect(shanghai.tradingDaysBetween('2024-09-14', '2024-09-17')).toEqual([]);
    expect(shanghai.tradingDaysBetween('2024-09-19', '2024-09-18')).toEqual([]);
  });

  it.each([
    ['2024-09-13', '2024-09-19'],
    ['2024-09-14', '2024-09-17'],
    ['2024-09-12', '2024-09-15'],
    ['2024-09-15', '2024-09-18'],
    ['2024-09-19', '2024-09-19'],
    ['2024-09-19', '2024-09-18'],
    ['1990-12-19', '2026-12-31'],
    ['2026-12-30', '2027-01-04'],
  ])('counts the days from %s to %s without listing them', (from, to) => {
    expect(shanghai.countTradingDays(from, to)).toBe(shanghai.tradingDaysBetween(from, to)?.length);
  });

  it('refuses what is no civil date', () => {
    expect(() => shanghai.dayStatus('2024-02-30')).toThrow('no civil date');
    expect(() => shanghai.dayStatus('2024-01-02T00:00:00.000')).toThrow('no civil date');
  });
});

describe('a list of trading days from the source', () => {
  const january = ['2027-01-04', '2027-01-05', '2027-01-06'];

  it('makes known what follows, up to its last day', () => {
    const { calendar, changed } = shanghai.extendedBy(['2026-12-31', ...january]);
    expect(changed).toEqual([]);
    expect(calendar.dayStatus('2027-01-01')).toBe('closed');
    expect(calendar.nextTradingDay('2026-12-31')).toBe('2027-01-04');
    expect(calendar.knownUntil).toBe('2027-01-06');
    expect(calendar.dayStatus('2027-01-07')).toBe('unknown');
    expect(shanghai.dayStatus('2027-01-04')).toBe('unknown');
  });

  it('overrules the notices where the exchange closed at short notice, and says so', () => {
    const listed = shanghai.tradingDaysBetween('2026-11-02', '2026-12-31') ?? [];
    const { calendar, changed } = shanghai.extendedBy(listed.filter((day) => day !== '2026-11-24'));
    expect(changed).toEqual(['2026-11-24']);
    expect(calendar.dayStatus('2026-11-24')).toBe('closed');
    expect(calendar.previousTradingDay('2026-11-25')).toBe('2026-11-23');
    expect(calendar.dayStatus('2026-10-30')).toBe('trading');
    expect(calendar.knownUntil).toBe('2026-12-31');
  });

  it('does not forget what is known after its last day', () => {
    const { calendar } = shanghai.extendedBy(shanghai.tradingDaysBetween('2026-01-01', '2026-11-30') ?? []);
    expect(calendar.knownUntil).toBe('2026-12-31');
    expect(calendar.dayStatus('2026-12-01')).toBe('trading');
  });

  it('takes nothing of the days before an exchange is known', () => {
    const { calendar } = shenzhen.extendedBy(shanghai.tradingDaysBetween('1990-12-19', '2026-12-31') ?? []);
    expect(calendar.dayStatus('1992-06-01')).toBe('unknown');
    expect(calendar.previousTradingDay('1996-01-03')).toBe('1996-01-02');
  });

  it.each<[string, string[], string]>([
    ['is empty', [], 'empty'],
    ['has a weekend', ['2027-01-02'], 'weekend'],
    ['runs backwards', ['2027-01-05', '2027-01-04'], 'not after'],
    ['repeats a day', ['2027-01-04', '2027-01-04'], 'not after'],
    ['has no dates', ['2027-01-04T00:00:00.000'], 'no date'],
    ['leaves a hole', january, 'days after 2026-12-31 are missing'],
    ['is far from the notices', ['2026-01-05', '2026-12-31'], 'differs from the exchange'],
  ])('is refused as a whole when it %s', (_what, listed, message) => {
    expect(() => shanghai.extendedBy(listed)).toThrow(CalendarConflictError);
    expect(() => shanghai.extendedBy(listed)).toThrow(message);
  });
});
