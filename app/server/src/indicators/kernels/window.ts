/**
 * Measures of the last n values, at every index, in O(length) whatever n is.
 *
 * The series is cut into blocks of n. A window is then the end of one block and the beginning of the next, and both are
 * accumulated from the border outwards (van Herk 1992, Gil and Werman 1993, there for extremes). Unlike a running sum,
 * nothing is ever subtracted: an error cannot outlive its window, a window of zeros is exactly zero, and a NaN takes the
 * value from those windows that hold it and from no other.
 */
import { column, emptyColumn } from './memory.ts';

/** `values[index]` of an index that is known to be inside: the fallback is for the type and is never taken. */
export const at = (values: Float64Array, index: number): number => values[index] ?? Number.NaN;

/** Before n values there is nothing to measure, unless the window takes what there is. */
const beginning = (n: number, neutral: number): Float64Array => {
  const ends = emptyColumn(n);
  ends[n - 1] = neutral;
  return ends;
};

/** SUM(X, n): sum of the last n values; NaN for the first n − 1. */
export const sumOf = (values: Float64Array, n: number): Float64Array => sumInPartsOf(values, n, 1);

/** MA(X, n): mean of the last n values; NaN for the first n − 1. */
export const meanOf = (values: Float64Array, n: number): Float64Array => sumInPartsOf(values, n, n);

function sumInPartsOf(values: Float64Array, n: number, parts: number): Float64Array {
  const { length } = values;
  const out = column(length);
  const ends = beginning(n, 0);
  for (let start = 0; start < length; start += n) {
    const stop = Math.min(start + n, length);
    let sum = 0;
    for (let index = start; index < stop; index += 1) {
      sum += at(values, index);
      out[index] = (at(ends, index - start) + sum) / parts;
    }
    if (stop < start + n) break;
    sum = 0;
    for (let offset = n - 1; offset > 0; offset -= 1) {
      sum += at(values, start + offset);
      ends[offset - 1] = sum;
    }
    ends[n - 1] = 0;
  }
  return out;
}

/** WMA(X, n): mean of the last n values with the weights 1 … n, the newest weighing most; NaN for the first n − 1. */
export function weightedMeanOf(values: Float64Array, n: number): Float64Array {
  const { length } = values;
  const out = column(length);
  const weights = (n * (n + 1)) / 2;
  const weightedEnds = beginning(n, 0);
  for (let start = 0; start < length; start += n) {
    const stop = Math.min(start + n, length);
    let sum = 0;
    let weighted = 0;
    for (let index = start; index < stop; index += 1) {
      const rank = index - start + 1;
      const value = at(values, index);
      sum += value;
      weighted += rank * value;
      out[index] = (at(weightedEnds, rank - 1) + weighted + (n - rank) * sum) / weights;
    }
    if (stop < start + n) break;
    sum = 0;
    weighted = 0;
    for (let offset = n - 1; offset > 0; offset -= 1) {
      // The value taken in is the oldest so far: it weighs 1 and every other one more than before.
      sum += at(values, start + offset);
      weighted += sum;
      weightedEnds[offset - 1] = weighted;
    }
    weightedEnds[n - 1] = 0;
  }
  return out;
}

/** Mean of the last n values and the sum of squares of their deviations from it; NaN for the first n − 1. */
export function momentsOf(
  values: Float64Array,
  n: number,
): { readonly mean: Float64Array; readonly squares: Float64Array } {
  const { length } = values;
  const mean = column(length);
  const squares = column(length);
  const ends = beginning(n, 0);
  const squareEnds = beginning(n, 0);
  for (let start = 0; start < length; start += n) {
    const stop = Math.min(start + n, length);
    // Deviations are taken from a value that every window of this block holds: no large numbers cancel each other.
    const centre = at(values, start);
    let sum = 0;
    let square = 0;
    for (let index = start - 1; index > start - n && index > 0; index -= 1) {
      const deviation = at(values, index) - centre;
      sum += deviation;
      square += deviation * deviation;
      const kept = n - start + index - 1;
      ends[kept] = sum;
      squareEnds[kept] = square;
    }
    sum = 0;
    square = 0;
    for (let index = start; index < stop; index += 1) {
      const deviation = at(values, index) - centre;
      sum += deviation;
      square += deviation * deviation;
      const total = at(ends, index - start) + sum;
      mean[index] = (total + n * centre) / n;
      const squared = at(squareEnds, index - start) + square - (total * total) / n;
      squares[index] = squared < 0 ? 0 : squared;
    }
  }
  return { mean, squares };
}

/**
 * AVEDEV(X, n): mean distance of the last n values from their mean; NaN for the first n − 1. Takes n steps per value:
 * the mean moves with every bar and all distances with it; TA-Lib does the same.
 */
export function meanDistanceOf(values: Float64Array, mean: Float64Array, n: number): Float64Array {
  const out = emptyColumn(values.length);
  for (let index = n - 1; index < values.length; index += 1) {
    const centre = at(mean, index);
    let sum = 0;
    for (let one = index - n + 1; one <= index; one += 1) sum += Math.abs(at(values, one) - centre);
    out[index] = sum / n;
  }
  return out;
}
