import { Inject, Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { kindOf } from '../../common/market/symbol.ts';
import { inTurn } from '../../common/tracing/job-scope.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { isFrozen } from '../market-data-source.ts';
import { MARKET_DATA_PROVIDER, type MarketDataProvider } from '../provider.ts';
import { StoredCalendars } from '../market-calendars.ts';
import { detailsDue } from '../store/details.ts';
import { symbolsWithMinutes } from '../store/minute-bars.ts';
import { IngestionRuns } from './ingestion-runs.ts';
import type { IngestionKind } from './run.ts';
import { dueRuns, isBackground, type RefreshSchedule } from './schedule.ts';

const TICK_MS = 60_000;
/** A first load has tried for hours before it fails. */
const FIRST_LOAD_AGAIN_MS = 3_600_000;
/** Runs and their progress are kept for this long; the loads of everything, which say what is stored, for ever. */
const KEEP_DAYS = 90;

export const REFRESH_SCHEDULE = Symbol('RefreshSchedule');

/**
 * Orders what is due, once a minute in every worker: who comes first orders it, and the firing's key in the database
 * lets nobody order it again. So a firing is neither lost with a worker that dies nor done twice.
 */
@Injectable()
export class IngestionSchedule {
  private readonly logger = new Logger(IngestionSchedule.name);
  private readonly calendars: StoredCalendars;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(MARKET_DATA_PROVIDER) private readonly provider: MarketDataProvider,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(REFRESH_SCHEDULE) private readonly refresh: RefreshSchedule,
    private readonly runs: IngestionRuns,
  ) {
    this.calendars = new StoredCalendars(database, provider.source, (text) => this.logger.warn(text));
  }

  async keep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await inTurn('market data schedule', () => this.tick());
      await sleep(TICK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One look at everything; what goes wrong is told in the log, and the next tick comes. */
  async tick(): Promise<void> {
    try {
      await this.runs.recoverLost();
      await this.orderDue();
      await this.dropOldRuns();
    } catch (error) {
      this.logger.error({ err: error }, 'what is due cannot be ordered');
    }
  }

  /** Nothing else is ordered before everything was loaded once: a source that was away for long must not end that. */
  private async orderFailedFirstLoad(): Promise<void> {
    const rows = await this.database.query<{ status: string; ended: Date | null }>(
      `SELECT status, finished_at AS ended FROM app.ingestion_runs
        WHERE source = $1 AND kind = 'history' AND symbols IS NULL ORDER BY created_at DESC LIMIT 1`,
      [this.provider.source],
    );
    const [newest] = rows;
    if (newest?.status !== 'failed' || newest.ended === null) return;
    if (this.clock.now().getTime() - newest.ended.getTime() < FIRST_LOAD_AGAIN_MS) return;
    const id = await this.runs.enqueue({ kind: 'history', trigger: 'start' });
    this.logger.log(`ordered the first load again as ${id}: the one before failed`);
  }

  private async orderDue(): Promise<void> {
    const { source, offers } = this.provider;
    const loadedAt = await this.loadedAt();
    if (loadedAt === undefined) return this.orderFailedFirstLoad();
    const facts = {
      isFrozen: isFrozen(source),
      offers,
      calendar: (await this.calendars.current()).market,
      refresh: this.refresh,
      loadedAt,
    };
    for (const { kind, at } of dueRuns(facts, this.clock.now())) {
      if (await this.runs.isOrdered(kind, at)) continue;
      const symbols = await this.symbolsOf(kind);
      if (symbols?.length === 0) continue;
      const id = await this.runs.enqueueDue(kind, at, symbols);
      if (id !== undefined) this.logger.log(`ordered the ${kind} ${id}, due at ${at.toISOString()}`);
    }
  }

  /**
   * Of what a live source is asked for in the background, what a day is long enough for: details in turn, and minutes of
   * the shares that are configured or that somebody has ordered minutes of. undefined: all.
   */
  private async symbolsOf(kind: IngestionKind): Promise<readonly string[] | undefined> {
    const { source } = this.provider;
    const { symbols: configured } = this.configuration.marketData;
    if (isFrozen(source) || !isBackground(kind)) return undefined;
    if (kind === 'details') return detailsDue(this.database, source, configured);
    return (
      configured?.filter((symbol) => kindOf(symbol) === 'stock') ?? symbolsWithMinutes(this.database, source)
    );
  }

  /** In whole milliseconds, or what everybody is due at would differ by how it was read. */
  private async loadedAt(): Promise<Date | undefined> {
    const rows = await this.database.query<{ at: Date | null }>(
      `SELECT max(date_trunc('milliseconds', started_at)) AS at FROM app.ingestion_runs
        WHERE source = $1 AND kind = 'history' AND status = 'completed' AND symbols IS NULL`,
      [this.provider.source],
    );
    return rows[0]?.at ?? undefined;
  }

  private async dropOldRuns(): Promise<void> {
    await this.database.query(
      `DELETE FROM app.ingestion_runs
        WHERE status IN ('completed', 'failed') AND created_at < now() - make_interval(days => $1)
          AND NOT (kind = 'history' AND symbols IS NULL AND status = 'completed')`,
      [KEEP_DAYS],
    );
  }
}
