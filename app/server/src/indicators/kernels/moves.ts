/** From one bar to the next. Of the first bar nothing is known, so all of these begin with NaN. */
import { column } from './memory.ts';
import { at } from './window.ts';

/** X − REF(X, 1). */
export function changesOf(values: Float64Array): Float64Array {
  const out = column(values.length);
  out[0] = Number.NaN;
  for (let index = 1; index < values.length; index += 1)
    out[index] = at(values, index) - at(values, index - 1);
  return out;
}

/** TR: the largest of HIGH − LOW, |HIGH − REF(CLOSE, 1)| and |LOW − REF(CLOSE, 1)|. */
export function trueRangeOf(high: Float64Array, low: Float64Array, close: Float64Array): Float64Array {
  const out = column(close.length);
  out[0] = Number.NaN;
  for (let index = 1; index < close.length; index += 1) {
    const before = at(close, index - 1);
    // Both distances to the close before are within the range that it widens.
    out[index] = Math.max(at(high, index), before) - Math.min(at(low, index), before);
  }
  return out;
}

/** The part of a bar's range that lies outside the bar before, above (plus) or below (minus), whichever is larger. */
export function directionalMovesOf(
  high: Float64Array,
  low: Float64Array,
): { readonly plus: Float64Array; readonly minus: Float64Array } {
  const plus = column(high.length);
  const minus = column(high.length);
  plus[0] = Number.NaN;
  minus[0] = Number.NaN;
  for (let index = 1; index < high.length; index += 1) {
    const up = at(high, index) - at(high, index - 1);
    const down = at(low, index - 1) - at(low, index);
    plus[index] = up > down && up > 0 ? up : 0;
    minus[index] = down > up && down > 0 ? down : 0;
  }
  return { plus, minus };
}

/** HIGH + LOW + CLOSE: three typical prices, exact where prices are whole ticks. */
export function threeTypicalPricesOf(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
): Float64Array {
  const out = column(close.length);
  for (let index = 0; index < close.length; index += 1)
    out[index] = at(high, index) + at(low, index) + at(close, index);
  return out;
}

/** 100 · above / below, at every index; NaN where `below` is 0. */
export function percentOf(above: Float64Array, below: Float64Array): Float64Array {
  const out = column(above.length);
  for (let index = 0; index < above.length; index += 1) {
    const divisor = at(below, index);
    out[index] = divisor === 0 ? Number.NaN : (at(above, index) / divisor) * 100;
  }
  return out;
}

/** REF(X, n): the value n bars ago. */
export function valuesBefore(values: Float64Array, n: number): Float64Array {
  const out = column(values.length);
  out.fill(Number.NaN, 0, Math.min(n, values.length));
  out.set(values.subarray(0, Math.max(0, values.length - n)), Math.min(n, values.length));
  return out;
}

/** (X − REF(X, n)) / REF(X, n) · 100, at every index; NaN before there is a value of n bars ago, and where it is 0. */
export function rateOfChange(values: Float64Array, n: number): Float64Array {
  const earlier = valuesBefore(values, n);
  return percentOf(
    values.map((value, index) => value - at(earlier, index)),
    earlier,
  );
}

/** TA-Lib answers 0 for a quotient without a divisor, from its first value on. */
export function zeroFrom(values: Float64Array, first: number): Float64Array {
  for (let index = first; index < values.length; index += 1)
    if (Number.isNaN(at(values, index))) values[index] = 0;
  return values;
}
