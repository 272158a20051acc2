import type { Board } from '../../common/market/symbol.ts';
import { limitPrices, priceLimit } from '../checks/price-limits.ts';
import type { BarColumns } from './bar-history.ts';

/** The longest window of any rule is sixty bars. */
const LOOKED_AT = 120;

/**
 * Days of the last months on which every price was outside of what the raw close before allowed: the rights of the
 * share must have changed. First days of a share have no limit, so its first bars are left out.
 */
export function impossibleMoves(
  { dates, high, low, close }: BarColumns,
  { board, specialTreatment }: { readonly board: Board; readonly specialTreatment: boolean },
): readonly string[] {
  const first = Math.max(6, dates.length - LOOKED_AT);
  return dates.slice(first).filter((date, offset) => {
    const index = first + offset;
    const limit = priceLimit({ board, date, riskWarning: specialTreatment });
    if (limit.kind !== 'percent') return false;
    const { lower, upper } = limitPrices(close[index - 1] ?? Number.NaN, limit.percent);
    return (high[index] ?? Number.NaN) < lower || (low[index] ?? Number.NaN) > upper;
  });
}
