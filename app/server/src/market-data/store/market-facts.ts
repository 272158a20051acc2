import type { Clock } from '../../common/clock.ts';
import type { Database } from '../../database/sql.ts';
import type { AskedRange } from '../aktools/bars.ts';
import { MARKET, type MarketFacts } from '../aktools/market-facts.ts';
import { missingRuns, whyMissing } from '../calendar/halts.ts';
import { exchangeTime, lastCompletedTradingDay, marketPhase } from '../calendar/sessions.ts';
import type { TradingCalendar } from '../calendar/trading-calendar.ts';
import { readListedHalts } from './halt-lists.ts';

export interface StoredMarketFactsOptions {
  readonly database: Database;
  readonly source: string;
  readonly clock: Clock;
  /** Trading days of the exchange of a symbol. */
  readonly calendarOf: (symbol: string) => Promise<TradingCalendar>;
}

/** Facts from the calendar, and from the symbols and halts that were loaded. */
export class StoredMarketFacts implements MarketFacts {
  readonly #options: StoredMarketFactsOptions;

  constructor(options: StoredMarketFactsOptions) {
    this.#options = options;
  }

  now(): Date {
    return this.#options.clock.now();
  }

  today(): string {
    return exchangeTime(this.now()).date;
  }

  async quoteDay(at: Date): Promise<{ readonly date: string; readonly final: boolean } | undefined> {
    const calendar = await this.#options.calendarOf(MARKET);
    const phase = marketPhase(at, calendar);
    const completed = lastCompletedTradingDay(at, calendar);
    if (phase === 'unknown' || completed === undefined) return undefined;
    // Before the opening auction, and on a day without trading, quotes are those of the last day.
    if (phase === 'closed') return { date: completed, final: true };
    const { date } = exchangeTime(at);
    return { date, final: date <= completed };
  }

  async tradingDays({ from, to }: AskedRange, symbol: string): Promise<readonly string[] | undefined> {
    return (await this.#options.calendarOf(symbol)).tradingDaysBetween(from, to);
  }

  async isListed(symbol: string, by: string): Promise<boolean | undefined> {
    const [row] = await this.#options.database.query<{ known: boolean; listed: boolean }>(
      `SELECT EXISTS (SELECT FROM app.symbols WHERE source = $1 AND kind = 'stock') AS known,
              EXISTS (SELECT FROM app.symbols
                       WHERE source = $1 AND symbol = $2 AND (listed_on IS NULL OR listed_on <= $3)) AS listed`,
      [this.#options.source, symbol, by],
    );
    return row?.known === true ? row.listed : undefined;
  }

  async isHalted(symbol: string, days: readonly string[]): Promise<boolean> {
    const [row] = await this.#options.database.query<{ halted: boolean }>(
      `SELECT NOT EXISTS (
         SELECT FROM unnest($3::date[]) AS day
          WHERE NOT EXISTS (
            SELECT FROM app.halts
             WHERE source = $1 AND symbol = $2 AND from_date <= day AND (to_date IS NULL OR to_date >= day))) AS halted`,
      [this.#options.source, symbol, days],
    );
    return days.length > 0 && row?.halted === true;
  }

  async gaps(symbol: string, days: readonly string[]): Promise<readonly string[]> {
    const { database, source, calendarOf } = this.#options;
    const calendar = await calendarOf(symbol);
    const missing = missingRuns(days, calendar).flatMap(
      ({ from, to }) => calendar.tradingDaysBetween(from, to) ?? [],
    );
    if (missing.length === 0) return [];
    const listed = (await readListedHalts(database, source, [symbol]))(symbol);
    return missing.filter((day) => whyMissing(day, listed) === 'gap');
  }
}
