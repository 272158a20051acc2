import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { JobWithMetadata, PgBoss, WorkOptions } from 'pg-boss';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { messageOf } from '../common/configuration/errors.ts';
import { UnavailableError } from '../common/errors.ts';
import { inJob, type TracedData } from '../common/tracing/job-scope.ts';
import { DatabaseConnector } from './connector.ts';
import { createJobQueue } from './job-queue.ts';
import { QueryTimes } from './query-times.ts';

const POOL_SIZE = 4;
const RETRY_MS = 2_000;
/** How long a job may take to reach its next safe point when the process stops. */
const HAND_BACK_MS = 15_000;

/** What a handler throws where it has logged already what went wrong: the job has failed, and that is all. */
export class ReportedFailure extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}

/** What one call of a handler did. */
export interface WorkedJobs {
  readonly queue: string;
  readonly ids: readonly string[];
  readonly milliseconds: number;
  readonly hasFailed: boolean;
}

/** pg-boss as a part of the process: started when the database is ready, stopped before anything else. */
@Injectable()
export class JobQueue implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(JobQueue.name);
  private readonly stopping = new AbortController();
  private readonly started = Promise.withResolvers<PgBoss>();
  private readonly listeners = new Set<(worked: WorkedJobs) => void>();
  private boss: PgBoss | undefined;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    private readonly connector: DatabaseConnector,
    private readonly times: QueryTimes,
  ) {}

  onApplicationBootstrap(): void {
    void this.connector.whenReady().then(() => this.start());
  }

  /** Fires when the process stops: handlers hand their job back at the next safe point. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** Resolves when jobs can be sent and worked on. */
  whenStarted(): Promise<PgBoss> {
    return this.started.promise;
  }

  /** @throws UnavailableError before the queue is started */
  current(): PgBoss {
    if (this.boss === undefined)
      throw new UnavailableError('the job queue is not ready yet; try again in a few seconds');
    return this.boss;
  }

  /** For whoever can do without: undefined before the queue is started. */
  currentOrNone(): PgBoss | undefined {
    return this.boss;
  }

  /** Tells of each call of a handler when it has ended, well or not; `listener` must not throw. */
  onWorked(listener: (worked: WorkedJobs) => void): void {
    this.listeners.add(listener);
  }

  /**
   * Takes jobs of a queue from now on. What the handler throws is logged, and the job is tried again by the rules of its
   * queue; that a worker which stops hands its jobs back is no failure. The work goes on with the trace of what made the job.
   */
  async work<Data>(
    queue: string,
    options: Pick<WorkOptions, 'pollingIntervalSeconds' | 'batchSize' | 'minPriority'>,
    handler: (jobs: readonly JobWithMetadata<Data>[]) => Promise<void>,
  ): Promise<void> {
    const boss = await this.whenStarted();
    const all = { ...options, includeMetadata: true } as const;
    // Who was slow to ask is not to fail because everything ends meanwhile.
    if (this.signal.aborted) return;
    await boss.work<Data & TracedData, void, typeof all>(queue, all, (jobs) =>
      inJob(queue, jobs, () => this.handle(queue, jobs, handler)),
    );
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.boss?.stop({ graceful: true, timeout: HAND_BACK_MS });
  }

  private async handle<Data>(
    queue: string,
    jobs: readonly JobWithMetadata<Data>[],
    handler: (jobs: readonly JobWithMetadata<Data>[]) => Promise<void>,
  ): Promise<void> {
    const started = performance.now();
    const ids = jobs.map(({ id }) => id);
    let hasFailed = false;
    try {
      await handler(jobs);
    } catch (error) {
      hasFailed = true;
      if (!this.stopping.signal.aborted && !(error instanceof ReportedFailure))
        this.logger.error({ err: error, queue, jobId: ids[0] }, `a job of ${queue} failed`);
      throw error;
    } finally {
      const milliseconds = performance.now() - started;
      for (const listener of this.listeners) listener({ queue, ids, milliseconds, hasFailed });
    }
  }

  private async start(): Promise<void> {
    const { role, database } = this.configuration;
    while (!this.stopping.signal.aborted) {
      const boss = createJobQueue(
        database,
        { applicationName: `stock-analysis-${role}-jobs`, max: POOL_SIZE, times: this.times },
        role === 'worker',
      );
      boss.on('error', (error) => this.logger.warn(`job queue: ${error.message}`));
      try {
        await boss.start();
        this.boss = boss;
        this.started.resolve(boss);
        return;
      } catch (error) {
        this.logger.warn(`the job queue does not start: ${messageOf(error)}`);
        await boss.stop({ graceful: false }).catch(() => undefined);
        await sleep(RETRY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }
}
