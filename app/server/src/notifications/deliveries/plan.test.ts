import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MOST_ATTEMPTS, retrySeconds } from './backoff.ts';
import { keptForCritical, planMessages, type Waiting } from './plan.ts';

const one = (id: string, groupKey: string, rank = 1, isDue = true): Waiting => ({
  ...{ id, groupKey, rank, isDue },
  fingerprint: `f${id}`,
  isLate: false,
});

it('makes a message of each group that is due, with all that it has by then', () => {
  expect(planMessages([one('1', 'a'), one('2', 'b', 1, false), one('3', 'a', 1, false)], 5)).toEqual([
    { groupKey: 'a', deliveries: ['1', '3'], superseded: [], isSummary: false },
  ]);
});

it('sends the worst on its own, and what is over in the last slot', () => {
  const waiting = [one('1', 'a'), one('2', 'b', 2), one('3', 'c', 3), one('4', 'd', 0)];
  expect(planMessages(waiting, 2)).toEqual([
    { groupKey: 'c', deliveries: ['3'], superseded: [], isSummary: false },
    { groupKey: 'summary', deliveries: ['2', '1', '4'], superseded: [], isSummary: true },
  ]);
  expect(planMessages(waiting, 0)).toEqual([]);
});

it('keeps slots for what is critical, whatever else came before', () => {
  const info = [one('1', 'a'), one('2', 'b'), one('3', 'c')];
  expect(keptForCritical(20)).toBe(5);
  expect([1, 2, 3, 8].map(keptForCritical)).toEqual([0, 1, 1, 2]);
  expect(planMessages(info, 3, 1).map(({ deliveries }) => deliveries)).toEqual([['1'], ['2', '3']]);
  expect(planMessages(info, 1, 1)).toEqual([]);
  const critical = one('4', 'd', 3);
  expect(planMessages([...info, critical], 1, 1).map(({ deliveries }) => deliveries)).toEqual([['4']]);
  // More of it than there is room for: nothing is left out of the last message.
  expect(planMessages([...info, critical, one('5', 'e', 3)], 1, 1)).toMatchObject([
    { deliveries: ['4', '5', '1', '2', '3'], isSummary: true },
  ]);
});

it('never gathers reports: they wait for a slot of their own, before other alerts once they are late', () => {
  const document = (id: string, isLate = false): Waiting => ({
    ...{ id, groupKey: `document-${id}`, rank: 0, isDue: true, fingerprint: null, isLate },
  });
  const plan = (waiting: readonly Waiting[], slots: number, kept = 0): (readonly string[])[] =>
    planMessages(waiting, slots, kept).map(({ deliveries }) => deliveries);
  const alerts = [one('1', 'a'), one('2', 'b'), one('3', 'c')];
  expect(plan([document('r'), ...alerts], 2)).toEqual([['1'], ['2', '3']]);
  expect(plan([document('r'), ...alerts], 4)).toEqual([['1'], ['2'], ['3'], ['r']]);
  expect(plan([...alerts, document('r', true)], 2)).toEqual([['r'], ['1', '2', '3']]);
  expect(plan([...alerts, document('r', true)], 1)).toEqual([['r']]);
  expect(plan([document('r', true), document('s')], 1)).toEqual([['r']]);
  // Not in place of what is critical, nor in the slots for that.
  expect(plan([document('r', true), one('4', 'd', 3)], 1)).toEqual([['4']]);
  expect(plan([document('r', true)], 1, 1)).toEqual([]);
});

it('tells of one alert what was said last, and only in its message', () => {
  const about = (id: string, groupKey: string, fingerprint: string | null): Waiting => ({
    ...one(id, groupKey),
    fingerprint,
  });
  const waiting = [
    about('1', 'a', 'x'),
    about('2', 'a', 'y'),
    about('3', 'a', 'x'),
    about('4', 'b', null),
    about('5', 'b', null),
  ];
  expect(planMessages(waiting, 5)).toEqual([
    { groupKey: 'a', deliveries: ['2', '3'], superseded: ['1'], isSummary: false },
    { groupKey: 'b', deliveries: ['4', '5'], superseded: [], isSummary: false },
  ]);
});

it('loses nothing, tells nothing twice, and keeps to the slots, whatever waits', () => {
  const waiting = fc.uniqueArray(
    fc.record({
      id: fc.uuid(),
      groupKey: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'daily report', 'weekly report'),
      fingerprint: fc.constantFrom('x', 'y', 'z'),
      rank: fc.nat(3),
      isDue: fc.boolean(),
      isLate: fc.boolean(),
    }),
    { selector: ({ id }) => id },
  );
  const isDocument = (groupKey: string): boolean => groupKey.endsWith('report');
  const asSent = (made: Waiting): Waiting =>
    isDocument(made.groupKey) ? { ...made, fingerprint: null, rank: 0 } : made;
  fc.assert(
    fc.property(waiting, fc.integer({ min: -2, max: 8 }), fc.nat(2), (made, slots, kept) => {
      const all = made.map(asSent);
      const planned = planMessages(all, slots, kept);
      expect(planned.length).toBeLessThanOrEqual(Math.max(slots, 0));
      const told = planned.flatMap(({ deliveries, superseded }) => deliveries.concat(superseded));
      expect(new Set(told).size).toBe(told.length);
      const groups = [...Map.groupBy(all, ({ groupKey }) => groupKey)]
        .filter(([, members]) => members.some(({ isDue }) => isDue))
        .map(([groupKey, members]) => ({
          ids: members.map(({ id }) => id),
          isDocument: isDocument(groupKey),
          isLate: members.some(({ isLate }) => isLate),
          isCritical: members.some(({ rank }) => rank === 3),
        }));
      const critical = groups.filter((group) => group.isCritical);
      const others = groups.filter((group) => !group.isCritical && !group.isDocument);
      const documents = groups.filter((group) => group.isDocument);
      const isFlood = critical.length > slots;
      const room = isFlood ? 0 : Math.max(0, slots - kept - critical.length);
      const late = documents.filter((group) => group.isLate);
      const first = Math.min(late.length, room);
      const toldAll = (groupsOf: readonly { readonly ids: readonly string[] }[]): string[] =>
        groupsOf.flatMap(({ ids }) => ids);
      const alerts = [
        ...(slots > 0 ? critical : []),
        ...((isFlood ? slots > 0 : room > first) ? others : []),
      ];
      const ofAlerts = toldAll(alerts);
      expect(told.filter((id) => ofAlerts.includes(id)).toSorted()).toEqual(ofAlerts.toSorted());
      // What else is told are whole documents, each alone, as many as have room.
      const ofDocuments = toldAll(documents);
      expect(told.filter((id) => !ofAlerts.includes(id) && !ofDocuments.includes(id))).toEqual([]);
      const holding = planned.filter(({ deliveries }) => deliveries.some((id) => ofDocuments.includes(id)));
      expect(holding.filter(({ groupKey, isSummary }) => isSummary || !isDocument(groupKey))).toEqual([]);
      const toldDocuments = planned.filter(({ groupKey }) => isDocument(groupKey)).length;
      const left = Math.max(0, room - first - Math.min(others.length, room - first));
      expect(toldDocuments).toBe(Math.min(documents.length, first + left));
    }),
  );
});

it('waits twice as long after each attempt, never less than asked, and about an hour and a half in all', () => {
  const seconds = Array.from({ length: MOST_ATTEMPTS - 1 }, (_, index) => retrySeconds(index + 1, 0.5));
  expect(seconds).toEqual([15, 30, 60, 120, 240, 480, 960, 1_800, 1_800]);
  expect([retrySeconds(1, 0), retrySeconds(1, 1), retrySeconds(1, 0.5, 100)]).toEqual([11.25, 18.75, 100]);
});
