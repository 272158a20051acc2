import { expect, it } from 'vitest';
import { MarketCalendars } from '../market-calendars.ts';
import { lagOf } from './ingestion-lag.ts';

const calendar = MarketCalendars.announced().market;

it.each([
  ['of the last completed day', '2026-09-30', '2026-09-30', 0],
  ['of a day that is not over yet', '2026-09-30', '2026-09-29', 0],
  ['of the day before', '2026-09-29', '2026-09-30', 1],
  ['of the Friday before', '2026-09-18', '2026-09-21', 1],
  ['before the holidays of October', '2026-09-30', '2026-10-08', 1],
  ['of two weeks ago', '2026-09-07', '2026-09-21', 10],
])('a bar %s is so many trading days behind', (_when, newest, completed, lag) => {
  expect(lagOf(newest, completed, calendar)).toBe(lag);
});

it('nothing is said where nothing is stored, or the calendar does not know', () => {
  expect(lagOf(null, '2026-09-30', calendar)).toBeUndefined();
  expect(lagOf('2026-09-30', undefined, calendar)).toBeUndefined();
  expect(lagOf('2026-09-30', '2999-01-04', calendar)).toBeUndefined();
});
