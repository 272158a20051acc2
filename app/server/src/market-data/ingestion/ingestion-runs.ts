import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { DATABASE } from '../../database/database.module.ts';
import { INGESTION_QUEUE } from '../../database/job-queue.ts';
import { JobQueue } from '../../database/job-queue.service.ts';
import type { Database, Sql } from '../../database/sql.ts';
import { MARKET_DATA_SOURCE } from '../market-data-source.ts';

export type IngestionTrigger = 'start' | 'request';

export interface IngestionJob {
  readonly runId: string;
}

interface ActiveRun {
  readonly id: string;
  readonly job_id: string | null;
}

/** Job states in which pg-boss will still do the work. */
const ALIVE = new Set(['created', 'retry', 'active']);

function keyOf(source: string, symbols: readonly string[] | undefined): string {
  if (symbols === undefined) return `${source}:all`;
  return `${source}:${createHash('sha256')
    .update([...symbols].sort().join())
    .digest('hex')
    .slice(0, 16)}`;
}

/** Orders loads of market data. The same order given twice is one run, whoever gives it. */
@Injectable()
export class IngestionRuns {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(MARKET_DATA_SOURCE) private readonly source: string,
    private readonly queue: JobQueue,
  ) {}

  /**
   * Enqueues a run, or joins the one that is queued or running.
   * @returns the run's id
   * @throws UnavailableError while the job queue is not ready
   */
  enqueue(trigger: IngestionTrigger, symbols?: readonly string[]): Promise<string> {
    this.queue.current();
    const key = keyOf(this.source, symbols);
    return this.database.transaction(async (sql) => {
      const created = await sql.query<{ id: string }>(
        `INSERT INTO app.ingestion_runs (key, source, trigger, symbols) VALUES ($1, $2, $3, $4)
         ON CONFLICT (key) WHERE status IN ('queued', 'running') DO NOTHING RETURNING id`,
        [key, this.source, trigger, symbols ?? null],
      );
      const id = created[0]?.id ?? (await this.joinActive(sql, key));
      if (id === undefined) throw new Error(`the ingestion ${key} ended at this very moment; ask again`);
      if (created[0] !== undefined) await this.send(sql, id);
      return id;
    });
  }

  /** A run whose job was lost (killed more often than it is retried, or deleted) gets a new job. */
  private async joinActive(sql: Sql, key: string): Promise<string | undefined> {
    const active = await sql.query<ActiveRun>(
      `SELECT id, job_id FROM app.ingestion_runs WHERE key = $1 AND status IN ('queued', 'running') FOR NO KEY UPDATE`,
      [key],
    );
    const [run] = active;
    if (run === undefined) return undefined;
    const jobs =
      run.job_id === null ? [] : await this.queue.current().findJobs(INGESTION_QUEUE, { id: run.job_id });
    if (!jobs.some((job) => ALIVE.has(job.state))) await this.send(sql, run.id);
    return run.id;
  }

  /** Sent on the same transaction as the run's row: both exist or neither. */
  private async send(sql: Sql, runId: string): Promise<void> {
    const db = {
      executeSql: async (text: string, values?: unknown[]) => ({
        rows: await sql.query<unknown>(text, values),
      }),
    };
    const job: IngestionJob = { runId };
    const jobId = await this.queue.current().send(INGESTION_QUEUE, job, { singletonKey: runId, db });
    await sql.query('UPDATE app.ingestion_runs SET job_id = coalesce($2, job_id) WHERE id = $1', [
      runId,
      jobId,
    ]);
  }
}
