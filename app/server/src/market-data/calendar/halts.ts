import type { TradingCalendar } from './trading-calendar.ts';

/** Trading days on which a listed share did not trade, both ends included. */
export interface DerivedHalt {
  readonly from: string;
  readonly to: string;
  readonly tradingDays: number;
  /** `derived` from days without a bar; a source's own list of halts has the reason, too. */
  readonly origin: 'derived';
}

/** Runs of trading days, both ends included. */
interface DayRun {
  readonly from: string;
  readonly to: string;
  readonly tradingDays: number;
}

/** What the source's own lists, each of all halts of a day, say of a share. */
export interface ListedHalts {
  /** Days whose list was read. */
  readonly days: ReadonlySet<string>;
  /** Halts of the share; `to` undefined: it goes on. */
  readonly halts: readonly { readonly from: string; readonly to: string | undefined }[];
}

/**
 * Why a share has no bar of a trading day: `listed` as a halt; `gap` where the day's list was read and names no halt of
 * it; `unknown` where nobody can tell.
 */
export function whyMissing(day: string, { days, halts }: ListedHalts): 'listed' | 'gap' | 'unknown' {
  if (halts.some(({ from, to }) => from <= day && day <= (to ?? day))) return 'listed';
  return days.has(day) ? 'gap' : 'unknown';
}

/** Runs of trading days without a bar between the first and the last one. */
export function missingRuns(dates: readonly string[], calendar: TradingCalendar): readonly DayRun[] {
  return dates.flatMap((date, index) => {
    const next = dates[index + 1];
    const from = calendar.nextTradingDay(date);
    if (next === undefined || from === undefined || from >= next) return [];
    const to = calendar.previousTradingDay(next);
    if (to === undefined || to < from) return [];
    return [{ from, to, tradingDays: calendar.tradingDaysBetween(from, to)?.length ?? 0 }];
  });
}

/** The parts of a run of which nobody knows why their bars are missing. */
function unexplained(run: DayRun, calendar: TradingCalendar, listed: ListedHalts): readonly DayRun[] {
  const runs: DayRun[] = [];
  let open: string[] = [];
  const close = (): void => {
    const [from, to] = [open[0], open.at(-1)];
    if (from !== undefined && to !== undefined) runs.push({ from, to, tradingDays: open.length });
    open = [];
  };
  for (const day of calendar.tradingDaysBetween(run.from, run.to) ?? [])
    if (whyMissing(day, listed) === 'unknown') open.push(day);
    else close();
  close();
  return runs;
}

/**
 * Halts of a share, read from its daily bars; an index is never halted: its missing days are gaps of the source. A
 * suspension that ends after the last bar shows only when trading resumes. What the source's own lists say of a day is
 * taken from there: a halt with its reason, or a gap.
 * @param dates ascending civil dates of the bars
 */
export function deriveHalts(
  dates: readonly string[],
  calendar: TradingCalendar,
  listed?: ListedHalts,
): readonly DerivedHalt[] {
  const runs = missingRuns(dates, calendar);
  const left = listed === undefined ? runs : runs.flatMap((run) => unexplained(run, calendar, listed));
  return left.map((run) => Object.assign({}, run, { origin: 'derived' as const }));
}
