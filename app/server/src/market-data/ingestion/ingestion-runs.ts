import { Inject, Injectable } from '@nestjs/common';
import { createHash, randomUUID } from 'node:crypto';
import { type TracedData, tracedJob } from '../../common/tracing/job-scope.ts';
import { DATABASE } from '../../database/database.module.ts';
import { INGESTION_QUEUE } from '../../database/job-queue.ts';
import { JobQueue } from '../../database/job-queue.service.ts';
import { jobsOn } from '../../database/jobs-on.ts';
import type { Database, Sql, Transaction } from '../../database/sql.ts';
import { MARKET_DATA_SOURCE } from '../market-data-source.ts';
import type { IngestionKind } from './run.ts';
import { isBackground } from './schedule.ts';

export type IngestionTrigger = 'start' | 'request' | 'schedule';

export interface IngestionJob extends TracedData {
  readonly runId: string;
}

export interface IngestionOrder {
  readonly kind: IngestionKind;
  readonly trigger: IngestionTrigger;
  /** undefined: everything the source has. */
  readonly symbols?: readonly string[] | undefined;
}

interface ActiveRun {
  readonly id: string;
  readonly job_id: string | null;
  readonly kind: IngestionKind;
  readonly trigger: IngestionTrigger;
  readonly symbols: string[] | null;
}

const ACTIVE_RUN = 'id, job_id, kind, trigger, symbols';

/** Job states in which pg-boss will still do the work. */
const ALIVE = new Set(['created', 'retry', 'active']);
/** What somebody waits for overtakes loads of whole markets, and has a lane of its own in every worker. */
export const URGENT = 1;
/** The picture of the market is worth something now or not at all; its lane is never behind a thousand symbols. */
export const AT_ONCE = 2;
const ORDINARY = 0;
/** What the schedule orders beside everything else gives way to loads of whole markets, turn by turn. */
const BACKGROUND = -1;

function priorityOf({ kind, trigger, symbols }: ActiveRun): number {
  if (trigger === 'schedule' && isBackground(kind)) return BACKGROUND;
  if (kind === 'snapshot') return AT_ONCE;
  return symbols === null ? ORDINARY : URGENT;
}

function keyOf(source: string, { kind, trigger, symbols }: IngestionOrder): string {
  if (symbols === undefined) return `${source}:${kind}:all`;
  // Today's choice is not yesterday's, and two at once would ask for the same twice.
  if (trigger === 'schedule') return `${source}:${kind}:scheduled`;
  const digest = createHash('sha256')
    .update([...symbols].sort().join())
    .digest('hex');
  return `${source}:${kind}:${digest.slice(0, 16)}`;
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
   * @param alongside the last part of the same transaction
   * @returns the run's id
   * @throws UnavailableError while the job queue is not ready
   */
  async enqueue(
    order: IngestionOrder,
    alongside?: (sql: Transaction, runId: string) => Promise<void>,
  ): Promise<string> {
    this.queue.current();
    const id = await this.database.transaction(async (sql) => {
      const run = (await this.create(sql, order)) ?? (await this.joinActive(sql, keyOf(this.source, order)));
      if (run !== undefined) await alongside?.(sql, run);
      return run;
    });
    if (id === undefined)
      throw new Error(`the ingestion ${keyOf(this.source, order)} ended at this very moment; ask again`);
    return id;
  }

  /**
   * Enqueues the run of one firing of the schedule.
   * @param symbols undefined: everything the source has
   * @returns undefined when somebody has done so before, or a run of the same key is still at work
   */
  enqueueDue(kind: IngestionKind, dueAt: Date, symbols?: readonly string[]): Promise<string | undefined> {
    this.queue.current();
    return this.database.transaction((sql) =>
      this.create(sql, { kind, trigger: 'schedule', symbols }, dueAt),
    );
  }

  /** Whether somebody has ordered the run of this firing. */
  async isOrdered(kind: IngestionKind, dueAt: Date): Promise<boolean> {
    const rows = await this.database.query(
      'SELECT 1 FROM app.ingestion_runs WHERE source = $1 AND kind = $2 AND due_at = $3',
      [this.source, kind, dueAt],
    );
    return rows.length > 0;
  }

  /** Orders the next attempt of a run that was paused. */
  async resume(runId: string, seconds: number): Promise<void> {
    await this.database.transaction(async (sql) => {
      const [run] = await sql.query<ActiveRun>(
        `SELECT ${ACTIVE_RUN} FROM app.ingestion_runs WHERE id = $1 AND status = 'queued' FOR NO KEY UPDATE`,
        [runId],
      );
      if (run !== undefined) await this.send(sql, run, seconds);
    });
  }

  /** A run whose job was lost (killed more often than it is retried, or deleted) gets a new job. */
  async recoverLost(): Promise<void> {
    await this.database.transaction(async (sql) => {
      const runs = await sql.query<ActiveRun>(
        `SELECT ${ACTIVE_RUN} FROM app.ingestion_runs
          WHERE source = $1 AND status IN ('queued', 'running') ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`,
        [this.source],
      );
      for (const run of runs) await this.sendIfLost(sql, run);
    });
  }

  private async create(sql: Sql, order: IngestionOrder, dueAt?: Date): Promise<string | undefined> {
    const { kind, trigger, symbols } = order;
    const created = await sql.query<ActiveRun>(
      `INSERT INTO app.ingestion_runs (key, source, kind, trigger, symbols, due_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT DO NOTHING RETURNING ${ACTIVE_RUN}`,
      [keyOf(this.source, order), this.source, kind, trigger, symbols ?? null, dueAt ?? null],
    );
    const [run] = created;
    if (run !== undefined) await this.send(sql, run);
    return run?.id;
  }

  private async joinActive(sql: Sql, key: string): Promise<string | undefined> {
    const [run] = await sql.query<ActiveRun>(
      `SELECT ${ACTIVE_RUN} FROM app.ingestion_runs
        WHERE key = $1 AND status IN ('queued', 'running') FOR NO KEY UPDATE`,
      [key],
    );
    if (run !== undefined) await this.sendIfLost(sql, run);
    return run?.id;
  }

  private async sendIfLost(sql: Sql, run: ActiveRun): Promise<void> {
    const jobs =
      run.job_id === null ? [] : await this.queue.current().findJobs(INGESTION_QUEUE, { id: run.job_id });
    if (!jobs.some((job) => ALIVE.has(job.state))) await this.send(sql, run);
  }

  /** Sent on the same transaction as the run's row: both exist or neither. */
  private async send(sql: Sql, run: ActiveRun, startAfter = 0): Promise<void> {
    const runId = run.id;
    const job: IngestionJob = tracedJob({ runId });
    const jobId = await this.queue.current().send(INGESTION_QUEUE, job, {
      priority: priorityOf(run),
      // The queue holds one job of a key, and the job of a run that pauses is still active. Twice the same run is safe.
      singletonKey: randomUUID(),
      startAfter,
      db: jobsOn(sql),
    });
    await sql.query('UPDATE app.ingestion_runs SET job_id = $2 WHERE id = $1', [runId, jobId]);
  }
}
