import { boll, exponentialAverage, kdj, macd, movingAverage, rsi } from './definitions.ts';
import type { BarSeries, IndicatorColumns } from './series.ts';

/** Which school's definitions: `cn` is what 通达信 and its kin show. */
export type IndicatorMode = 'cn';

type Definition = (bars: BarSeries) => IndicatorColumns;

const FIXED: Readonly<Record<string, Definition>> = { MACD: macd, KDJ: kdj, BOLL: boll };
const WITH_PERIOD: Readonly<Record<string, (bars: BarSeries, n: number) => IndicatorColumns>> = {
  MA: movingAverage,
  EMA: exponentialAverage,
  RSI: rsi,
};
const LONGEST_PERIOD = 500;

/** What {@link computeIndicators} understands, for messages and the API's description. */
export const INDICATOR_NAMES = [
  ...Object.keys(WITH_PERIOD).map((name) => `${name}n (n from 1 to ${LONGEST_PERIOD})`),
  ...Object.keys(FIXED),
] as const;

/** A name that no indicator has, or a period out of range. */
export class UnknownIndicatorError extends Error {
  readonly indicator: string;

  constructor(indicator: string) {
    super(`there is no indicator "${indicator}"; there are ${INDICATOR_NAMES.join(', ')}`);
    this.name = 'UnknownIndicatorError';
    this.indicator = indicator;
  }
}

function definitionOf(name: string): Definition {
  const fixed = Object.hasOwn(FIXED, name) ? FIXED[name] : undefined;
  if (fixed) return fixed;
  const [, stem = '', digits = ''] = /^([A-Z]{1,8})([1-9]\d{0,2})$/.exec(name) ?? [];
  const withPeriod = Object.hasOwn(WITH_PERIOD, stem) ? WITH_PERIOD[stem] : undefined;
  const period = Number(digits);
  if (!withPeriod || period > LONGEST_PERIOD) throw new UnknownIndicatorError(name);
  return (bars) => withPeriod(bars, period);
}

export interface IndicatorResult {
  /** Column name (`MA5`, `DIF`, `K`, `BOLL_UP`, …) → one value per bar, NaN where there is none. */
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** From this index on every column asked for is stable: windows are full and the seeds of recursions have faded. */
  readonly stableFrom: number;
}

/**
 * Computes the named indicators over the whole series; recursions start at its first bar.
 * @throws UnknownIndicatorError for a name that no indicator has
 */
export function computeIndicators(
  bars: BarSeries,
  names: readonly string[],
  _mode: IndicatorMode,
): IndicatorResult {
  const parts = [...new Set(names)].map((name) => definitionOf(name)(bars));
  return {
    columns: Object.assign({}, ...parts.map((part) => part.columns)) as Record<string, Float64Array>,
    stableFrom: Math.max(0, ...parts.map((part) => part.stableFrom)),
  };
}
