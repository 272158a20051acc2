import { addDays, isoWeekday } from '../../common/market/civil-date.ts';
import type { Period } from '../../common/market/series-query.ts';
import type { Bar } from '../provider.ts';

/** What all bars of one period share: the Monday of the week, or year and month. */
const KEYS: Readonly<Record<Period, (date: string) => string>> = {
  daily: (date) => date,
  weekly: (date) => addDays(date, 1 - isoWeekday(date)),
  monthly: (date) => date.slice(0, 7),
};

/** Text that all days of one period share, and no other days. */
export const periodKey = (period: Period): ((date: string) => string) => KEYS[period];

function joined(bar: Bar, next: Bar): Bar {
  return {
    date: next.date,
    open: bar.open,
    high: Math.max(bar.high, next.high),
    low: Math.min(bar.low, next.low),
    close: next.close,
    volume: bar.volume + next.volume,
    amount: bar.amount + next.amount,
  };
}

/**
 * Weekly and monthly bars of daily ones, each dated by its last trading day. An ex-date within a period would mix two
 * scales of prices, so the daily bars must be of one adjusted series (or all raw, when raw ones are asked for).
 * @param daily ascending
 */
export function toPeriod(daily: readonly Bar[], period: Period): readonly Bar[] {
  const keyOf = periodKey(period);
  const result: Bar[] = [];
  let current: string | undefined;
  for (const bar of daily) {
    const key = keyOf(bar.date);
    const open = result.at(-1);
    if (open !== undefined && key === current) result[result.length - 1] = joined(open, bar);
    else result.push(bar);
    current = key;
  }
  return result;
}
