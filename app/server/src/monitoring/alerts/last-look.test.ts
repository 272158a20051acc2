import { describe, expect, it } from 'vitest';
import type { StoredAlert } from './alerts.sql.ts';
import { foundBy } from './last-look.ts';
import type { Episode } from './lifecycle.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const WATCHED = 45 * SECOND;

function alertOf(episode: Partial<Episode>, more: Partial<StoredAlert> = {}): StoredAlert {
  return {
    ...{
      id: 'i',
      fingerprint: 'f',
      rule: 'R',
      severity: 'critical',
      labels: {},
      summary: '',
      description: '',
    },
    ...{ value: undefined, limit: undefined, startedAt: 0, evaluatedAt: 100 * SECOND },
    episode: {
      state: 'firing',
      pendingSince: 0,
      firedAt: 30,
      seenAt: 100 * SECOND,
      reopened: 0,
      flaps: 0,
      ...episode,
    },
    told: { told: 'firing', toldFiringAt: 30, transition: 1 },
    ...more,
  };
}

/** At so many seconds, by a clock that says so. */
const found = (seconds: number, alert: StoredAlert, now = seconds): Episode | undefined =>
  foundBy({ at: seconds * SECOND, now: now * SECOND, watchedMs: WATCHED }, alert)?.episode;

describe('the time since the look before', () => {
  it('counts as it is where no more looks were missed than may be', () => {
    const alert = alertOf({ clearSince: 90 * SECOND, unknownSince: 80 * SECOND });
    expect(found(145, alert)).toEqual(alert.episode);
  });

  it('counts for nothing that waits beyond that', () => {
    const alert = alertOf({ clearSince: 90 * SECOND, unknownSince: 80 * SECOND });
    // 900 s of which nobody saw 855.
    expect(found(1_000, alert)).toEqual({
      ...alert.episode,
      clearSince: 945 * SECOND,
      unknownSince: 935 * SECOND,
    });
    const pending = alertOf({ state: 'pending', firedAt: undefined, pendingSince: 70 * SECOND });
    expect(found(1_000, pending)).toMatchObject({ pendingSince: 925 * SECOND, seenAt: 100 * SECOND });
  });
});

describe('a look before this one that lies ahead', () => {
  const ahead = alertOf(
    { pendingSince: 8 * HOUR, firedAt: 8 * HOUR, seenAt: 8 * HOUR, clearSince: 8 * HOUR },
    { evaluatedAt: 8 * HOUR, startedAt: 8 * HOUR },
  );

  it('is another engine which saw later', () => {
    expect(found(100, alertOf({}))).toBeUndefined();
    expect(found(55, alertOf({}))).toBeUndefined();
  });

  it('is another engine, too, where this one stood still in the middle of an evaluation', () => {
    expect(found(10, alertOf({}), 55)).toBeUndefined();
    expect(found(10, alertOf({}), 900)).toBeUndefined();
  });

  it('was made by a clock that was wrong where that time is far from come: nothing was later than now', () => {
    expect(found(54, alertOf({}))).toBeDefined();
    expect(found(200, ahead)).toEqual({
      ...ahead.episode,
      ...{
        pendingSince: 200 * SECOND,
        firedAt: 200 * SECOND,
        seenAt: 200 * SECOND,
        clearSince: 200 * SECOND,
      },
    });
    const look = { at: 200 * SECOND, now: 200 * SECOND, watchedMs: WATCHED };
    const told = { told: 'firing', toldFiringAt: 9 * HOUR, escalatedAt: 7 * HOUR, transition: 2 } as const;
    expect(foundBy(look, { ...ahead, told })).toMatchObject({
      startedAt: 200 * SECOND,
      told: { toldFiringAt: 200 * SECOND, escalatedAt: 200 * SECOND, transition: 2 },
    });
  });
});
