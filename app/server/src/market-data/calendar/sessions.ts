import type { TradingCalendar } from './trading-calendar.ts';

/**
 * Where the market stands. `closed`: a day without trading, or before 09:15 of one with it; `pre-open`: the opening
 * call auction and the pause after it; `unknown`: the calendar does not know the day.
 */
export type MarketPhase = 'closed' | 'pre-open' | 'open' | 'lunch' | 'after-close' | 'unknown';

/** Asia/Shanghai has been UTC+8 without summer time since 15 September 1991; instants are those of today's operation. */
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

const clock = (hours: number, minutes: number): number => hours * 60 + minutes;
/** Minute of the day from which each phase holds (SSE and SZSE trading rules: 09:15-09:25, 09:30-11:30, 13:00-15:00). */
const PHASES: readonly (readonly [number, MarketPhase])[] = [
  [clock(0, 0), 'closed'],
  [clock(9, 15), 'pre-open'],
  [clock(9, 30), 'open'],
  [clock(11, 30), 'lunch'],
  [clock(13, 0), 'open'],
  [clock(15, 0), 'after-close'],
];
/**
 * From when the day's bars are final: STAR and ChiNext trade at the fixed closing price until 15:30, which still adds
 * to volume and amount, and sources need a moment after it.
 */
const FINAL_FROM = clock(15, 45);

/** Date and minute of the day at the exchange. @throws RangeError when `instant` is an invalid Date */
export function exchangeTime(instant: Date): { readonly date: string; readonly minute: number } {
  const local = new Date(instant.getTime() + SHANGHAI_OFFSET_MS);
  return {
    date: local.toISOString().slice(0, 10),
    minute: clock(local.getUTCHours(), local.getUTCMinutes()),
  };
}

export function marketPhase(instant: Date, calendar: TradingCalendar): MarketPhase {
  const { date, minute } = exchangeTime(instant);
  const status = calendar.dayStatus(date);
  if (status !== 'trading') return status;
  return PHASES.findLast(([from]) => minute >= from)?.[1] ?? 'closed';
}

/** The newest day whose bars are final at `now`; data that ends before it is stale. undefined: not known. */
export function lastCompletedTradingDay(now: Date, calendar: TradingCalendar): string | undefined {
  const { date, minute } = exchangeTime(now);
  if (calendar.dayStatus(date) === 'trading' && minute >= FINAL_FROM) return date;
  return calendar.previousTradingDay(date);
}
