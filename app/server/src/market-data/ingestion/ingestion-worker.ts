import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { JobWithMetadata } from 'pg-boss';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { DATABASE } from '../../database/database.module.ts';
import { INGESTION_QUEUE } from '../../database/job-queue.ts';
import { JobQueue, ReportedFailure } from '../../database/job-queue.service.ts';
import type { Database } from '../../database/sql.ts';
import { MARKET_DATA_PROVIDER, type MarketDataProvider } from '../provider.ts';
import { executeRun, type RunOutcome } from './execute-run.ts';
import { IngestionMetrics } from './ingestion-metrics.ts';
import { AT_ONCE, type IngestionJob, IngestionRuns, URGENT } from './ingestion-runs.ts';
import { IngestionSchedule } from './ingestion-schedule.ts';

const POLL_SECONDS = 1;
const RETRY_MS = 10_000;
/** Long loads, beside them what somebody waits for, and beside both the picture of the market. */
const LANES = [{}, { minPriority: URGENT }, { minPriority: AT_ONCE }] as const;

/** The worker's side: orders the first load and what is due, and does what is in the queue. */
@Injectable()
export class IngestionWorker implements OnApplicationBootstrap {
  private readonly logger = new Logger(IngestionWorker.name);

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(MARKET_DATA_PROVIDER) private readonly provider: MarketDataProvider,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly queue: JobQueue,
    private readonly runs: IngestionRuns,
    private readonly schedule: IngestionSchedule,
    private readonly metrics: IngestionMetrics,
  ) {}

  onApplicationBootstrap(): void {
    this.metrics.expect(this.provider.source);
    void this.begin();
  }

  private async begin(): Promise<void> {
    for (const lane of LANES) await this.takeJobs(lane);
    while (!this.queue.signal.aborted) {
      try {
        await this.orderFirstLoad();
        break;
      } catch (error) {
        this.logger.error({ err: error }, 'the first load cannot be ordered');
        await sleep(RETRY_MS, undefined, { signal: this.queue.signal }).catch(() => undefined);
      }
    }
    await this.schedule.keep(this.queue.signal);
  }

  private async takeJobs(lane: { readonly minPriority?: number }): Promise<void> {
    const options = { pollingIntervalSeconds: POLL_SECONDS, ...lane };
    await this.queue.work<IngestionJob>(INGESTION_QUEUE, options, async ([job]) => {
      if (job !== undefined) await this.work(job);
    });
  }

  /** Loads what the source has unless exactly this has been loaded before. */
  private async orderFirstLoad(): Promise<void> {
    const fingerprint = await this.provider.fingerprint();
    const done = await this.database.query(
      `SELECT 1 FROM app.ingestion_runs
        WHERE source = $1 AND kind = 'history' AND symbols IS NULL AND status = 'completed' AND fingerprint = $2 LIMIT 1`,
      [this.provider.source, fingerprint],
    );
    if (done.length > 0) return;
    const id = await this.runs.enqueue({ kind: 'history', trigger: 'start' });
    this.logger.log(`ordered the load ${id} of the source ${this.provider.source}`);
  }

  private async work(job: JobWithMetadata<IngestionJob>): Promise<void> {
    const { source } = this.provider;
    const { runId } = job.data;
    const started = performance.now();
    const secondsSoFar = (): number => (performance.now() - started) / 1000;
    const result = await executeRun({
      database: this.database,
      provider: this.provider,
      runId,
      configured: this.configuration.marketData.symbols,
      now: () => this.clock.now(),
      isLastAttempt: job.retryCount >= job.retryLimit,
      signal: AbortSignal.any([job.signal, this.queue.signal]),
      logFailure: (error) =>
        this.logger.error({ err: error, runId, queue: INGESTION_QUEUE }, `load ${runId} failed`),
      onChunk: (report) => {
        this.metrics.stored(source, report);
        this.logger.debug(report, 'rows were judged and stored');
      },
    }).catch((error: unknown) => {
      // Handed back by a worker that stops is no failure.
      if (!this.queue.signal.aborted) this.metrics.attempted(source, 'failed', secondsSoFar());
      throw new ReportedFailure(error);
    });
    const seconds = secondsSoFar();
    this.metrics.attempted(source, result.outcome, seconds);
    this.logger.log(`load ${runId}: ${result.outcome} after ${seconds.toFixed(1)} s`);
    await this.goOn(runId, result);
  }

  private async goOn(runId: string, result: RunOutcome): Promise<void> {
    if (result.outcome === 'paused') {
      this.logger.debug({ runId, seconds: result.seconds }, `load ${runId}: goes on after a pause`);
      await this.runs.resume(runId, result.seconds);
    }
    // What waits for the first load need not wait for the next minute, too.
    if (result.outcome === 'completed') await this.schedule.tick();
  }
}
