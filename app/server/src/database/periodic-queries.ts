import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { messageOf } from '../common/configuration/errors.ts';
import { inTurn } from '../common/tracing/job-scope.ts';
import { DatabaseConnector } from './connector.ts';
import { databaseOf, type Sql } from './sql.ts';

const HOUR_MS = 3_600_000;

/** Keeps what a query answered last, for those who must never wait for the database, as a scrape of the metrics. */
@Injectable()
export class PeriodicQueries implements OnModuleDestroy {
  private readonly logger = new Logger(PeriodicQueries.name);
  private readonly stopping = new AbortController();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly connector: DatabaseConnector,
  ) {}

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /**
   * Asks once the database is ready, and again so long after each answer. A failure is logged and leaves the rows.
   * @param what the log calls it
   * @returns gives the newest rows; none before the first answer
   */
  every<Row>(
    intervalMs: number,
    what: string,
    question: (sql: Sql) => Promise<readonly Row[]>,
  ): () => readonly Row[] {
    const { signal } = this.stopping;
    const sql = databaseOf(this.dataSource);
    let newest: readonly Row[] = [];
    const askOnce = async (): Promise<void> => {
      try {
        newest = await question(sql);
      } catch (error) {
        this.logger.warn(`${what}: ${messageOf(error)}`);
      }
    };
    const ask = async (): Promise<void> => {
      await this.connector.whenReady();
      while (!signal.aborted) {
        await inTurn(what, askOnce);
        await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
      }
    };
    void ask();
    return () => newest;
  }

  /** Does something so long after each time that it was done. A failure is logged, and the next time makes up for it. */
  repeat(intervalMs: number, what: string, work: () => Promise<unknown>): void {
    this.every(intervalMs, what, async () => {
      await work();
      return [];
    });
  }

  /** Does every hour what keeps a table from growing. */
  hourly(what: string, work: () => Promise<unknown>): void {
    this.repeat(HOUR_MS, what, work);
  }
}
