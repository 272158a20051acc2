import { addDays, daysBetween } from '../../common/market/civil-date.ts';
import { exchangeTime, lastCompletedTradingDay } from './sessions.ts';
import type { TradingCalendar } from './trading-calendar.ts';

/** How far a calendar goes, seen from a moment. */
export interface Horizon {
  /** The newest day whose bars are final, and no later than the calendar's last trading day. */
  readonly lastCompleted: string | undefined;
  /** False: the calendar has ended before, and there may be later days whose bars are final. */
  readonly isKnown: boolean;
  /** Days after today that the calendar knows; negative: it ended so many days ago. */
  readonly remainingDays: number;
}

/** Pure: exchanges announce a year at a time, so every calendar ends. */
export function horizonOf(now: Date, calendar: TradingCalendar): Horizon {
  const known = lastCompletedTradingDay(now, calendar);
  return {
    lastCompleted: known ?? calendar.previousTradingDay(addDays(calendar.knownUntil, 1)),
    isKnown: known !== undefined,
    remainingDays: daysBetween(exchangeTime(now).date, calendar.knownUntil),
  };
}
