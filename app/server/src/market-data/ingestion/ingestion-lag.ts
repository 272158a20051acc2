import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import { Metrics } from '../../monitoring/metrics/metrics.ts';
import type { TradingCalendar } from '../calendar/trading-calendar.ts';
import { MarketCalendar } from '../market-calendar.ts';
import { isFrozen, MARKET_DATA_SOURCE } from '../market-data-source.ts';

const REFRESH_MS = 60_000;
const NEWEST = `
  SELECT max(last_bar)::text AS "newestBar" FROM app.symbols WHERE source = $1 AND last_bar IS NOT NULL`;

/**
 * How far the newest bar of a live source is behind, in trading days: over a weekend or a holiday of ten days nothing is
 * missing. A source that stands still is never behind.
 */
@Injectable()
export class IngestionLag implements OnApplicationBootstrap {
  constructor(
    @Inject(MARKET_DATA_SOURCE) private readonly source: string,
    private readonly calendar: MarketCalendar,
    private readonly queries: PeriodicQueries,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    const { source } = this;
    const lags = this.queries.figures(REFRESH_MS, 'the newest bar', async (sql) => {
      if (isFrozen(source)) return [0];
      const [row] = await sql.query<{ newestBar: string | null }>(NEWEST, [source]);
      const completed = await this.calendar.lastCompletedDay();
      const lag = lagOf(row?.newestBar ?? null, completed, await this.calendar.current());
      return lag === undefined ? [] : [lag];
    });
    this.metrics.observableGauge(
      'ingestion_lag_trading_days',
      'Trading days that are over and of which no bar is stored; missing: nothing is stored, or the calendar does not know',
      { source: { max: 5 } },
      (set) => {
        for (const lag of lags()) set({ source }, lag);
      },
    );
  }
}

/** Undefined: nothing is stored yet, or the calendar does not know all of these days. */
export function lagOf(
  newestBar: string | null,
  lastCompleted: string | undefined,
  calendar: Pick<TradingCalendar, 'countTradingDays'>,
): number | undefined {
  if (newestBar === null || lastCompleted === undefined) return undefined;
  const count = calendar.countTradingDays(newestBar, lastCompleted);
  // The day of the newest bar is one of them.
  return count === undefined ? undefined : Math.max(0, count - 1);
}
