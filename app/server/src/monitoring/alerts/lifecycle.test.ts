import { describe, expect, it } from 'vitest';
import type { Observation } from './conditions/observation.ts';
import { type Episode, type Step, step } from './lifecycle.ts';

const TIMING = { forSeconds: 60, keepFiringSeconds: 120, cooldownSeconds: 900 };
const SECOND = 1_000;

const observed = (state: Observation['state']): Observation => ({ labels: {}, state });

/** Steps at these seconds; what is left of the alert at the end. */
function after(steps: readonly (readonly [second: number, state: Observation['state']])[]): {
  readonly episode: Episode | undefined;
  readonly alerts: number;
} {
  let episode: Episode | undefined;
  let alerts = 0;
  for (const [second, state] of steps) {
    const stepped: Step = step(episode, observed(state), TIMING, second * SECOND);
    if (stepped === undefined) continue;
    if ('gone' in stepped) {
      episode = undefined;
      continue;
    }
    if (stepped.isNew) alerts += 1;
    episode = stepped.next;
  }
  return { episode, alerts };
}

describe('the life of an alert', () => {
  it('begins with a breach and fires when that has lasted its time, not a moment earlier', () => {
    expect(after([[0, 'breached']]).episode).toMatchObject({ state: 'pending', pendingSince: 0 });
    expect(
      after([
        [0, 'breached'],
        [59.999, 'breached'],
      ]).episode,
    ).toMatchObject({ state: 'pending' });
    expect(
      after([
        [0, 'breached'],
        [60, 'breached'],
      ]).episode,
    ).toMatchObject({ state: 'firing', firedAt: 60 * SECOND });
  });

  it('is nothing without a breach', () => {
    for (const state of ['clear', 'within', 'unknown'] as const)
      expect(after([[0, state]]).episode).toBeUndefined();
  });

  it('is forgotten when the breach goes before its time, also into the band between the bounds', () => {
    for (const state of ['clear', 'within'] as const)
      expect(
        after([
          [0, 'breached'],
          [30, state],
        ]).episode,
      ).toBeUndefined();
  });

  it('waits through a short time in which nothing is known, and ends after a long one, which begins with the first such look', () => {
    expect(
      after([
        [0, 'breached'],
        [30, 'unknown'],
        [60, 'breached'],
      ]).episode,
    ).toMatchObject({ state: 'firing' });
    const unknown = [
      [0, 'breached'],
      [60, 'breached'],
      [1_000, 'unknown'],
      [1_899, 'unknown'],
    ] as const;
    expect(after(unknown).episode).toMatchObject({ state: 'firing', seenAt: 60 * SECOND });
    expect(after([...unknown, [1_900, 'unknown']]).episode).toMatchObject({
      ...{ state: 'resolved', endReason: 'no-data', seenAt: 60 * SECOND },
    });
    const known = after([...unknown, [1_900, 'within'], [1_910, 'unknown'], [2_809, 'unknown']]);
    expect(known.episode).toMatchObject({ state: 'firing' });
  });

  it('goes on between the bounds, and ends when the condition was gone long enough', () => {
    const firing = [
      [0, 'breached'],
      [60, 'breached'],
    ] as const;
    expect(after([...firing, [400, 'within']]).episode).toMatchObject({ state: 'firing' });
    expect(after([...firing, [70, 'clear'], [189, 'clear']]).episode).toMatchObject({
      state: 'firing',
      clearSince: 70 * SECOND,
    });
    expect(after([...firing, [70, 'clear'], [190, 'clear']]).episode).toMatchObject({
      state: 'resolved',
      resolvedAt: 190 * SECOND,
      endReason: 'clear',
    });
  });

  it('counts a condition that came back before the end, which began anew with it', () => {
    const { episode } = after([
      [0, 'breached'],
      [60, 'breached'],
      [70, 'clear'],
      [100, 'breached'],
      [110, 'clear'],
      [229, 'clear'],
    ]);
    expect(episode).toMatchObject({ state: 'firing', flaps: 1, clearSince: 110 * SECOND });
  });

  it('is reopened within its cool-down, and another one after it', () => {
    const resolved = [
      [0, 'breached'],
      [60, 'breached'],
      [70, 'clear'],
      [190, 'clear'],
    ] as const;
    const again = after([...resolved, [1_000, 'breached'], [1_060, 'breached']]);
    expect(again).toMatchObject({
      alerts: 1,
      episode: {
        ...{ state: 'firing', reopened: 1, firedAt: 1_060 * SECOND, firstFiredAt: 60 * SECOND },
      },
    });
    expect(again.episode?.resolvedAt).toBeUndefined();
    const another = after([...resolved, [1_090, 'breached'], [1_150, 'breached']]);
    expect(another).toMatchObject({ alerts: 2, episode: { state: 'firing', reopened: 0 } });
  });

  it('that fired before is no new one for having been pending again', () => {
    const { episode, alerts } = after([
      [0, 'breached'],
      [60, 'breached'],
      [70, 'clear'],
      [190, 'clear'],
      [200, 'breached'],
      [210, 'clear'],
    ]);
    expect(alerts).toBe(1);
    expect(episode).toMatchObject({ state: 'resolved', resolvedAt: 190 * SECOND, reopened: 0 });
  });
});
