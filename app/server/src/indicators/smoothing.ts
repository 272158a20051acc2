/**
 * The recursions of Chinese terminals. Each starts at the first value that is not NaN, with that value itself, so it
 * depends on where the series begins; callers pass the whole stored history.
 */

function recursion(values: Float64Array, alpha: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  let previous = Number.NaN;
  for (const [index, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    previous = Number.isNaN(previous) ? value : previous + alpha * (value - previous);
    out[index] = previous;
  }
  return out;
}

/** EMA(X, n): Y = (2·X + (n − 1)·Y′) / (n + 1), Y₀ = X₀. */
export const ema = (values: Float64Array, n: number): Float64Array => recursion(values, 2 / (n + 1));

/** SMA(X, n, m): Y = (m·X + (n − m)·Y′) / n, Y₀ = X₀. Not the simple moving average, which terminals call MA. */
export const sma = (values: Float64Array, n: number, m: number): Float64Array => recursion(values, m / n);

/** MA(X, n): mean of the last n values, NaN for the first n − 1. Each window is summed anew so no error accumulates. */
export function ma(values: Float64Array, n: number): Float64Array {
  return rolling(values, n, (window) => window.reduce((sum, value) => sum + value, 0) / n);
}

/** STD(X, n): sample standard deviation (n − 1 in the denominator) of the last n values. */
export function std(values: Float64Array, n: number): Float64Array {
  return rolling(values, n, (window) => {
    const mean = window.reduce((sum, value) => sum + value, 0) / n;
    return Math.sqrt(window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  });
}

function rolling(values: Float64Array, n: number, measure: (window: Float64Array) => number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  for (let end = n; end <= values.length; end += 1) out[end - 1] = measure(values.subarray(end - n, end));
  return out;
}

/** HHV(X, n): highest of the last n values; over fewer than n it takes what there is. */
export const hhv = (values: Float64Array, n: number): Float64Array =>
  extreme(values, n, (window) => Math.max(...window));

/** LLV(X, n): lowest of the last n values; over fewer than n it takes what there is. */
export const llv = (values: Float64Array, n: number): Float64Array =>
  extreme(values, n, (window) => Math.min(...window));

function extreme(values: Float64Array, n: number, measure: (window: Float64Array) => number): Float64Array {
  return values.map((_, index) => measure(values.subarray(Math.max(0, index - n + 1), index + 1)));
}
