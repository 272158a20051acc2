import { describe, expect, it } from 'vitest';
import { TradingCalendar } from '../calendar/trading-calendar.ts';
import type { Offer } from '../provider.ts';
import { DEFAULT_REFRESH, dueRuns, latestFiring, refreshSchedule, type ScheduleFacts } from './schedule.ts';

const calendar = TradingCalendar.announced('SH');
/** An instant by the clock of the exchange. */
const shanghai = (text: string): Date => new Date(`${text}+08:00`);

describe('latestFiring', () => {
  it.each([
    ['at the minute', '2024-06-14T17:30:00', '2024-06-14T17:30:00'],
    ['a second before it', '2024-06-14T17:29:59', '2024-06-13T17:30:00'],
    ['on a Sunday', '2024-06-16T12:00:00', '2024-06-14T17:30:00'],
    ['on a holiday (端午节, Monday)', '2024-06-10T20:00:00', '2024-06-07T17:30:00'],
    ['on the last day of the Spring Festival', '2024-02-17T20:00:00', '2024-02-08T17:30:00'],
  ])('%s', (_when, now, firing) => {
    expect(latestFiring(DEFAULT_REFRESH, calendar, shanghai(now))).toEqual(shanghai(firing));
  });

  it('fires on a weekday of a year that is not announced yet', () => {
    const firing = latestFiring(DEFAULT_REFRESH, calendar, shanghai('2035-06-14T18:00:00'));
    expect(firing).toEqual(shanghai('2035-06-14T17:30:00'));
  });

  it('knows other time zones, where the day may be another one', () => {
    const schedule = { cron: '0 23 * * *', timeZone: 'America/New_York' };
    // Thursday 23:00 in New York is Friday 11:00 at the exchange.
    expect(latestFiring(schedule, calendar, shanghai('2024-06-15T12:00:00'))).toEqual(
      shanghai('2024-06-14T11:00:00'),
    );
  });

  it('finds none where the expression fires on closed days only', () => {
    const sundays = { cron: '* * * * 0', timeZone: 'Asia/Shanghai' };
    expect(latestFiring(sundays, calendar, shanghai('2024-06-14T18:00:00'))).toBeUndefined();
  });
});

describe('refreshSchedule', () => {
  it('takes what is configured, and the default for the rest', () => {
    expect(refreshSchedule()).toEqual(DEFAULT_REFRESH);
    expect(refreshSchedule({ cron: '0 18 * * *' })).toEqual({
      cron: '0 18 * * *',
      timeZone: 'Asia/Shanghai',
    });
  });

  it.each(['61 17 * * *', '* * * 13 *', 'a b c d e'])('refuses %s and names the setting', (cron) => {
    expect(() => refreshSchedule({ cron })).toThrow(/marketData\.refresh\.cron/);
  });
});

describe('dueRuns', () => {
  const facts: ScheduleFacts = {
    isFrozen: false,
    offers: new Set(['snapshot', 'minutes']),
    calendar,
    refresh: DEFAULT_REFRESH,
    loadedAt: shanghai('2024-06-01T00:00:00'),
  };

  it('orders the refresh after the close, also when everybody slept at the time', () => {
    const at = shanghai('2024-06-14T17:30:00');
    for (const now of ['2024-06-14T17:30:00', '2024-06-14T23:59:00', '2024-06-16T09:00:00'])
      expect(dueRuns(facts, shanghai(now))).toContainEqual({ kind: 'refresh', at });
  });

  it('orders no refresh for a day that the first load has covered', () => {
    const loadedAt = shanghai('2024-06-14T18:00:00');
    const due = dueRuns({ ...facts, loadedAt }, shanghai('2024-06-15T09:00:00'));
    expect(due.filter(({ kind }) => kind === 'refresh')).toEqual([]);
  });

  it('orders minutes and details after the first load and with each refresh, as far as the source has any', () => {
    const all = { ...facts, offers: new Set<Offer>(['minutes', 'news']) };
    const dueAt = (now: string) => dueRuns(all, shanghai(now)).filter(({ kind }) => kind !== 'refresh');
    const both = (at: Date) => [
      { kind: 'minutes', at },
      { kind: 'details', at },
    ];
    expect(dueAt('2024-06-01T00:01:00')).toEqual(both(facts.loadedAt ?? new Date(0)));
    expect(dueAt('2024-06-14T17:30:00')).toEqual(both(shanghai('2024-06-14T17:30:00')));
    expect(dueAt('2024-06-16T09:00:00')).toEqual(both(shanghai('2024-06-14T17:30:00')));
    const none = { ...facts, offers: new Set<Offer>(['snapshot', 'halts']) };
    expect(dueRuns(none, shanghai('2024-06-14T18:00:00')).map(({ kind }) => kind)).toEqual(['refresh']);
  });

  it('orders one snapshot for each half hour of an open market', () => {
    const slotAt = (now: string) => dueRuns(facts, shanghai(now)).find((due) => due.kind === 'snapshot')?.at;
    expect(slotAt('2024-06-14T10:01:00')).toEqual(shanghai('2024-06-14T10:00:00'));
    expect(slotAt('2024-06-14T10:29:59')).toEqual(shanghai('2024-06-14T10:00:00'));
    expect(slotAt('2024-06-14T10:30:00')).toEqual(shanghai('2024-06-14T10:30:00'));
    for (const closed of [
      '2024-06-14T09:00:00',
      '2024-06-14T15:00:00',
      '2024-06-15T10:00:00',
      '2024-06-10T10:00:00',
    ])
      expect(slotAt(closed)).toBeUndefined();
  });

  it('orders what else a frozen source has once after its histories, and nothing ever after', () => {
    const loadedAt = shanghai('2026-01-05T10:00:00');
    const due = dueRuns({ ...facts, isFrozen: true, loadedAt }, shanghai('2026-03-05T18:00:00'));
    expect(due).toEqual([
      { kind: 'snapshot', at: loadedAt },
      { kind: 'minutes', at: loadedAt },
    ]);
  });

  it('orders nothing before the first load', () => {
    expect(dueRuns({ ...facts, loadedAt: undefined }, shanghai('2024-06-14T18:00:00'))).toEqual([]);
  });
});
