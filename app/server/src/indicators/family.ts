import type { Inputs } from './series.ts';

/** Whose definitions: `cn` is what 通达信 and its kin show, `talib` what TA-Lib computes. */
export type IndicatorMode = 'cn' | 'talib';

export const INDICATOR_MODES = ['cn', 'talib'] as const satisfies readonly IndicatorMode[];

/**
 * What a column is measured in. A rule says `yuan` of prices, which are points for an index; `pattern` is TA-Lib's sign
 * and strength of a candlestick pattern.
 */
export type Unit = 'yuan' | 'point' | 'percent' | 'share' | 'ratio' | 'index' | 'pattern';

/** One number of a name: `N` of RSI6, `SHORT`, `LONG` and `M` of MACD(12,26,9). */
export interface Parameter {
  readonly symbol: string;
  readonly least: number;
  readonly most: number;
  /** Without it the number must be given. */
  readonly usual?: number;
  /** Whole numbers only, unless said otherwise. */
  readonly fraction?: true;
}

/** One column that an indicator gives. */
export interface Line {
  /** Column name with the usual parameters. */
  readonly name: string;
  readonly unit: Unit;
  /**
   * Bars from the first value to the first stable one: windows are full there and the beginnings of recursions weigh
   * less than 1e-4 (see `fadingBars`). Running totals are never independent of their first bar; their notes say so.
   */
  readonly settling: number;
}

/** An indicator with its numbers put in. */
export interface Rule {
  /** In the notation of the terminals' formula language. */
  readonly formula: string;
  /** What the formula does not say: how recursions begin, units, cases without a value. */
  readonly notes?: readonly string[];
  /** Degrees of freedom taken from n in the denominator of a standard deviation. */
  readonly ddof?: 0 | 1;
  /** Volume is measured in shares. */
  readonly usesVolume?: true;
  readonly lines: readonly Line[];
  /** One column per line, NaN where there is no value; columns in yuan are still in ticks. Not asked when `missing`. */
  readonly compute: (inputs: Inputs) => readonly Float64Array[];
  /** Why there is no value at all, when the bars lack what the indicator needs. */
  readonly missing?: (inputs: Inputs) => string | undefined;
}

export interface Variant {
  readonly parameters: readonly Parameter[];
  /** What is wrong with numbers that are each within their bounds. */
  readonly conflict?: (...numbers: number[]) => string | undefined;
  readonly rule: (...numbers: number[]) => Rule;
}

/** Everything that goes by one name, in the modes that define it. */
export interface Family {
  readonly stem: string;
  readonly title: string;
  readonly modes: Readonly<Partial<Record<IndicatorMode, Variant>>>;
}

export const LONGEST_PERIOD = 500;

export const period = (symbol = 'N', usual?: number, least = 1): Parameter => ({
  symbol,
  least,
  most: LONGEST_PERIOD,
  ...(usual === undefined ? {} : { usual }),
});

/** The same definition in both schools. */
export const inBothModes = (variant: Variant): Family['modes'] => ({ cn: variant, talib: variant });

export const FIRST_VALUE_SEED = '递推从首个有效值开始，Y₀=X₀';
export const MEAN_SEED = '递推的首值为前 N 项的简单平均（TA-Lib）';
export const NO_QUOTIENT = '分母为 0 时无值';
