import { exchangeOf } from '../common/market/symbol.ts';
import type { Sql } from '../database/sql.ts';
import { CalendarConflictError, TradingCalendar } from './calendar/trading-calendar.ts';
import { readTradingDays, tradingDaysVersion } from './store/trading-days.ts';

const EXCHANGES = ['SH', 'SZ', 'BJ'] as const;

type Exchange = (typeof EXCHANGES)[number];

/** Made once: a calendar is immutable, and one is needed for every run and every tick of the schedule. */
const announced = new Map<Exchange, TradingCalendar>();

function announcedBy(exchange: Exchange): TradingCalendar {
  const calendar = announced.get(exchange) ?? TradingCalendar.announced(exchange);
  announced.set(exchange, calendar);
  return calendar;
}

/** The exchanges close on the same days since 1996; before, and before its opening, each is known for itself. */
export class MarketCalendars {
  readonly #calendars: ReadonlyMap<string, TradingCalendar>;

  private constructor(calendars: ReadonlyMap<string, TradingCalendar>) {
    this.#calendars = calendars;
  }

  /**
   * The exchanges' own notices, and what the source has named beyond them. A list that contradicts them is not used.
   * @param conflict gets what is wrong with the stored list
   */
  static async stored(sql: Sql, source: string, conflict: (text: string) => void): Promise<MarketCalendars> {
    const days = await readTradingDays(sql, source);
    if (days.length === 0) return MarketCalendars.announced();
    try {
      return MarketCalendars.extendedBy(days);
    } catch (error) {
      if (!(error instanceof CalendarConflictError)) throw error;
      conflict(`the source's trading days are not used: ${error.message}`);
      return MarketCalendars.announced();
    }
  }

  /**
   * The notices, and a source's list of trading days.
   * @param days ascending civil dates
   * @throws CalendarConflictError when the list contradicts the notices; nothing of it is to be used
   */
  static extendedBy(days: readonly string[]): MarketCalendars {
    return MarketCalendars.#each((exchange) => announcedBy(exchange).extendedBy(days).calendar);
  }

  static announced(): MarketCalendars {
    return MarketCalendars.#each(announcedBy);
  }

  static #each(make: (exchange: Exchange) => TradingCalendar): MarketCalendars {
    return new MarketCalendars(new Map(EXCHANGES.map((exchange) => [exchange, make(exchange)])));
  }

  /** Of the market as a whole, whose sessions all exchanges share. */
  get market(): TradingCalendar {
    return this.of('000001.SH');
  }

  /** @throws RangeError for a symbol of no exchange */
  of(symbol: string): TradingCalendar {
    const calendar = this.#calendars.get(exchangeOf(symbol));
    if (calendar === undefined) throw new RangeError(`${symbol} is of no exchange that is known`);
    return calendar;
  }
}

/**
 * The calendars of a source for those who ask all the time: made anew, and a conflict told, only when the stored list
 * is another one.
 */
export class StoredCalendars {
  readonly #sql: Sql;
  readonly #source: string;
  readonly #conflict: (text: string) => void;
  #version: string | undefined;
  #calendars = MarketCalendars.announced();

  /** @param conflict gets what is wrong with a stored list, once for each list */
  constructor(sql: Sql, source: string, conflict: (text: string) => void) {
    this.#sql = sql;
    this.#source = source;
    this.#conflict = conflict;
  }

  async current(): Promise<MarketCalendars> {
    const version = await tradingDaysVersion(this.#sql, this.#source);
    if (version !== this.#version) {
      this.#calendars = await MarketCalendars.stored(this.#sql, this.#source, this.#conflict);
      this.#version = version;
    }
    return this.#calendars;
  }
}
