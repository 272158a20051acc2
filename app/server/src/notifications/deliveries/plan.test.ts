import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MOST_ATTEMPTS, retrySeconds } from './backoff.ts';
import { planMessages, type Waiting } from './plan.ts';

const one = (id: string, groupKey: string, rank = 1, isDue = true): Waiting => ({
  id,
  groupKey,
  rank,
  isDue,
});

it('makes a message of each group that is due, with all that it has by then', () => {
  expect(planMessages([one('1', 'a'), one('2', 'b', 1, false), one('3', 'a', 1, false)], 5)).toEqual([
    { groupKey: 'a', deliveries: ['1', '3'], isSummary: false },
  ]);
});

it('sends the worst on its own, and what is over in the last slot', () => {
  const waiting = [one('1', 'a'), one('2', 'b', 2), one('3', 'c', 3), one('4', 'd', 0)];
  expect(planMessages(waiting, 2)).toEqual([
    { groupKey: 'c', deliveries: ['3'], isSummary: false },
    { groupKey: 'summary', deliveries: ['2', '1', '4'], isSummary: true },
  ]);
  expect(planMessages(waiting, 0)).toEqual([]);
});

it('loses nothing, tells nothing twice, and keeps to the slots, whatever waits', () => {
  const waiting = fc.uniqueArray(
    fc.record({
      id: fc.uuid(),
      groupKey: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      rank: fc.nat(3),
      isDue: fc.boolean(),
    }),
    { selector: ({ id }) => id },
  );
  fc.assert(
    fc.property(waiting, fc.integer({ min: -2, max: 6 }), (all, slots) => {
      const planned = planMessages(all, slots);
      expect(planned.length).toBeLessThanOrEqual(Math.max(slots, 0));
      const told = planned.flatMap(({ deliveries }) => deliveries);
      expect(new Set(told).size).toBe(told.length);
      const due = new Set(all.filter(({ isDue }) => isDue).map(({ groupKey }) => groupKey));
      const expected = slots <= 0 ? [] : all.filter(({ groupKey }) => due.has(groupKey)).map(({ id }) => id);
      expect(told.toSorted()).toEqual(expected.toSorted());
    }),
  );
});

it('waits twice as long after each attempt, never less than asked, and about an hour and a half in all', () => {
  const seconds = Array.from({ length: MOST_ATTEMPTS - 1 }, (_, index) => retrySeconds(index + 1, 0.5));
  expect(seconds).toEqual([15, 30, 60, 120, 240, 480, 960, 1_800, 1_800]);
  expect([retrySeconds(1, 0), retrySeconds(1, 1), retrySeconds(1, 0.5, 100)]).toEqual([11.25, 18.75, 100]);
});
