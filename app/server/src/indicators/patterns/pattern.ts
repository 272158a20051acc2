import type { Candles } from './candles.ts';

/** A candlestick pattern by TA-Lib's definition. */
export interface Pattern {
  /** TA-Lib's name. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Index of the first bar that can be judged. */
  readonly lookback: number;
  /**
   * Looks at the candle at `index` and those before: 0, or strength with the sign of the expected direction: ±100,
   * ±80 where bodies meet on one end, ±200 where an earlier pattern is confirmed. Called for each bar in turn.
   */
  readonly judge: (candles: Candles) => (index: number) => number;
  /** The bar from which on the judge must have been asked; `lookback` when absent. */
  readonly from?: number;
}

/** A pattern that is there or not. */
export const shaped = (
  names: readonly [name: string, title: string, description: string],
  lookback: number,
  value: 100 | -100,
  isThere: (candles: Candles, index: number) => boolean,
): Pattern => {
  const [name, title, description] = names;
  const judge = (candles: Candles) => (index: number) => (isThere(candles, index) ? value : 0);
  return { name, title, description, lookback, judge };
};

/** A pattern with a rising and a falling form. */
export const directed = (
  names: readonly [name: string, title: string, description: string],
  lookback: number,
  directionOf: (candles: Candles, index: number) => number,
): Pattern => {
  const [name, title, description] = names;
  const judge = (candles: Candles) => (index: number) => 100 * directionOf(candles, index);
  return { name, title, description, lookback, judge };
};
