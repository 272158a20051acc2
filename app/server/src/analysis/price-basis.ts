import type { BarSeries } from '../indicators/index.ts';

export interface PriceFacts {
  /** Prices before ex-dates are adjusted, or there is nothing to adjust. */
  readonly isAdjusted: boolean;
  /** Days whose whole range lies outside of what the day before allowed, ascending; only of raw prices. */
  readonly impossibleMoves: readonly string[];
}

/** What rules may look at, and what a reader must know about it. */
export interface PriceBasis {
  readonly bars: BarSeries;
  readonly dataGaps: readonly string[];
}

function from(bars: BarSeries, start: number): BarSeries {
  return {
    dates: bars.dates.slice(start),
    open: bars.open.subarray(start),
    high: bars.high.subarray(start),
    low: bars.low.subarray(start),
    close: bars.close.subarray(start),
    volume: bars.volume.subarray(start),
    amount: bars.amount.subarray(start),
  };
}

/**
 * Raw prices fall on ex-dates by what was paid out, which is no loss of anybody. Where the ex-dates are not known, a
 * move that the day's price limit forbids must be one, so nothing before it is compared with what comes after; smaller
 * gaps cannot be told from falls, and the reader is told so.
 */
export function priceBasis(bars: BarSeries, { isAdjusted, impossibleMoves }: PriceFacts): PriceBasis {
  if (isAdjusted) return { bars, dataGaps: [] };
  const unknown = '除权除息资料未知：按不复权价格计算，分红送股造成的价格缺口会被当作涨跌';
  const last = impossibleMoves.at(-1);
  const start = last === undefined ? -1 : bars.dates.indexOf(last);
  if (start === -1) return { bars, dataGaps: [unknown] };
  const cut = from(bars, start);
  const jump = `${last} 的价格超出涨跌幅限制，疑为除权除息：只使用该日起的 ${cut.dates.length} 根日线`;
  return { bars: cut, dataGaps: [unknown, jump] };
}
