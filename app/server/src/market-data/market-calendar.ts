import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database } from '../database/sql.ts';
import { MARKET_DATA_SOURCE } from './market-data-source.ts';
import { lastCompletedTradingDay } from './calendar/sessions.ts';
import { CalendarConflictError, TradingCalendar } from './calendar/trading-calendar.ts';

/** A source names new days about once a year; a worker that learns them is heard of after this long. */
const LOOK_AGAIN_MS = 60_000;

/**
 * The trading calendar as far as it is known now: what the exchange has announced, and what the source named beyond it.
 * All three exchanges have closed on the same days since Beijing opened; Shanghai's table reaches back furthest.
 */
@Injectable()
export class MarketCalendar {
  private calendar = TradingCalendar.announced('SH');
  private extendedBy = 0;
  private lookAt = 0;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(MARKET_DATA_SOURCE) private readonly source: string,
  ) {}

  async current(): Promise<TradingCalendar> {
    const now = this.clock.now().getTime();
    if (now >= this.lookAt) {
      this.lookAt = now + LOOK_AGAIN_MS;
      await this.learn();
    }
    return this.calendar;
  }

  /** The newest day whose bars are final; undefined: the calendar does not know. */
  async lastCompletedDay(): Promise<string | undefined> {
    return lastCompletedTradingDay(this.clock.now(), await this.current());
  }

  private async learn(): Promise<void> {
    const rows = await this.database.query<{ day: string }>(
      'SELECT trade_date::text AS day FROM app.trading_days WHERE source = $1 ORDER BY trade_date',
      [this.source],
    );
    if (rows.length === 0 || rows.length === this.extendedBy) return;
    this.extendedBy = rows.length;
    try {
      this.calendar = TradingCalendar.announced('SH').extendedBy(rows.map(({ day }) => day)).calendar;
    } catch (error) {
      // The list was judged when it was stored; one that contradicts the notices of a newer program is left aside.
      if (!(error instanceof CalendarConflictError)) throw error;
    }
  }
}
