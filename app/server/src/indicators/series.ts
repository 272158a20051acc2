/** Daily bars as columns of equal length, oldest first; prices in yuan, volume in shares, amount in yuan. */
export interface BarSeries {
  readonly dates: readonly string[];
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly amount: Float64Array;
}

/** What one indicator gives: its columns, NaN where there is no value, and the first index whose values are stable. */
export interface IndicatorColumns {
  readonly columns: Readonly<Record<string, Float64Array>>;
  readonly stableFrom: number;
}

/** A recursion's seed has faded when it weighs less than this. */
const FADED = 1e-4;

/** Number of bars after which the seed of a recursion with smoothing factor `alpha` weighs less than 1e-4. */
export function fadingBars(alpha: number): number {
  return alpha >= 1 ? 0 : Math.ceil(Math.log(FADED) / Math.log(1 - alpha));
}
