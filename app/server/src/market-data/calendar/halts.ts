import type { TradingCalendar } from './trading-calendar.ts';

/** Trading days on which a listed share did not trade, both ends included. */
export interface DerivedHalt {
  readonly from: string;
  readonly to: string;
  readonly tradingDays: number;
  /** `derived` from days without a bar; a source's own list of halts has the reason, too. */
  readonly origin: 'derived';
}

/** Runs of trading days without a bar between the first and the last one. */
export function missingRuns(
  dates: readonly string[],
  calendar: TradingCalendar,
): readonly { readonly from: string; readonly to: string; readonly tradingDays: number }[] {
  return dates.flatMap((date, index) => {
    const next = dates[index + 1];
    const from = calendar.nextTradingDay(date);
    if (next === undefined || from === undefined || from >= next) return [];
    const to = calendar.previousTradingDay(next);
    if (to === undefined || to < from) return [];
    return [{ from, to, tradingDays: calendar.tradingDaysBetween(from, to)?.length ?? 0 }];
  });
}

/**
 * Halts of a share, read from its daily bars; an index is never halted: its missing days are gaps of the source. A
 * suspension that ends after the last bar shows only when trading resumes.
 * @param dates ascending civil dates of the bars
 */
export function deriveHalts(dates: readonly string[], calendar: TradingCalendar): readonly DerivedHalt[] {
  return missingRuns(dates, calendar).map((run) => Object.assign(run, { origin: 'derived' as const }));
}
