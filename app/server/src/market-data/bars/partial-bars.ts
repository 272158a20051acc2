import type { Period } from '../../common/market/series-query.ts';
import { periodKey } from '../adjustment/periods.ts';
import type { TradingCalendar } from '../calendar/trading-calendar.ts';
import type { SymbolSeries } from './series-reader.ts';
import { dateOfDay } from './stored-series.ts';

/**
 * Whether the bar of a date will change: of a day that was still trading, and of a week or month that has trading days
 * left. What the calendar does not know is not called partial.
 */
export function partialBars(
  series: Pick<SymbolSeries, 'days' | 'partial'>,
  calendar: TradingCalendar,
  period: Period,
): (date: string) => boolean {
  const keyOf = periodKey(period);
  const days = [...series.partial].map((index) => dateOfDay(series.days[index] ?? 0));
  const last = series.days.at(-1);
  if (period !== 'daily' && last !== undefined) {
    const date = dateOfDay(last);
    const next = calendar.nextTradingDay(date);
    if (next !== undefined && keyOf(next) === keyOf(date)) days.push(date);
  }
  const keys = new Set(days.map(keyOf));
  return (date) => keys.size > 0 && keys.has(keyOf(date));
}
