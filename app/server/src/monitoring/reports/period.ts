import { CronExpressionParser } from 'cron-parser';
import { addDays, isoWeekday } from '../../common/market/civil-date.ts';

export const REPORT_KINDS = ['daily', 'weekly'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/** One day of the calendar in the time zone of the reports; 23 to 25 hours where clocks are changed. */
export interface ReportDay {
  /** YYYY-MM-DD */
  readonly date: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** What a report is about: whole days, from the beginning of the first to the end of the last. */
export interface Period {
  readonly kind: ReportKind;
  readonly timeZone: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly days: readonly ReportDay[];
}

const DAYS = { daily: 1, weekly: 7 } as const;
/**
 * After its end, until the last samples of a period are rolled up: what is told before is without them, and stays so.
 * Schedules that fire at midnight wait for it.
 */
export const SETTLE_MS = 120_000;

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Tells civil dates of a zone. */
function calendarOf(timeZone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ calendar: 'iso8601', numberingSystem: 'latn' },
  });
  return (at) => {
    const parts = format.formatToParts(at);
    const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
    return `${part('year')}-${part('month')}-${part('day')}`;
  };
}

/** The civil date of an instant. @param at milliseconds since 1970 */
export function civilDateAt(at: number, timeZone: string): string {
  return calendarOf(timeZone)(at);
}

/**
 * The first instant of a civil date, found by halving: no arithmetic with offsets, which differ before and after a change
 * of the clocks, and right also where the day does not begin at 00:00.
 */
export function startOfDay(date: string, timeZone: string): number {
  const dateAt = calendarOf(timeZone);
  const noonUtc = Date.parse(`${date}T12:00:00Z`);
  // No zone is further than 14 hours from UTC, so the day begins between these.
  let [before, within] = [(noonUtc - 30 * HOUR_MS) / MINUTE_MS, (noonUtc + 4 * HOUR_MS) / MINUTE_MS];
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2);
    if (dateAt(middle * MINUTE_MS) < date) before = middle;
    else within = middle;
  }
  return within * MINUTE_MS;
}

/** The period whose last day is `last`. */
function endingWith(kind: ReportKind, last: string, timeZone: string): Period {
  const days = Array.from({ length: DAYS[kind] }, (_, index) => {
    const date = addDays(last, index + 1 - DAYS[kind]);
    return { date, from: startOfDay(date, timeZone), to: startOfDay(addDays(date, 1), timeZone) };
  });
  const [from, to] = [days[0]?.from ?? 0, days.at(-1)?.to ?? 0];
  return { kind, timeZone, from, to, days };
}

/** The last whole day, or week from Monday to Sunday, that is over at an instant (milliseconds since 1970). */
export function lastPeriod(kind: ReportKind, at: number, timeZone: string): Period {
  const today = civilDateAt(at, timeZone);
  const daysBack = kind === 'daily' ? 1 : isoWeekday(today);
  return endingWith(kind, addDays(today, -daysBack), timeZone);
}

/** The end of the first period that ends at `at` or later, both in milliseconds since 1970. */
export function firstEndFrom(kind: ReportKind, at: number, timeZone: string): number {
  const date = civilDateAt(at - 1, timeZone);
  const daysOn = kind === 'daily' ? 1 : 8 - isoWeekday(date);
  return startOfDay(addDays(date, daysOn), timeZone);
}

/** The one that it is compared with. */
export function periodBefore({ kind, timeZone, days }: Period): Period {
  const first = days[0]?.date ?? '';
  return endingWith(kind, addDays(first, -1), timeZone);
}

/** The newest firing not after `at`, in milliseconds since 1970. @throws Error where the expression is none */
export function latestFiring(cron: string, timeZone: string, at: number): number {
  // prev() looks before the given instant, the firing of this very moment included.
  const firings = CronExpressionParser.parse(cron, { currentDate: new Date(at + 1), tz: timeZone });
  return firings.prev().toDate().getTime();
}
