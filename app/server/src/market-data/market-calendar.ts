import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database } from '../database/sql.ts';
import { type Horizon, horizonOf } from './calendar/horizon.ts';
import { lastCompletedTradingDay } from './calendar/sessions.ts';
import type { TradingCalendar } from './calendar/trading-calendar.ts';
import { MARKET_DATA_SOURCE } from './market-data-source.ts';
import { MarketCalendars, StoredCalendars } from './market-calendars.ts';

/** A source names new days about once a year; a worker that learns them is heard of after this long. */
const LOOK_AGAIN_MS = 60_000;

/** The calendar of the market that requests are answered by; whether it is another one is asked once a minute. */
@Injectable()
export class MarketCalendar {
  private readonly stored: StoredCalendars;
  private calendar = MarketCalendars.announced().market;
  private lookAt = 0;

  constructor(
    @Inject(DATABASE) database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(MARKET_DATA_SOURCE) source: string,
  ) {
    const logger = new Logger(MarketCalendar.name);
    this.stored = new StoredCalendars(database, source, (text) => logger.warn(text));
  }

  async current(): Promise<TradingCalendar> {
    const now = this.clock.now().getTime();
    if (now < this.lookAt) return this.calendar;
    this.lookAt = now + LOOK_AGAIN_MS;
    try {
      this.calendar = (await this.stored.current()).market;
    } catch (error) {
      this.lookAt = 0;
      throw error;
    }
    return this.calendar;
  }

  async horizon(): Promise<Horizon> {
    return horizonOf(this.clock.now(), await this.current());
  }

  /** The newest day whose bars are final; undefined: the calendar does not know. */
  async lastCompletedDay(): Promise<string | undefined> {
    return lastCompletedTradingDay(this.clock.now(), await this.current());
  }
}
