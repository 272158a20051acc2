import { describe, expect, it } from 'vitest';
import type { StockAnalysisStatus } from '../../api/index.ts';
import { revisitAfter } from './revisit.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const status = (ready: 'True' | 'False', secondsAgo: number): StockAnalysisStatus => ({
  conditions: [
    {
      type: 'Ready',
      status: ready,
      reason: 'Progressing',
      message: '',
      lastTransitionTime: new Date(NOW - secondsAgo * 1000).toISOString(),
    },
  ],
});

const at = (secondsAgo: number): number => revisitAfter(status('False', secondsAgo), NOW, () => 0.5);

describe('revisitAfter', () => {
  it('looks again in five to ten minutes when all is well', () => {
    expect(revisitAfter(status('True', 1), NOW, () => 0)).toBe(300_000);
    expect(revisitAfter(status('True', 1), NOW, () => 0.999)).toBeLessThan(600_000);
  });

  it('looks soon after fresh trouble and seldom after old trouble', () => {
    expect(at(0)).toBe(3_000);
    expect(at(60)).toBe(20_000);
    expect(at(100_000)).toBe(300_000);
  });

  it('looks again as soon where monitoring alone failed, and leaves alone what waits for somebody', () => {
    const withMonitoring = (reason: string, secondsAgo: number): StockAnalysisStatus => {
      const [ready] = status('True', 900).conditions ?? [];
      const [failed] = status('False', secondsAgo).conditions ?? [];
      return {
        conditions: [ready, failed && { ...failed, type: 'MonitoringReady', reason }].filter((one) => !!one),
      };
    };
    const after = (reason: string, secondsAgo: number): number =>
      revisitAfter(withMonitoring(reason, secondsAgo), NOW, () => 0.5);
    expect(after('ReconcileFailed', 0)).toBe(3_000);
    expect(after('ReconcileFailed', 60)).toBe(20_000);
    expect(after('PrometheusOperatorAbsent', 60)).toBe(450_000);
  });

  it('comes earlier when a phase asks for it, never in a tight loop', () => {
    expect(revisitAfter(status('False', 900), NOW, () => 0.5, 10_000)).toBe(10_000);
    expect(revisitAfter(status('False', 900), NOW, () => 0.5, 0)).toBe(1_000);
  });
});
