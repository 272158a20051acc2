import type { TradingCalendar } from './calendar/trading-calendar.ts';

export interface FreshnessFacts {
  readonly source: string;
  /** Of the symbol; null: none is stored. */
  readonly lastBar: string | null;
  /** Date of the newest bar of any symbol of the source; null: nothing is stored. */
  readonly newestBar: string | null;
  /** First day of a halt of the symbol that covers `lastCompleted`; null: it is not halted then. */
  readonly haltedFrom: string | null;
  /** The newest day whose bars are final; undefined: the calendar does not know. */
  readonly lastCompleted: string | undefined;
}

/** The sample's history ends on purpose, so its clock is its own newest bar. */
export const SAMPLE = 'sample';

/**
 * Whether bars are missing that should be there: of the last completed trading day of a live source, of the newest day
 * of the sample. A share that has not traded since its last bar misses none. What the calendar does not know is not
 * vouched for.
 */
export function isStale(facts: FreshnessFacts, calendar: TradingCalendar): boolean {
  const { source, lastBar, newestBar, haltedFrom, lastCompleted } = facts;
  if (lastBar === null) return true;
  if (source === SAMPLE) return newestBar === null || lastBar < newestBar;
  if (lastCompleted === undefined) return true;
  if (lastBar >= lastCompleted) return false;
  const nextDay = calendar.nextTradingDay(lastBar);
  return haltedFrom === null || nextDay === undefined || haltedFrom > nextDay;
}
