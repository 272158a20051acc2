import { boardOf } from '../../common/market/symbol.ts';
import type { Bar } from '../provider.ts';
import { limitPrices, priceLimit } from './price-limits.ts';

/** Prices of the first sessions have no limit, or another. */
const FIRST_SESSIONS = 5;

/**
 * The first day on which every price of a share was below what the raw close before allowed, and the next close, too:
 * a wrong row comes back, so only rights that went explain it. undefined: there is no such day. Small dividends leave
 * none.
 * @param bars raw, ascending
 */
export function rightsGap(
  symbol: string,
  bars: readonly Pick<Bar, 'date' | 'high' | 'close'>[],
): string | undefined {
  const board = boardOf(symbol);
  return bars.find(({ date, high }, index) => {
    const before = bars[index - 1];
    if (before === undefined || index < FIRST_SESSIONS) return false;
    const limit = priceLimit({ board, date });
    if (limit.kind !== 'percent') return false;
    const { lower } = limitPrices(before.close, limit.percent);
    return high < lower && (bars[index + 1]?.close ?? high) < lower;
  })?.date;
}
