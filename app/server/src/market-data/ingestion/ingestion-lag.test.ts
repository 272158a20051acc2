import { describe, expect, it } from 'vitest';
import { horizonOf } from '../calendar/horizon.ts';
import { MarketCalendars } from '../market-calendars.ts';
import { type Coverage, lagOf } from './ingestion-lag.ts';

const calendar = MarketCalendars.announced().market;
const stored = (lastBar: string | null, changes: Partial<Coverage> = {}): Coverage => ({
  ...{ lastBar, current: 1, behind: 0, halted: 0, empty: 0 },
  ...changes,
});
const known = (lastCompleted: string) => ({ lastCompleted, isKnown: true });

it.each([
  ['of the last completed day', '2026-09-30', '2026-09-30', 0],
  ['of a day that is not over yet', '2026-09-30', '2026-09-29', 0],
  ['of the day before', '2026-09-29', '2026-09-30', 1],
  ['of the Friday before', '2026-09-18', '2026-09-21', 1],
  ['before the holidays of October', '2026-09-30', '2026-10-08', 1],
  ['of two weeks ago', '2026-09-07', '2026-09-21', 10],
])('a bar %s is so many trading days behind', (_when, newest, completed, days) => {
  expect(lagOf(stored(newest), known(completed), calendar)).toEqual({ days });
});

it('nobody knows where nothing is stored, but of symbols that are all halted nothing is missing', () => {
  const nothing = { current: 0, behind: 0 };
  const day = known('2026-09-30');
  expect(lagOf(stored(null, nothing), day, calendar)).toEqual({ unknown: 'empty' });
  expect(lagOf(stored(null, { ...nothing, empty: 9, halted: 1 }), day, calendar)).toEqual({
    unknown: 'empty',
  });
  expect(lagOf(stored(null, { ...nothing, halted: 1 }), day, calendar)).toEqual({ days: 0 });
});

describe('the calendar at the turn of the year', () => {
  const at = (local: string) => horizonOf(new Date(`${local}+08:00`), calendar);

  it.each([
    ['2026-12-17T16:00:00', { lastCompleted: '2026-12-17', isKnown: true, remainingDays: 14 }],
    ['2026-12-31T23:59:59', { lastCompleted: '2026-12-31', isKnown: true, remainingDays: 0 }],
    ['2027-01-01T12:00:00', { lastCompleted: '2026-12-31', isKnown: true, remainingDays: -1 }],
    ['2027-01-02T12:00:00', { lastCompleted: '2026-12-31', isKnown: false, remainingDays: -2 }],
  ])('at %s ends as announced', (local, horizon) => {
    expect(at(local)).toEqual(horizon);
  });

  it('lets a lag neither end nor be told as none', () => {
    expect(lagOf(stored('2026-12-21'), at('2026-12-31T18:00:00'), calendar)).toEqual({ days: 8 });
    const after = at('2027-01-05T18:00:00');
    expect(lagOf(stored('2026-12-21'), after, calendar)).toEqual({ days: 8, unknown: 'calendar' });
    expect(lagOf(stored('2026-12-31'), after, calendar)).toEqual({ unknown: 'calendar' });
    expect(lagOf(stored('2027-01-04'), after, calendar)).toEqual({ unknown: 'calendar' });
  });
});
