import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LABEL } from '../naming/index.ts';
import type { LiveJob } from './live.ts';
import { decideMigration, pauseAfter, supersededJobs } from './migration.ts';

const KEY = 'abc';
const NOW = Date.parse('2026-11-23T12:00:00Z');

function job(attempt: number, end?: 'Complete' | 'Failed', secondsAgo = 0, key = KEY): LiveJob {
  const conditions = end
    ? [{ type: end, status: 'True', lastTransitionTime: new Date(NOW - secondsAgo * 1000).toISOString() }]
    : [];
  const labels = { [LABEL.migration]: key, [LABEL.attempt]: String(attempt) };
  return {
    metadata: { name: `demo-migrate-${key}-${attempt}`, uid: `${attempt}`, labels },
    status: { conditions },
  };
}

describe('decideMigration', () => {
  it('starts with the first attempt', () => {
    expect(decideMigration([job(7, 'Complete', 0, 'other')], KEY, NOW)).toEqual({
      action: 'create',
      attempt: 1,
    });
  });

  it('waits for a running Job', () => {
    expect(decideMigration([job(1)], KEY, NOW)).toMatchObject({ action: 'wait', attempt: 1 });
  });

  it('counts a success whatever other attempts did', () => {
    expect(decideMigration([job(2, 'Failed'), job(1, 'Complete')], KEY, NOW)).toMatchObject({
      action: 'succeeded',
    });
  });

  it('pauses after a failure and then tries again with the next number', () => {
    expect(decideMigration([job(1, 'Failed', 10)], KEY, NOW)).toMatchObject({
      action: 'pause',
      retryAt: NOW + 20_000,
    });
    expect(decideMigration([job(1, 'Failed', 31)], KEY, NOW)).toEqual({ action: 'create', attempt: 2 });
    expect(decideMigration([job(9, 'Failed', 601), job(8, 'Failed', 9000)], KEY, NOW)).toEqual({
      action: 'create',
      attempt: 10,
    });
  });

  it('takes a deleted Job for gone', () => {
    const deleted = { ...job(1), metadata: { ...job(1).metadata, deletionTimestamp: 'x' } };
    expect(decideMigration([deleted], KEY, NOW)).toEqual({ action: 'create', attempt: 1 });
  });

  it('pauses between 30 s and 10 min, never less than before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (attempt) => {
        expect(pauseAfter(attempt)).toBeGreaterThanOrEqual(30_000);
        expect(pauseAfter(attempt)).toBeLessThanOrEqual(600_000);
        expect(pauseAfter(attempt + 1)).toBeGreaterThanOrEqual(pauseAfter(attempt));
      }),
    );
  });
});

describe('supersededJobs', () => {
  it('are running Jobs of other migrations', () => {
    const jobs = [job(1), job(1, undefined, 0, 'old'), job(2, 'Complete', 0, 'old')];
    expect(supersededJobs(jobs, KEY).map(({ metadata }) => metadata.name)).toEqual(['demo-migrate-old-1']);
  });
});
