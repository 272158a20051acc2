/**
 * MACD and RSI, each in one pass: their recursions do not wait for one another, so side by side they take the time of
 * one. A beginning stands at `from`; what was before has no value.
 */
import { column } from './memory.ts';
import { emaFactor } from './recursion.ts';
import { at } from './window.ts';

/** Mean of the values from `from` to before `to`. */
function meanBetween(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let index = from; index < to; index += 1) sum += at(values, index);
  return sum / (to - from);
}

export interface MacdPeriods {
  readonly short: number;
  readonly long: number;
  readonly m: number;
  /** What the distance of DIF and DEA is multiplied by. */
  readonly times: 1 | 2;
}

/** Both averages and the signal as they stand at one bar. */
interface MacdState {
  fast: number;
  slow: number;
  dea: number;
}

function macdFrom(
  close: Float64Array,
  { short, long, m, times }: MacdPeriods,
  { fast, slow, dea }: MacdState,
  from: number,
): readonly Float64Array[] {
  const { length } = close;
  const [difs, deas, bars] = [column(length), column(length), column(length)];
  for (const one of [difs, deas, bars]) one.fill(Number.NaN, 0, Math.min(from, length));
  const [fastFactor, slowFactor, signalFactor] = [emaFactor(short), emaFactor(long), emaFactor(m)];
  for (let index = from; index < length; index += 1) {
    if (index > from) {
      const price = at(close, index);
      fast += fastFactor * (price - fast);
      slow += slowFactor * (price - slow);
      dea += signalFactor * (fast - slow - dea);
    }
    difs[index] = fast - slow;
    deas[index] = dea;
    bars[index] = (fast - slow - dea) * times;
  }
  return [difs, deas, bars];
}

/** DIF, DEA and bar of the terminals: everything begins at the first price. */
export function macdFromFirst(close: Float64Array, periods: MacdPeriods): readonly Float64Array[] {
  const first = at(close, 0);
  return macdFrom(close, periods, { fast: first, slow: first, dea: 0 }, 0);
}

/**
 * DIF, DEA and bar of TA-Lib: both averages begin with a mean at the first bar of the slow one, the signal with the
 * mean of the first m DIF, and there is no DIF before there is a signal.
 */
export function macdFromMeans(close: Float64Array, periods: MacdPeriods): readonly Float64Array[] {
  const { short, long, m } = periods;
  const from = long + m - 2;
  if (from >= close.length) return macdFrom(close, periods, { fast: 0, slow: 0, dea: 0 }, from);
  let fast = meanBetween(close, long - short, long);
  let slow = meanBetween(close, 0, long);
  let sum = fast - slow;
  for (let index = long; index <= from; index += 1) {
    fast += emaFactor(short) * (at(close, index) - fast);
    slow += emaFactor(long) * (at(close, index) - slow);
    sum += fast - slow;
  }
  return macdFrom(close, periods, { fast, slow, dea: sum / m }, from);
}

/** The change where it is a rise, else 0; without a branch, which would be guessed wrongly every second bar. */
const risePart = (change: number): number => (change + Math.abs(change)) / 2;

/** The share of rises in all moves, 0 to 100, both smoothed with α = 1 / n; `none` while there was no move. */
function strengthFrom(
  close: Float64Array,
  n: number,
  state: { readonly gain: number; readonly move: number },
  from: number,
  none: number,
): Float64Array {
  const { length } = close;
  const out = column(length);
  out.fill(Number.NaN, 0, Math.min(from, length));
  let { gain, move } = state;
  for (let index = from; index < length; index += 1) {
    if (index > from) {
      const change = at(close, index) - at(close, index - 1);
      gain += (risePart(change) - gain) / n;
      move += (Math.abs(change) - move) / n;
    }
    out[index] = move === 0 ? none : (gain / move) * 100;
  }
  return out;
}

/** RSI of the terminals: smoothing begins with the first change. */
export function strengthFromFirst(close: Float64Array, n: number): Float64Array {
  const change = at(close, Math.min(1, close.length - 1)) - at(close, 0);
  return strengthFrom(close, n, { gain: risePart(change), move: Math.abs(change) }, 1, Number.NaN);
}

/** RSI of TA-Lib: smoothing begins with the means of the first n changes, and no move at all is 0. */
export function strengthFromMeans(close: Float64Array, n: number): Float64Array {
  let gain = 0;
  let move = 0;
  for (let index = 1; index <= Math.min(n, close.length - 1); index += 1) {
    const change = at(close, index) - at(close, index - 1);
    gain += risePart(change);
    move += Math.abs(change);
  }
  return strengthFrom(close, n, { gain: gain / n, move: move / n }, n, 0);
}
