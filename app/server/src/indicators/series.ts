import { column as newColumn } from './kernels/memory.ts';
import { at } from './kernels/window.ts';

/**
 * Bars as columns of equal length, oldest first; prices in yuan, volume in shares, amount in yuan. Where prices are
 * adjusted, so are volume and amount: amount / volume is a price on the scale of the bar.
 */
export interface BarSeries {
  readonly dates: readonly string[];
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly amount: Float64Array;
  /** Shares that could be traded at each bar, on the scale of `volume`, NaN where unknown; absent where none is known. */
  readonly floatShares?: Float64Array;
  /** Its prices are points, and volume and amount those of its members. */
  readonly isIndex?: boolean;
}

type Column = 'open' | 'high' | 'low' | 'close' | 'volume' | 'amount';

/** A bar that no indicator can be computed from. */
export class InvalidBarError extends Error {
  constructor(column: Column, date: string, value: number) {
    super(
      `${column} of ${date} is ${value}; bars need finite prices, and volume and amount that are not negative: ` +
        'leave the bar out, or load it again',
    );
    this.name = 'InvalidBarError';
  }
}

/** Finer than the tick of any share, fund, bond or index of the Chinese exchanges. */
export const TICKS_PER_YUAN = 10_000;
/** How far a decimal that was read and multiplied may be from its whole number: a few units of the last place. */
const NOISE = 4 * Number.EPSILON;

const YUAN_PER_TICK = 1 / TICKS_PER_YUAN;

/** A new column in yuan of one in ticks. */
export function inYuan(ticks: Float64Array): Float64Array {
  const out = new Float64Array(ticks.length);
  for (let index = 0; index < out.length; index += 1) out[index] = at(ticks, index) * YUAN_PER_TICK;
  return out;
}

/**
 * What indicators are computed from: prices in ticks of 0.0001 yuan, volume in shares, amount in yuan.
 *
 * In yuan 8.53 − 8.50 and 8.20 − 8.17 are two different numbers, and who compares them (directional movement, money
 * flow, candlestick patterns) decides by the noise of binary fractions. Whole ticks have exact differences and sums, so
 * equal moves are equal. A price that is no whole number of ticks, for instance an adjusted one, is used as it is.
 */
export class Inputs {
  readonly length: number;
  readonly #bars: BarSeries;
  readonly #ready: Partial<Record<Column, Float64Array>> = {};

  constructor(bars: BarSeries) {
    this.#bars = bars;
    this.length = bars.close.length;
  }

  get open(): Float64Array {
    return (this.#ready.open ??= this.#ticks('open'));
  }

  get high(): Float64Array {
    return (this.#ready.high ??= this.#ticks('high'));
  }

  get low(): Float64Array {
    return (this.#ready.low ??= this.#ticks('low'));
  }

  get close(): Float64Array {
    return (this.#ready.close ??= this.#ticks('close'));
  }

  get volume(): Float64Array {
    return (this.#ready.volume ??= this.#amounts('volume'));
  }

  get amount(): Float64Array {
    return (this.#ready.amount ??= this.#amounts('amount'));
  }

  get floatShares(): Float64Array | undefined {
    return this.#bars.floatShares;
  }

  get isIndex(): boolean {
    return this.#bars.isIndex === true;
  }

  #ticks(column: Column): Float64Array {
    const values = this.#bars[column];
    const out = newColumn(values.length);
    for (let index = 0; index < values.length; index += 1) {
      const exact = at(values, index) * TICKS_PER_YUAN;
      if (!Number.isFinite(exact)) throw this.#invalid(column, index);
      const whole = Math.round(exact);
      out[index] = Math.abs(exact - whole) <= Math.abs(exact) * NOISE ? whole : exact;
    }
    return out;
  }

  #amounts(column: Column): Float64Array {
    const values = this.#bars[column];
    for (let index = 0; index < values.length; index += 1) {
      const value = at(values, index);
      if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) throw this.#invalid(column, index);
    }
    return values;
  }

  #invalid(column: Column, index: number): InvalidBarError {
    return new InvalidBarError(
      column,
      this.#bars.dates[index] ?? `bar ${index}`,
      at(this.#bars[column], index),
    );
  }
}
