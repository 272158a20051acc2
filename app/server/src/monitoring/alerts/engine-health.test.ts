import { beforeEach, describe, expect, it } from 'vitest';
import { monitoring } from '../../common/configuration/monitoring-schema.ts';
import { Metrics } from '../metrics/metrics.ts';
import { AlertTiming } from './alert-timing.ts';
import { EngineHealth } from './engine-health.ts';

const TIMING = new AlertTiming({ monitoring: monitoring.parse({}) });
let now: number;
let health: EngineHealth;
let metrics: Metrics;

beforeEach(() => {
  now = 7_000;
  metrics = new Metrics();
  const connector = { obstacle: 'the migrate step has to run' };
  health = new EngineHealth({ ms: () => now }, TIMING, connector, { register: () => [] as never }, metrics);
});

const after = (seconds: number): ReturnType<EngineHealth['state']> => {
  now += seconds * 1_000;
  return health.state();
};

describe('the engine of a worker', () => {
  it('is not late before the database is ready, and waits for what that waits for', () => {
    expect(after(3_600).status).toBe('up');
    expect(() => health.check()).toThrow('the migrate step has to run');
  });

  it('is down once nothing was judged for a minute, says why, and is up with the next evaluation', () => {
    health.begin();
    expect(after(59.9).status).toBe('up');
    health.broke('cannot execute INSERT in a read-only transaction');
    expect(after(0.1)).toEqual({
      status: 'down',
      message: 'no rule was judged for 60 s: cannot execute INSERT in a read-only transaction',
    });
    health.ended({ count: 3, failures: [] });
    expect(after(0)).toEqual({ status: 'up', message: '' });
  });

  it('is degraded while some rules are not judged, and down where none is', () => {
    health.begin();
    const failure = { what: 'AnswersSlow', why: 'no such table' };
    for (let n = 0; n < 4; n += 1) {
      after(15);
      health.ended({ count: 2, failures: [failure] });
    }
    expect(after(0)).toEqual({
      status: 'degraded',
      message: 'not all rules were judged for 60 s: AnswersSlow: no such table',
    });
    for (let n = 0; n < 4; n += 1) {
      after(15);
      health.ended({ count: 1, failures: [failure] });
    }
    expect(after(0).status).toBe('down');
  });

  it('is not blamed for the time in which the database was away', () => {
    health.begin();
    after(600);
    health.excuse();
    expect(after(59).status).toBe('up');
    expect(after(1).status).toBe('down');
  });

  it('tells its age and what failed as figures', async () => {
    health.begin();
    health.broke('no');
    health.ended({ count: 2, failures: [{ what: 'A', why: 'b' }] });
    after(7);
    const text = await metrics.exposition();
    expect(text).toContain('stock_analysis_alert_evaluation_age_seconds 7');
    expect(text).toContain('stock_analysis_alert_evaluation_failures_total{what="evaluation"} 1');
    expect(text).toContain('stock_analysis_alert_evaluation_failures_total{what="rule"} 1');
  });
});
