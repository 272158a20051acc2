import { describe, expect, it } from 'vitest';
import { exchangeTime, lastCompletedTradingDay, marketPhase } from './sessions.ts';
import { TradingCalendar } from './trading-calendar.ts';

const calendar = TradingCalendar.announced('SH');
const at = (local: string): Date => new Date(`${local}+08:00`);

describe('marketPhase', () => {
  it.each([
    ['2024-09-19T00:00:00', 'closed'],
    ['2024-09-19T09:14:59', 'closed'],
    ['2024-09-19T09:15:00', 'pre-open'],
    ['2024-09-19T09:29:59', 'pre-open'],
    ['2024-09-19T09:30:00', 'open'],
    ['2024-09-19T11:29:59', 'open'],
    ['2024-09-19T11:30:00', 'lunch'],
    ['2024-09-19T12:59:59', 'lunch'],
    ['2024-09-19T13:00:00', 'open'],
    ['2024-09-19T14:59:59', 'open'],
    ['2024-09-19T15:00:00', 'after-close'],
    ['2024-09-19T23:59:59', 'after-close'],
    // Mid-Autumn Festival, a make-up Saturday, a year without a notice.
    ['2024-09-17T10:00:00', 'closed'],
    ['2024-09-14T10:00:00', 'closed'],
    ['2027-03-01T10:00:00', 'unknown'],
  ])('at %s of Shanghai is %s', (local, phase) => {
    expect(marketPhase(at(local), calendar)).toBe(phase);
  });

  it('is that of Shanghai, wherever the server stands', () => {
    expect(exchangeTime(new Date('2024-09-18T16:00:00Z'))).toEqual({ date: '2024-09-19', minute: 0 });
    expect(exchangeTime(new Date('2024-09-18T15:59:59Z'))).toEqual({
      date: '2024-09-18',
      minute: 23 * 60 + 59,
    });
    expect(() => exchangeTime(new Date(Number.NaN))).toThrow(RangeError);
  });
});

describe('lastCompletedTradingDay', () => {
  it.each([
    ['2024-09-19T15:44:59', '2024-09-18'],
    ['2024-09-19T15:45:00', '2024-09-19'],
    ['2024-09-20T09:31:00', '2024-09-19'],
    ['2024-09-22T20:00:00', '2024-09-20'],
    // A Monday before the close, and the first morning after a holiday of ten days.
    ['2024-09-23T08:00:00', '2024-09-20'],
    ['2024-02-19T10:00:00', '2024-02-08'],
    ['2027-01-01T10:00:00', '2026-12-31'],
    ['2027-01-02T10:00:00', undefined],
  ])('at %s is %s', (local, day) => {
    expect(lastCompletedTradingDay(at(local), calendar)).toBe(day);
  });
});
