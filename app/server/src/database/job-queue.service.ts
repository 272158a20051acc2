import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { PgBoss } from 'pg-boss';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { messageOf } from '../common/configuration/errors.ts';
import { UnavailableError } from '../common/errors.ts';
import { DatabaseConnector } from './connector.ts';
import { createJobQueue } from './job-queue.ts';

const POOL_SIZE = 4;
const RETRY_MS = 2_000;
/** How long a job may take to reach its next safe point when the process stops. */
const HAND_BACK_MS = 15_000;

/** pg-boss as a part of the process: started when the database is ready, stopped before anything else. */
@Injectable()
export class JobQueue implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(JobQueue.name);
  private readonly stopping = new AbortController();
  private readonly started = Promise.withResolvers<PgBoss>();
  private boss: PgBoss | undefined;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    private readonly connector: DatabaseConnector,
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

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.boss?.stop({ graceful: true, timeout: HAND_BACK_MS });
  }

  private async start(): Promise<void> {
    const { role, database } = this.configuration;
    while (!this.stopping.signal.aborted) {
      const boss = createJobQueue(
        database,
        { applicationName: `stock-analysis-${role}-jobs`, max: POOL_SIZE },
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
