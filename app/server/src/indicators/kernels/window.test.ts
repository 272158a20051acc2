import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanDistanceOf, meanOf, momentsOf, sumOf, weightedMeanOf } from './window.ts';

/** What each measure is by its definition, of one window. */
const plainSum = (window: readonly number[]): number => window.reduce((sum, value) => sum + value, 0);
const plainMean = (window: readonly number[]): number => plainSum(window) / window.length;
const plainSquares = (window: readonly number[]): number =>
  plainSum(window.map((value) => (value - plainMean(window)) ** 2));
const plainWeighted = (window: readonly number[]): number =>
  plainSum(window.map((value, index) => value * (index + 1))) / ((window.length * (window.length + 1)) / 2);

function overWindows(
  values: readonly number[],
  n: number,
  measure: (window: readonly number[]) => number,
): Float64Array {
  return Float64Array.from(values, (_, index) =>
    index < n - 1 ? Number.NaN : measure(values.slice(index - n + 1, index + 1)),
  );
}

function expectClose(actual: Float64Array, expected: Float64Array, size: number): void {
  expect(actual.length).toBe(expected.length);
  const far = actual.findIndex((value, index) => {
    const wanted = expected[index] ?? Number.NaN;
    return Number.isNaN(value) !== Number.isNaN(wanted) || Math.abs(value - wanted) > 1e-12 * size;
  });
  expect(far === -1 ? undefined : [far, actual[far], expected[far]]).toBeUndefined();
}

const period = fc.integer({ min: 1, max: 12 });
const ticks = fc.array(fc.integer({ min: 1, max: 10_000_000 }), { maxLength: 60 });
const reals = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 60 });

describe('windows', () => {
  it('are exactly what they are by definition for whole numbers', () => {
    fc.assert(
      fc.property(ticks, period, (values, n) => {
        const series = Float64Array.from(values);
        expect(sumOf(series, n)).toEqual(overWindows(values, n, plainSum));
        expect(meanOf(series, n)).toEqual(overWindows(values, n, plainMean));
        expect(weightedMeanOf(series, n)).toEqual(overWindows(values, n, plainWeighted));
        expect(momentsOf(series, n).mean).toEqual(overWindows(values, n, plainMean));
      }),
    );
  });

  it('are what they are by definition for any numbers, gaps included', () => {
    const gapped = reals.chain((values) =>
      fc
        .array(fc.nat({ max: Math.max(0, values.length - 1) }), { maxLength: 3 })
        .map((gaps) => values.map((value, index) => (gaps.includes(index) ? Number.NaN : value))),
    );
    fc.assert(
      fc.property(gapped, period, (values, n) => {
        const series = Float64Array.from(values);
        expectClose(sumOf(series, n), overWindows(values, n, plainSum), 1e7);
        expectClose(weightedMeanOf(series, n), overWindows(values, n, plainWeighted), 1e7);
        expectClose(momentsOf(series, n).squares, overWindows(values, n, plainSquares), 1e13);
      }),
    );
  });

  it('measure the mean distance from their mean', () => {
    const distance = (window: readonly number[]): number =>
      plainMean(window.map((value) => Math.abs(value - plainMean(window))));
    fc.assert(
      fc.property(reals, period, (values, n) => {
        const series = Float64Array.from(values);
        expectClose(meanDistanceOf(series, meanOf(series, n), n), overWindows(values, n, distance), 1e6);
      }),
    );
  });

  it('forget a huge value when it leaves: a running sum would keep its rounding error', () => {
    const series = Float64Array.of(1e17, 0.1, 0.1, 0.1, 0, 0, 0);
    expect(sumOf(series, 3).subarray(3)).toEqual(Float64Array.of(0.1 + 0.1 + 0.1, 0.2, 0.1, 0));
  });

  it('have exactly no deviation where all values are one, however large', () => {
    const { mean, squares } = momentsOf(new Float64Array(50).fill(123_456_789.1), 20);
    expect(mean[49]).toBe(123_456_789.1);
    expect(squares[49]).toBe(0);
  });
});
