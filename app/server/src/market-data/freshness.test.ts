import { describe, expect, it } from 'vitest';
import { TradingCalendar } from './calendar/trading-calendar.ts';
import { type FreshnessFacts, isStale } from './freshness.ts';

const calendar = TradingCalendar.announced('SH');
const live: FreshnessFacts = {
  source: 'aktools',
  lastBar: '2026-09-30',
  newestBar: '2026-10-08',
  haltedFrom: null,
  lastCompleted: '2026-09-30',
};

describe('isStale', () => {
  it.each<[string, Partial<FreshnessFacts>, boolean]>([
    ['ends on the last completed day', {}, false],
    ['has a bar of the day that still trades', { lastBar: '2026-10-08' }, false],
    ['misses the last completed day', { lastCompleted: '2026-10-08' }, true],
    [
      'has been halted since the day after its last bar, over holidays',
      { lastCompleted: '2026-10-08', haltedFrom: '2026-10-08' },
      false,
    ],
    [
      'is halted, but misses a day before that',
      { lastCompleted: '2026-10-12', haltedFrom: '2026-10-12' },
      true,
    ],
    ['was delisted after its last bar', { lastCompleted: '2026-10-12', isDelisted: true }, false],
    ['is delisted without any bar', { lastBar: null, isDelisted: true }, true],
    ['has no bars', { lastBar: null }, true],
    ['is asked for beyond the calendar', { lastCompleted: undefined }, true],
  ])('of a live symbol that %s', (_what, facts, stale) => {
    expect(isStale({ ...live, ...facts }, calendar)).toBe(stale);
  });

  it.each([
    ['2024-09-19', '2024-09-19', false],
    ['2024-09-18', '2024-09-19', true],
    ['2024-09-19', null, true],
  ])('of a sample symbol that ends on %s while the newest bar is of %s', (lastBar, newestBar, stale) => {
    expect(isStale({ ...live, source: 'sample', lastBar, newestBar }, calendar)).toBe(stale);
  });
});
