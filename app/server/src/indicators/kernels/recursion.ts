/**
 * Recursive smoothing, Y = Y′ + α·(X − Y′), and the two ways of beginning it: Chinese terminals take the first value
 * itself, TA-Lib the mean of the first n. The difference fades by (1 − α) with every bar.
 */
import { column } from './memory.ts';
import { at } from './window.ts';

/** Weight below which a beginning counts as forgotten. */
const FADED = 1e-4;

/** Number of bars after which the beginning of a recursion with smoothing factor `alpha` weighs less than 1e-4. */
export function fadingBars(alpha: number): number {
  return alpha >= 1 ? 0 : Math.ceil(Math.log(FADED) / Math.log(1 - alpha));
}

/** α of EMA(X, n): 2 / (n + 1). */
export const emaFactor = (n: number): number => 2 / (n + 1);

/** From the first value that is one; where a value is missing there is none and the recursion goes on after it. */
function fromFirstValue(values: Float64Array, alpha: number): Float64Array {
  const out = column(values.length);
  let previous = Number.NaN;
  for (let index = 0; index < values.length; index += 1) {
    const value = at(values, index);
    if (Number.isNaN(value)) {
      out[index] = Number.NaN;
      continue;
    }
    previous = Number.isNaN(previous) ? value : previous + alpha * (value - previous);
    out[index] = previous;
  }
  return out;
}

/** EMA(X, n): Y = (2·X + (n − 1)·Y′) / (n + 1), Y₀ = X₀. */
export const ema = (values: Float64Array, n: number): Float64Array => fromFirstValue(values, emaFactor(n));

/** SMA(X, n, m): Y = (m·X + (n − m)·Y′) / n, Y₀ = X₀. Not the simple moving average, which terminals call MA. */
export const sma = (values: Float64Array, n: number, m: number): Float64Array =>
  fromFirstValue(values, m / n);

/**
 * TA-Lib's beginning: the mean of the n values up to and including `seedAt` stands at `seedAt`, nothing before.
 * @param seedAt at least n − 1 after the first value
 */
export function seeded(values: Float64Array, n: number, alpha: number, seedAt: number): Float64Array {
  const { length } = values;
  const out = column(length);
  out.fill(Number.NaN, 0, Math.min(seedAt, length));
  if (seedAt >= length) return out;
  let previous = 0;
  for (let index = seedAt - n + 1; index <= seedAt; index += 1) previous += at(values, index);
  previous /= n;
  out[seedAt] = previous;
  for (let index = seedAt + 1; index < length; index += 1) {
    previous += alpha * (at(values, index) - previous);
    out[index] = previous;
  }
  return out;
}

/** TA-Lib's EMA of a series whose first value stands at `first`. */
export const seededEma = (values: Float64Array, n: number, first: number): Float64Array =>
  seeded(values, n, emaFactor(n), first + n - 1);

/** Wilder's mean, α = 1 / n, of a series whose first value stands at `first`. */
export const wilder = (values: Float64Array, n: number, first: number): Float64Array =>
  seeded(values, n, 1 / n, first + n - 1);
