import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import type { Sql } from '../../database/sql.ts';
import { Metrics } from '../../monitoring/metrics/metrics.ts';
import type { Horizon } from '../calendar/horizon.ts';
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

export interface Coverage extends Readonly<Record<(typeof STATES)[number], number>> {
  readonly lastBar: string | null;
}

/** Why nobody can say how many days are missing. */
const UNKNOWN_REASONS = ['calendar', 'empty'] as const;
type UnknownReason = (typeof UNKNOWN_REASONS)[number];

/** How far the bars are behind. */
export interface Lag {
  /** Trading days; where the calendar has ended, at least so many. */
  readonly days?: number;
  /** Why that is not known, or not all of it. */
  readonly unknown?: UnknownReason;
}

interface Known {
  readonly coverage: Coverage;
  readonly lag: Lag;
  /** Days after today that the calendar knows; of a source that stands still nobody needs them. */
  readonly remainingDays: number | undefined;
}

/**
 * How far the bars of a live source are behind, in trading days: over a weekend or a holiday of ten days nothing is
 * missing. A source that stands still is never behind.
 */
@Injectable()
export class IngestionLag implements OnApplicationBootstrap {
  private known: () => readonly Known[] = () => [];

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Pick<Configuration, 'marketData'>,
    @Inject(MARKET_DATA_SOURCE) private readonly source: string,
    private readonly calendar: MarketCalendar,
    private readonly queries: PeriodicQueries,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.known = this.queries.figures(REFRESH_MS, 'lag of market data', (sql) => this.look(sql));
    this.registerLag();
    this.metrics.observableGauge(
      'market_calendar_remaining_days',
      'Days after today that the calendar of trading days knows; below zero: it ended so many days ago. Of a source that stands still there is none',
      {},
      (set) => {
        for (const { remainingDays } of this.known()) if (remainingDays !== undefined) set({}, remainingDays);
      },
    );
    this.metrics.observableGauge(
      'ingestion_symbols',
      'Symbols by what is stored of them: all days that are over, not all of them, not all because they are halted, or no bar at all',
      { source: { max: 5 }, state: STATES },
      (set) => {
        for (const { coverage } of this.known())
          for (const state of STATES) set({ source: this.source, state }, coverage[state]);
      },
    );
  }

  private registerLag(): void {
    const { source } = this;
    this.metrics.observableGauge(
      'ingestion_lag_trading_days',
      'Trading days that are over and of which a twentieth or more of the symbols have no bar, but for halted ones; where the calendar has ended, at least so many; missing: ingestion_lag_unknown says why',
      { source: { max: 5 } },
      (set) => {
        for (const { lag } of this.known()) if (lag.days !== undefined) set({ source }, lag.days);
      },
    );
    this.metrics.observableGauge(
      'ingestion_lag_unknown',
      '1: nobody can say how far market data is behind, because the calendar has ended (calendar) or nothing is stored (empty)',
      { source: { max: 5 }, reason: UNKNOWN_REASONS },
      (set) => {
        for (const { lag } of this.known())
          for (const reason of UNKNOWN_REASONS) set({ source, reason }, lag.unknown === reason ? 1 : 0);
      },
    );
  }

  private async look(sql: Sql): Promise<Known[]> {
    const { source } = this;
    const named = this.configuration.marketData.symbols ?? null;
    const horizon = await this.calendar.horizon();
    const frozen = isFrozen(source);
    // Whatever day it is, what stands still has all that it will ever have.
    const day = frozen ? '-infinity' : horizon.lastCompleted;
    const [coverage] = await sql.query<Coverage>(COVERAGE, [source, day, named]);
    if (coverage === undefined) return [];
    const lag = frozen ? { days: 0 } : lagOf(coverage, horizon, await this.calendar.current());
    return [{ coverage, lag, remainingDays: frozen ? undefined : horizon.remainingDays }];
  }
}

/** Pure. That nothing is missing is said only where the calendar knows which days there were. */
export function lagOf(
  { lastBar, halted, empty }: Coverage,
  { lastCompleted, isKnown }: Pick<Horizon, 'lastCompleted' | 'isKnown'>,
  calendar: Pick<TradingCalendar, 'countTradingDays'>,
): Lag {
  // Of nothing but halted symbols nothing is missing.
  if (lastBar === null) return halted > 0 && empty === 0 ? { days: 0 } : { unknown: 'empty' };
  const count = lastCompleted === undefined ? undefined : calendar.countTradingDays(lastBar, lastCompleted);
  if (count === undefined) return { unknown: 'calendar' };
  // The day of that bar is one of them.
  const days = Math.max(0, count - 1);
  if (isKnown) return { days };
  return days > 0 ? { days, unknown: 'calendar' } : { unknown: 'calendar' };
}
