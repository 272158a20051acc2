import { describe, expect, it } from 'vitest';
import { quantileOf } from './quantiles.ts';

const INFINITE = Number.POSITIVE_INFINITY;

/** `histogram_quantile` of Prometheus 2.42 gives these for the same buckets. */
const BUCKETS = [
  { bound: 0.1, count: 10 },
  { bound: 0.5, count: 30 },
  { bound: 1, count: 40 },
  { bound: INFINITE, count: 40 },
];

describe('a quantile of a histogram', () => {
  it('is interpolated within its bucket, the first of which begins at zero', () => {
    expect(quantileOf(BUCKETS, 0.5)).toBeCloseTo(0.3, 12);
    expect(quantileOf(BUCKETS, 0.95)).toBeCloseTo(0.9, 12);
    expect(quantileOf(BUCKETS, 0.125)).toBeCloseTo(0.05, 12);
  });

  it('is the largest finite bound where it lies beyond it', () => {
    expect(
      quantileOf(
        [
          { bound: 0.1, count: 1 },
          { bound: INFINITE, count: 10 },
        ],
        0.99,
      ),
    ).toBe(0.1);
  });

  it('is unknown where nothing was observed', () => {
    expect(quantileOf([], 0.5)).toBeUndefined();
    expect(quantileOf([{ bound: INFINITE, count: 0 }], 0.5)).toBeUndefined();
  });
});
