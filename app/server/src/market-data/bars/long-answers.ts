import type { Period } from '../../common/market/series-query.ts';

/** More items are felt by other requests. Two and a half years of days are 600. */
const MANY_ITEMS = 1_500;
const DAY_MS = 86_400_000;
const TRADING_DAYS: Readonly<Record<Period, number>> = { daily: 1, weekly: 5, monthly: 20 };

interface Window {
  readonly period: Period;
  readonly from?: string;
  readonly limit?: number;
}

/** Whether an answer holds many items, as far as can be told before the bars are read. */
export function isLong(
  { bars, lastBar }: { readonly bars: number; readonly lastBar: string | null },
  { limit = Number.POSITIVE_INFINITY, from, period }: Window,
): boolean {
  const days =
    from === undefined || lastBar === null ? bars : (Date.parse(lastBar) - Date.parse(from)) / DAY_MS;
  return Math.min(limit, bars / TRADING_DAYS[period], days / TRADING_DAYS[period]) > MANY_ITEMS;
}
