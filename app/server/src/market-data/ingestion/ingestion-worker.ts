import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { JobWithMetadata } from 'pg-boss';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { messageOf } from '../../common/configuration/errors.ts';
import { DATABASE } from '../../database/database.module.ts';
import { INGESTION_QUEUE } from '../../database/job-queue.ts';
import { JobQueue } from '../../database/job-queue.service.ts';
import type { Database } from '../../database/sql.ts';
import { Metrics } from '../../monitoring/metrics.ts';
import { MARKET_DATA_PROVIDER, type MarketDataProvider } from '../provider.ts';
import { type IngestionJob, IngestionRuns } from './ingestion-runs.ts';
import { executeRun } from './execute-run.ts';

const POLL_SECONDS = 1;
const RETRY_MS = 10_000;

/** The worker's side: orders the first load, and does what is in the queue, one run at a time. */
@Injectable()
export class IngestionWorker implements OnApplicationBootstrap {
  private readonly logger = new Logger(IngestionWorker.name);

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(MARKET_DATA_PROVIDER) private readonly provider: MarketDataProvider,
    private readonly queue: JobQueue,
    private readonly runs: IngestionRuns,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    void this.begin();
  }

  private async begin(): Promise<void> {
    const boss = await this.queue.whenStarted();
    await boss.work<IngestionJob, void, { pollingIntervalSeconds: number; includeMetadata: true }>(
      INGESTION_QUEUE,
      { pollingIntervalSeconds: POLL_SECONDS, includeMetadata: true },
      async ([job]) => {
        if (job !== undefined) await this.work(job);
      },
    );
    while (!this.queue.signal.aborted) {
      try {
        await this.orderFirstLoad();
        return;
      } catch (error) {
        this.logger.error(`the first load cannot be ordered: ${messageOf(error)}`);
        await sleep(RETRY_MS, undefined, { signal: this.queue.signal }).catch(() => undefined);
      }
    }
  }

  /** Loads what the source has unless exactly this has been loaded before. */
  private async orderFirstLoad(): Promise<void> {
    const fingerprint = await this.provider.fingerprint();
    const done = await this.database.query(
      `SELECT 1 FROM app.ingestion_runs WHERE source = $1 AND symbols IS NULL AND status = 'completed' AND fingerprint = $2 LIMIT 1`,
      [this.provider.source, fingerprint],
    );
    if (done.length > 0) return;
    const id = await this.runs.enqueue('start');
    this.logger.log(`ordered the load ${id} of the source ${this.provider.source}`);
  }

  private async work(job: JobWithMetadata<IngestionJob>): Promise<void> {
    const { source } = this.provider;
    const started = performance.now();
    const outcome = await executeRun({
      database: this.database,
      provider: this.provider,
      runId: job.data.runId,
      isLastAttempt: job.retryCount >= job.retryLimit,
      signal: AbortSignal.any([job.signal, this.queue.signal]),
      logFailure: (error) => this.logger.error(describeFailure(job.data.runId, error)),
      onChunk: ({ rows, rejected, flagged }) => {
        this.metrics.ingestionRows.inc({ source }, rows);
        this.metrics.quarantinedRows.inc({ source, disposition: 'rejected' }, rejected);
        this.metrics.quarantinedRows.inc({ source, disposition: 'flagged' }, flagged);
      },
    });
    const seconds = (performance.now() - started) / 1000;
    this.metrics.ingestionDuration.observe({ source, outcome }, seconds);
    this.logger.log(`load ${job.data.runId}: ${outcome} after ${seconds.toFixed(1)} s`);
  }
}

/** The error with everything that caused it. */
function describeFailure(runId: string, error: unknown): string {
  return `load ${runId} failed: ${inspect(error, { depth: 4 })}`;
}
