import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import { Metrics } from '../../monitoring/metrics/metrics.ts';
import type { TradingCalendar } from '../calendar/trading-calendar.ts';
import { MarketCalendar } from '../market-calendar.ts';
import { isFrozen, MARKET_DATA_SOURCE } from '../market-data-source.ts';

const REFRESH_MS = 60_000;
const STATES = ['current', 'behind', 'halted', 'empty'] as const;

/**
 * $1 source, $2 the last completed trading day, $3 the symbols that the configuration names or null. The newest bar of all
 * would say nothing of the others, and the oldest be that of a share of which nobody tells that it is halted: so it is the
 * one that a twentieth of the symbols do not go beyond.
 * @internal
 */
export const COVERAGE = `
  SELECT (percentile_disc(0.05) WITHIN GROUP (ORDER BY last_bar) FILTER (WHERE state IN ('current', 'behind')))::text
           AS "lastBar",
         count(*) FILTER (WHERE state = 'current')::int AS current, count(*) FILTER (WHERE state = 'behind')::int AS behind,
         count(*) FILTER (WHERE state = 'halted')::int AS halted, count(*) FILTER (WHERE state = 'empty')::int AS empty
    FROM (SELECT last_bar,
                 CASE WHEN last_bar IS NULL THEN 'empty'
                      WHEN last_bar >= $2::date THEN 'current'
                      WHEN listing_status = 'suspended' OR EXISTS (
                             SELECT FROM app.halts AS halt
                              WHERE halt.source = $1 AND halt.symbol = stored.symbol AND halt.from_date <= $2::date
                                AND coalesce(halt.to_date, 'infinity') >= $2::date) THEN 'halted'
                      ELSE 'behind' END AS state
            FROM app.symbols AS stored
           WHERE source = $1 AND listing_status <> 'delisted' AND ($3::text[] IS NULL OR symbol = ANY ($3))) AS watched`;

interface Coverage extends Readonly<Record<(typeof STATES)[number], number>> {
  readonly lastBar: string | null;
}

interface Known {
  readonly coverage: Coverage;
  readonly lag: number | undefined;
}

/**
 * How far the bars of a live source are behind, in trading days: over a weekend or a holiday of ten days nothing is
 * missing. A source that stands still is never behind.
 */
@Injectable()
export class IngestionLag implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(MARKET_DATA_SOURCE) private readonly source: string,
    private readonly calendar: MarketCalendar,
    private readonly queries: PeriodicQueries,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    const { source } = this;
    const named = this.configuration.marketData.symbols ?? null;
    const known = this.queries.figures(REFRESH_MS, 'lag of market data', async (sql): Promise<Known[]> => {
      const completed = await this.calendar.lastCompletedDay();
      // Whatever day it is, what stands still has all that it will ever have.
      const day = isFrozen(source) ? '-infinity' : completed;
      if (day === undefined) return [];
      const [coverage] = await sql.query<Coverage>(COVERAGE, [source, day, named]);
      if (coverage === undefined) return [];
      const lag = isFrozen(source) ? 0 : lagOf(coverage.lastBar, completed, await this.calendar.current());
      return [{ coverage, lag }];
    });
    this.metrics.observableGauge(
      'ingestion_lag_trading_days',
      'Trading days that are over and of which a twentieth or more of the symbols have no bar, but for halted ones; missing: nothing is stored, or the calendar does not know',
      { source: { max: 5 } },
      (set) => {
        for (const { lag } of known()) if (lag !== undefined) set({ source }, lag);
      },
    );
    this.metrics.observableGauge(
      'ingestion_symbols',
      'Symbols by what is stored of them: all days that are over, not all of them, not all because they are halted, or no bar at all',
      { source: { max: 5 }, state: STATES },
      (set) => {
        for (const { coverage } of known())
          for (const state of STATES) set({ source, state }, coverage[state]);
      },
    );
  }
}

/** Undefined: nothing is stored yet, or the calendar does not know all of these days. */
export function lagOf(
  lastBar: string | null,
  lastCompleted: string | undefined,
  calendar: Pick<TradingCalendar, 'countTradingDays'>,
): number | undefined {
  if (lastBar === null || lastCompleted === undefined) return undefined;
  const count = calendar.countTradingDays(lastBar, lastCompleted);
  // The day of that bar is one of them.
  return count === undefined ? undefined : Math.max(0, count - 1);
}
