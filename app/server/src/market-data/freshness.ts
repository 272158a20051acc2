import type { TradingCalendar } from './calendar/trading-calendar.ts';
import { isFrozen } from './market-data-source.ts';

export interface FreshnessFacts {
  readonly source: string;
  /** Of the symbol; null: none is stored. */
  readonly lastBar: string | null;
  /** Date of the newest bar of any symbol of the source; null: nothing is stored. */
  readonly newestBar: string | null;
  readonly isDelisted?: boolean;
  /** First day of a halt of the symbol that covers `lastCompleted`; null: it is not halted then. */
  readonly haltedFrom: string | null;
  /** The newest day whose bars are final; undefined: the calendar does not know. */
  readonly lastCompleted: string | undefined;
}

/**
 * Whether bars are missing that should be there: of the last completed trading day of a live source, of the newest day
 * of one that stands still. A share that has not traded since its last bar misses none, nor does one that is delisted.
 * What the calendar does not know is not vouched for.
 */
export function isStale(facts: FreshnessFacts, calendar: TradingCalendar): boolean {
  const { source, lastBar, newestBar, isDelisted = false, haltedFrom, lastCompleted } = facts;
  if (lastBar === null) return true;
  if (isDelisted) return false;
  if (isFrozen(source)) return newestBar === null || lastBar < newestBar;
  if (lastCompleted === undefined) return true;
  if (lastBar >= lastCompleted) return false;
  const nextDay = calendar.nextTradingDay(lastBar);
  return haltedFrom === null || nextDay === undefined || haltedFrom > nextDay;
}
