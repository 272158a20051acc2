import { addDays, isCivilDate, isoWeekday } from '../../common/market/civil-date.ts';
import { ANNOUNCED_UNTIL, CLOSURES, KNOWN_FROM } from './closures.ts';

/** `unknown`: outside of what the exchange has announced. It is neither a guess nor a synonym of closed. */
export type DayStatus = 'trading' | 'closed' | 'unknown';

/** A list of trading days that contradicts what is known; nothing of it is taken over. */
export class CalendarConflictError extends Error {
  override readonly name = 'CalendarConflictError';
}

/**
 * Days by which a list may differ from the notices. Exchanges do close at short notice (31 January 2020), but a list
 * that differs by more is broken, and would turn trading days into holidays.
 */
const TOLERATED_DIFFERENCES = 5;

/** `01-01 02-15/02-18` of 1991 becomes five dates. */
function datesOf(year: string, closures: string): string[] {
  return closures.split(' ').flatMap((range) => {
    const [first = '', last = first] = range.split('/').map((day) => `${year}-${day}`);
    const dates: string[] = [];
    for (let date = first; date <= last; date = addDays(date, 1)) dates.push(date);
    return dates;
  });
}

function announcedDays(from: string, until: string): string[] {
  const closed = new Set(Object.entries(CLOSURES).flatMap(([year, text]) => datesOf(year, text)));
  const days: string[] = [];
  for (let date = from; date <= until; date = addDays(date, 1))
    if (isoWeekday(date) <= 5 && !closed.has(date)) days.push(date);
  return days;
}

/** Trading days of one exchange as civil dates in Asia/Shanghai; immutable. */
export class TradingCalendar {
  /** First and last date of which it is known whether it is a trading day. */
  readonly knownFrom: string;
  readonly knownUntil: string;
  readonly #days: readonly string[];
  readonly #index: ReadonlyMap<string, number>;

  private constructor(days: readonly string[], knownFrom: string, knownUntil: string) {
    this.knownFrom = knownFrom;
    this.knownUntil = knownUntil;
    this.#days = days;
    this.#index = new Map(days.map((day, index) => [day, index]));
  }

  /** What the exchange has announced. */
  static announced(exchange: keyof typeof KNOWN_FROM): TradingCalendar {
    const from = KNOWN_FROM[exchange];
    return new TradingCalendar(announcedDays(from, ANNOUNCED_UNTIL), from, ANNOUNCED_UNTIL);
  }

  dayStatus(date: string): DayStatus {
    if (this.#index.has(date)) return 'trading';
    if (!isCivilDate(date)) throw new RangeError(`${JSON.stringify(date)} is no civil date YYYY-MM-DD`);
    if (date < this.knownFrom || date > this.knownUntil) return 'unknown';
    return 'closed';
  }

  /** The last trading day before `date`; undefined: not known. */
  previousTradingDay(date: string): string | undefined {
    const index = this.#index.get(date);
    if (index !== undefined) return this.#days[index - 1];
    if (this.dayStatus(addDays(date, -1)) === 'unknown') return undefined;
    return this.#days[this.#firstAtOrAfter(date) - 1];
  }

  /** The first trading day after `date`; undefined: not known. */
  nextTradingDay(date: string): string | undefined {
    const index = this.#index.get(date);
    if (index !== undefined) return this.#days[index + 1];
    if (this.dayStatus(addDays(date, 1)) === 'unknown') return undefined;
    return this.#days[this.#firstAtOrAfter(addDays(date, 1))];
  }

  /** Trading days from `from` to `to`, both included; undefined: not all of them are known. */
  tradingDaysBetween(from: string, to: string): readonly string[] | undefined {
    if (from > to) return [];
    if (this.dayStatus(from) === 'unknown' || this.dayStatus(to) === 'unknown') return undefined;
    return this.#days.slice(this.#firstAtOrAfter(from), this.#firstAtOrAfter(addDays(to, 1)));
  }

  /** How many {@link tradingDaysBetween} has, without making the list. */
  countTradingDays(from: string, to: string): number | undefined {
    if (from > to) return 0;
    if (this.dayStatus(from) === 'unknown' || this.dayStatus(to) === 'unknown') return undefined;
    const [first, last] = [this.#index.get(from), this.#index.get(to)];
    const end = last === undefined ? this.#firstAtOrAfter(to) : last + 1;
    return end - (first ?? this.#firstAtOrAfter(from));
  }

  /**
   * Takes over a source's list of trading days (`tool_trade_date_hist_sina`). Within its range it overrules the
   * notices, because a closure at short notice stands in no annual notice; what it changed is in `changed`. It makes
   * known no more than up to its last day.
   * @param listed ascending civil dates
   * @throws CalendarConflictError when it is no such list, leaves a hole to what is known, or differs too much
   */
  extendedBy(listed: readonly string[]): { calendar: TradingCalendar; changed: readonly string[] } {
    const [first, last] = checkList(listed);
    if (first > addDays(this.knownUntil, 1))
      throw new CalendarConflictError(
        `the list begins on ${first}, days after ${this.knownUntil} are missing`,
      );
    const covered = new Set(listed);
    const known = this.#days.filter((day) => day >= first && day <= last);
    const changed = [
      ...known.filter((day) => !covered.has(day)),
      ...listed.filter((day) => this.dayStatus(day) === 'closed'),
    ].toSorted();
    if (changed.length > TOLERATED_DIFFERENCES)
      throw new CalendarConflictError(
        `the list differs from the exchange's notices on ${changed.length} days, the first is ${changed[0]}`,
      );
    const days = [
      ...this.#days.filter((day) => day < first),
      ...listed.filter((day) => day >= this.knownFrom),
      ...this.#days.filter((day) => day > last),
    ];
    const until = last > this.knownUntil ? last : this.knownUntil;
    return { calendar: new TradingCalendar(days, this.knownFrom, until), changed };
  }

  /** Binary search: index of the first trading day that is not before `date`. */
  #firstAtOrAfter(date: string): number {
    let [low, high] = [0, this.#days.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#days[middle] ?? '') < date) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function checkList(listed: readonly string[]): readonly [first: string, last: string] {
  const bad = listed.find((day, index) => !isCivilDate(day) || day <= (listed[index - 1] ?? ''));
  if (bad !== undefined)
    throw new CalendarConflictError(`${JSON.stringify(bad)} is no date, or not after the one before it`);
  const weekend = listed.find((day) => isoWeekday(day) > 5);
  if (weekend !== undefined)
    throw new CalendarConflictError(`${weekend} is a weekend, on which the exchanges never trade`);
  const [first, last] = [listed[0], listed.at(-1)];
  if (first === undefined || last === undefined)
    throw new CalendarConflictError('the list of trading days is empty');
  return [first, last];
}
