import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BarSeries } from '../indicators/index.ts';
import { actionOf, scoreByRules } from './rule-score.ts';

function series(closes: readonly number[], volumes?: readonly number[]): BarSeries {
  const close = Float64Array.from(closes);
  return {
    dates: closes.map((_, index) => `day ${index}`),
    open: close,
    high: close.map((value) => value * 1.005),
    low: close.map((value) => value * 0.995),
    close,
    volume: Float64Array.from(volumes ?? closes.map(() => 1000)),
    amount: close,
  };
}

const climb = Array.from({ length: 120 }, (_, day) => 10 * 1.002 ** day + 0.1 * Math.sin(day));
const points = (bars: BarSeries): Record<string, number> =>
  Object.fromEntries(scoreByRules(bars).reasons.map((reason) => [reason.id, reason.points]));

describe('scoreByRules', () => {
  it('rates a steady climb above a steady fall', () => {
    const up = scoreByRules(series(climb));
    const down = scoreByRules(series(climb.toReversed()));
    expect(points(series(climb))).toMatchObject({ 'trend.alignment': 12, 'trend.medium': 6 });
    expect(points(series(climb.toReversed()))).toMatchObject({ 'trend.alignment': -12, 'trend.medium': -6 });
    expect(up.score).toBeGreaterThan(60);
    expect(down.score).toBeLessThan(40);
  });

  it('lets volume confirm the direction of the day', () => {
    const volumes = climb.map(() => 1000);
    volumes[119] = 2000;
    const last = climb.at(-2) ?? 0;
    expect(points(series([...climb.slice(0, -1), last * 1.01], volumes))).toMatchObject({
      'volume.confirmation': 5,
    });
    expect(points(series([...climb.slice(0, -1), last * 0.99], volumes))).toMatchObject({
      'volume.confirmation': -5,
    });
    expect(points(series(climb))).toMatchObject({ 'volume.confirmation': 0 });
  });

  it('says what is missing and suggests nothing on a short history', () => {
    const short = scoreByRules(series(climb.slice(0, 30)));
    expect(short.action).toBe('watch');
    expect(short.dataGaps.join()).toContain('均线排列');
    expect(short.reasons.map((reason) => reason.id)).not.toContain('trend.medium');
    expect(scoreByRules(series([]))).toMatchObject({ score: 50, action: 'watch', reasons: [] });
  });

  it('is the sum of its reasons, within 0 and 100, and deterministic', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 500, max: 2000 }), { minLength: 60, maxLength: 90 }),
        (cents) => {
          const bars = series(cents.map((value) => value / 100));
          const result = scoreByRules(bars);
          const sum = result.reasons.reduce((total, reason) => total + reason.points, 50);
          expect(result.score).toBe(Math.min(100, Math.max(0, sum)));
          expect(scoreByRules(bars)).toEqual(result);
        },
      ),
    );
  });

  it.each([
    [100, 'buy'],
    [80, 'buy'],
    [79, 'add'],
    [60, 'add'],
    [59, 'hold'],
    [40, 'hold'],
    [39, 'reduce'],
    [20, 'reduce'],
    [19, 'sell'],
    [0, 'sell'],
  ])('puts a score of %d into the band %s', (score, action) => expect(actionOf(score)).toBe(action));
});
