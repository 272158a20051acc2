import { expect, it } from 'vitest';
import { fingerprintOf } from '../history/labels.ts';
import type { StoredAlert } from './alerts.sql.ts';
import type { Observation } from './conditions/observation.ts';
import { bounded } from './most-alerts.ts';

const THINGS = ['a', 'b', 'c', 'd', 'e', 'f'];
const breached = (thing: string): Observation => ({ labels: { thing }, state: 'breached' });

function alertOf(thing: string, state: StoredAlert['episode']['state']): StoredAlert {
  const labels = { thing };
  return {
    ...{ id: thing, fingerprint: fingerprintOf('R', labels), rule: 'R', severity: 'info', labels },
    ...{ summary: '', description: '', value: undefined, limit: undefined, startedAt: 0, evaluatedAt: 0 },
    episode: { state, pendingSince: 0, seenAt: 0, reopened: 0, flaps: 0 },
    told: { told: 'nothing', transition: 0 },
  };
}

const chosen = (things: readonly string[], stored: readonly StoredAlert[], most: number): string[] =>
  bounded('R', things.map(breached), stored, most)
    .filter(({ state }) => state === 'breached')
    .map(({ labels }) => labels['thing'] ?? '')
    .toSorted((a, b) => (a < b ? -1 : 1));

it('leaves what is not too much as it is', () => {
  const all = THINGS.map(breached);
  expect(bounded('R', all, [], 6)).toBe(all);
});

it('chooses the same in every order, and says of the others that they are the case', () => {
  const first = chosen(THINGS, [], 3);
  expect(first).toHaveLength(3);
  expect(chosen(THINGS.toReversed(), [], 3)).toEqual(first);
  const states = bounded('R', THINGS.map(breached), [], 3).map(({ state }) => state);
  expect(states.filter((state) => state === 'within')).toHaveLength(3);
});

it('keeps what has an alert, and of that first what is not over', () => {
  const other = THINGS.find((thing) => !chosen(THINGS, [], 5).includes(thing)) ?? '';
  expect(chosen(THINGS, [alertOf(other, 'resolved')], 1)).toEqual([other]);
  const active = THINGS.find((thing) => thing !== other) ?? '';
  for (const state of ['pending', 'firing'] as const)
    expect(chosen(THINGS, [alertOf(other, 'resolved'), alertOf(active, state)], 1)).toEqual([active]);
});
