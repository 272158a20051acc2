import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { messageOf } from '../common/configuration/errors.ts';
import { inTurn } from '../common/tracing/job-scope.ts';
import { DatabaseConnector } from './connector.ts';
import { databaseOf, type Sql } from './sql.ts';

const HOUR_MS = 3_600_000;
/** What was counted longer ago is no figure any more; the longest interval is a minute. */
const FIGURES_MS = 5 * 60_000;

interface Question {
  readonly what: string;
  /** When it was answered last, or first asked; on the clock of `performance.now()`. */
  answeredAt: number;
}

/** Keeps what a query answered last, for those who must never wait for the database, as a scrape of the metrics. */
@Injectable()
export class PeriodicQueries implements OnModuleDestroy {
  private readonly logger = new Logger(PeriodicQueries.name);
  private readonly stopping = new AbortController();
  private readonly questions = new Set<Question>();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly connector: DatabaseConnector,
  ) {}

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /**
   * Asks once the database is ready, and again so long after each answer. A failure is logged and leaves the rows.
   * @param what the log calls it, and {@link ages}
   * @returns gives the newest rows, however old; none before the first answer
   */
  every<Row>(
    intervalMs: number,
    what: string,
    question: (sql: Sql) => Promise<readonly Row[]>,
  ): () => readonly Row[] {
    return this.ask(intervalMs, what, question).newest;
  }

  /** As {@link every}, for metrics: rows of more than five minutes ago are none, or a figure that is wrong looks right. */
  figures<Row>(
    intervalMs: number,
    what: string,
    question: (sql: Sql) => Promise<readonly Row[]>,
  ): () => readonly Row[] {
    const { newest, asked } = this.ask(intervalMs, what, question);
    return () => (performance.now() - asked.answeredAt < FIGURES_MS ? newest() : []);
  }

  /** How many seconds ago each question was answered, since it is asked. */
  ages(): { readonly what: string; readonly seconds: number }[] {
    const now = performance.now();
    return [...this.questions].map(({ what, answeredAt }) => ({ what, seconds: (now - answeredAt) / 1000 }));
  }

  /** Does something so long after each time that it was done. A failure is logged, and the next time makes up for it. */
  repeat(intervalMs: number, what: string, work: () => Promise<unknown>): void {
    void this.loop(intervalMs, what, work);
  }

  /** Does every hour what keeps a table from growing. */
  hourly(what: string, work: () => Promise<unknown>): void {
    this.repeat(HOUR_MS, what, work);
  }

  private ask<Row>(
    intervalMs: number,
    what: string,
    question: (sql: Sql) => Promise<readonly Row[]>,
  ): { readonly newest: () => readonly Row[]; readonly asked: Question } {
    const sql = databaseOf(this.dataSource);
    const asked: Question = { what, answeredAt: 0 };
    let rows: readonly Row[] = [];
    const answer = async (): Promise<void> => {
      if (!this.questions.has(asked)) {
        asked.answeredAt = performance.now();
        this.questions.add(asked);
      }
      rows = await question(sql);
      asked.answeredAt = performance.now();
    };
    void this.loop(intervalMs, what, answer);
    return { newest: () => rows, asked };
  }

  private async loop(intervalMs: number, what: string, work: () => Promise<unknown>): Promise<void> {
    const { signal } = this.stopping;
    const once = async (): Promise<void> => {
      const started = performance.now();
      try {
        await work();
        const milliseconds = Math.round(performance.now() - started);
        this.logger.verbose({ milliseconds }, 'a turn has ended');
      } catch (error) {
        this.logger.warn(`${what}: not looked after now: ${messageOf(error)}`);
      }
    };
    await this.connector.whenReady();
    while (!signal.aborted) {
      await inTurn(what, once);
      await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
