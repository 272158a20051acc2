import type { Bar } from '../provider.ts';
import type { AnswerContext } from './context.ts';
import type { Verdict } from './finding.ts';

/**
 * An answer whose shares trade at more than twice or less than half of their own prices has its volume or its amount in
 * other units: lots of 100 for shares, thousands of yuan for yuan. Single rows are off for other reasons (a block trade,
 * a rounded amount), so the median of all rows decides.
 */
const STOCK_TOLERANCE = 2;
/**
 * Yuan per share that an average of the market can have: from 1991 on the composites were between 3 and 30, and those of
 * the STAR market, whose shares are dearer, above 100. In lots, the cheapest would be above 300.
 */
const INDEX_RANGE = [1, 250] as const;

function median(values: readonly number[]): number | undefined {
  // A typed array sorts by number, and ten times faster.
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >>> 1;
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 1 ? middle : middle - 1];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}

/** Whether volumes and amounts of a whole answer fit together; judges all rows at once. */
export function swappedUnits(bars: readonly Bar[], { kind }: Pick<AnswerContext, 'kind'>): Verdict {
  const traded = bars.filter((bar) => bar.volume > 0 && bar.amount > 0);
  if (kind === 'index') {
    const average = median(traded.map((bar) => bar.amount / bar.volume));
    if (average === undefined || (average >= INDEX_RANGE[0] && average <= INDEX_RANGE[1])) return undefined;
    return {
      reason: 'swapped_units',
      detail: `the median of amount/volume is ${average.toPrecision(3)} yuan per share in ${traded.length} rows`,
    };
  }
  const ratio = median(traded.map((bar) => bar.amount / bar.volume / ((bar.high + bar.low) / 2)));
  if (ratio === undefined || (ratio <= STOCK_TOLERANCE && ratio >= 1 / STOCK_TOLERANCE)) return undefined;
  return {
    reason: 'swapped_units',
    detail: `the median of amount/volume is ${ratio.toPrecision(3)} times the price in ${traded.length} rows`,
  };
}
