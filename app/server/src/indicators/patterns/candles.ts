import { valuesBefore } from '../kernels/moves.ts';
import { at, sumOf } from '../kernels/window.ts';
import type { Inputs } from '../series.ts';

/** Rising, or unchanged: white. TA-Lib counts a bar that closes where it opened as white. */
type Colour = 1 | -1;

/** `factor` times the mean of `values` over the n bars before each bar. */
function meanBefore(values: Float64Array, n: number, factor: number): Float64Array {
  const sums = valuesBefore(sumOf(values, n), 1);
  for (let index = 0; index < sums.length; index += 1) sums[index] = factor * (at(sums, index) / n);
  return sums;
}

/**
 * The bars of a series as candles, with TA-Lib's default settings of what is long, short, near and equal: each is a
 * share of the mean body, range or shadow of the bars before the one that is judged.
 *
 * | setting | measured by | bars | factor |
 * |---|---|---|---|
 * | long and short body | body | 10 | 1 |
 * | doji, very short shadow | range | 10 | 0.1 |
 * | short shadow | half of both shadows | 10 | 1 |
 * | near, far, equal | range | 5 | 0.2, 0.6, 0.05 |
 * | long, very long shadow | the candle's own body | – | 1, 2 |
 */
export class Candles {
  readonly length: number;
  readonly #open: Float64Array;
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  readonly #close: Float64Array;
  readonly #meanBody: Float64Array;
  readonly #tenthOfRange: Float64Array;
  readonly #meanShadow: Float64Array;
  readonly #near: Float64Array;
  readonly #far: Float64Array;
  readonly #equal: Float64Array;

  constructor({ open, high, low, close, length }: Inputs) {
    this.length = length;
    this.#open = open;
    this.#high = high;
    this.#low = low;
    this.#close = close;
    const bodies = close.map((_, index) => this.body(index));
    const ranges = close.map((_, index) => this.range(index));
    this.#meanBody = meanBefore(bodies, 10, 1);
    this.#tenthOfRange = meanBefore(ranges, 10, 0.1);
    const shadows = ranges.map((range, index) => range - at(bodies, index));
    this.#meanShadow = meanBefore(shadows, 10, 0.5);
    this.#near = meanBefore(ranges, 5, 0.2);
    this.#far = meanBefore(ranges, 5, 0.6);
    this.#equal = meanBefore(ranges, 5, 0.05);
  }

  open = (index: number): number => at(this.#open, index);
  high = (index: number): number => at(this.#high, index);
  low = (index: number): number => at(this.#low, index);
  close = (index: number): number => at(this.#close, index);

  /** Upper and lower end of the body. */
  top = (index: number): number => Math.max(this.open(index), this.close(index));
  bottom = (index: number): number => Math.min(this.open(index), this.close(index));
  body = (index: number): number => Math.abs(this.close(index) - this.open(index));
  range = (index: number): number => this.high(index) - this.low(index);
  upperShadow = (index: number): number => this.high(index) - this.top(index);
  lowerShadow = (index: number): number => this.bottom(index) - this.low(index);

  colour = (index: number): Colour => (this.close(index) >= this.open(index) ? 1 : -1);
  isWhite = (index: number): boolean => this.colour(index) === 1;
  isBlack = (index: number): boolean => this.colour(index) === -1;

  isLong = (index: number): boolean => this.body(index) > at(this.#meanBody, index);
  /** Shorter than the mean body, or as short. */
  isNotLong = (index: number): boolean => this.body(index) <= at(this.#meanBody, index);
  isShort = (index: number): boolean => this.body(index) < at(this.#meanBody, index);
  isDoji = (index: number): boolean => this.isDojiFor(index, index);
  /** A doji by the measure of another bar. */
  isDojiFor = (index: number, measure: number): boolean =>
    this.body(index) <= at(this.#tenthOfRange, measure);

  hasLongUpper = (index: number): boolean => this.upperShadow(index) > this.body(index);
  hasLongLower = (index: number): boolean => this.lowerShadow(index) > this.body(index);
  hasVeryLongUpper = (index: number): boolean => this.upperShadow(index) > 2 * this.body(index);
  hasVeryLongLower = (index: number): boolean => this.lowerShadow(index) > 2 * this.body(index);
  hasShortShadows = (index: number): boolean =>
    this.upperShadow(index) < at(this.#meanShadow, index) &&
    this.lowerShadow(index) < at(this.#meanShadow, index);
  /** Hardly any shadow above, or below. */
  lacksUpper = (index: number): boolean => this.upperShadow(index) < at(this.#tenthOfRange, index);
  lacksLower = (index: number): boolean => this.lowerShadow(index) < at(this.#tenthOfRange, index);
  hasLower = (index: number): boolean => this.lowerShadow(index) > at(this.#tenthOfRange, index);
  hasUpper = (index: number): boolean => this.upperShadow(index) > at(this.#tenthOfRange, index);

  near = (index: number): number => at(this.#near, index);
  far = (index: number): number => at(this.#far, index);
  /** Whether two prices are equal by the measure of a bar. */
  areEqual = (one: number, other: number, measure: number): boolean =>
    one <= other + at(this.#equal, measure) && one >= other - at(this.#equal, measure);
  /** By how much two prices may differ and still be equal. */
  tolerance = (measure: number): number => at(this.#equal, measure);

  bodyGapsUp = (index: number, from: number): boolean => this.bottom(index) > this.top(from);
  bodyGapsDown = (index: number, from: number): boolean => this.top(index) < this.bottom(from);
  gapsUp = (index: number, from: number): boolean => this.low(index) > this.high(from);
  gapsDown = (index: number, from: number): boolean => this.high(index) < this.low(from);
}
