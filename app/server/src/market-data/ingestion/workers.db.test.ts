import type { INestApplicationContext } from '@nestjs/common';
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { createWorkerApplication } from '../../worker.ts';
import { IngestionRuns } from './ingestion-runs.ts';
import { IngestionSchedule } from './ingestion-schedule.ts';
import { attempt, createRun } from './testing/runs.ts';
import { SHARED_MARKET } from './testing/shared-market.ts';
import { SYNTHETIC, syntheticMarket } from './testing/synthetic-market.ts';

const PROGRAM = join(import.meta.dirname, 'testing/worker-process.ts');
const WORKERS = 3;
const KILLS = 6;

describe('three workers at one run', () => {
  let database: TestDatabase;
  const children = new Set<ChildProcess>();
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await database.drop();
  });

  const start = (runId: string): void => {
    const child = fork(PROGRAM, [database.urls.application, runId], { stdio: 'inherit' });
    children.add(child);
    child.once('exit', () => children.delete(child));
  };
  const done = async (): Promise<number> => {
    const [row] = await database.sql.query<{ done: number }>(
      'SELECT coalesce(sum(rows_done), 0)::int AS done FROM app.ingestion_progress',
    );
    return row?.done ?? 0;
  };

  it(`store each row once although ${KILLS} of them are killed in the middle of it`, async () => {
    const all = SHARED_MARKET.symbols * SHARED_MARKET.bars;
    const runId = await createRun(database.sql, { source: SYNTHETIC });
    for (let kill = 1; kill <= KILLS; kill += 1) {
      while (children.size < WORKERS) start(runId);
      const aim = (all * kill) / (KILLS + 6);
      await expect.poll(done, { timeout: 50_000, interval: 5 }).toBeGreaterThan(aim);
      expect(await done(), 'the victim is at work').toBeLessThan(all);
      const [victim] = children;
      victim?.kill('SIGKILL');
      await expect.poll(() => victim?.killed === true && victim.exitCode === null).toBe(true);
    }
    await expect.poll(() => children.size, { timeout: 50_000 }).toBe(0);
    const last = await attempt(database.sql, syntheticMarket(SHARED_MARKET), runId);
    expect(['completed', 'already-ended']).toContain(last.outcome);

    const [sums] = await database.sql.query(
      `SELECT (SELECT count(*) FROM app.daily_bars)::int AS bars, sum(rows_done)::int AS done, sum(rows_total)::int AS total,
              count(*)::int AS symbols, count(finished_at)::int AS finished, sum(rows_quarantined)::int AS quarantined
         FROM app.ingestion_progress`,
    );
    const { symbols } = SHARED_MARKET;
    expect(sums).toEqual({ bars: all, done: all, total: all, symbols, finished: symbols, quarantined: 0 });
    expect(await database.sql.query('SELECT status FROM app.ingestion_runs')).toEqual([
      { status: 'completed' },
    ]);
    const [counted] = await database.sql.query('SELECT sum(bar_count)::int AS bars FROM app.symbols');
    expect(counted).toEqual({ bars: all });
  });
});

describe('three worker applications', () => {
  let database: TestDatabase;
  let workers: INestApplicationContext[];
  beforeEach(async () => {
    database = await createTestDatabase();
    const marketData = { provider: 'Sample' as const, sample: {}, symbols: ['600000.SH', '000001.SH'] };
    const configuration = database.configuration('worker', { marketData });
    workers = await Promise.all(
      Array.from({ length: WORKERS }, () => createWorkerApplication(configuration)),
    );
    await Promise.all(workers.map((worker) => worker.init()));
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    await database.drop();
  });

  const runs = () =>
    database.sql.query<{ kind: string; trigger: string; status: string }>(
      'SELECT kind, trigger, status FROM app.ingestion_runs ORDER BY kind',
    );

  it('do the first load and what follows from it once, and answer a firing once for ever', async () => {
    await expect
      .poll(async () => (await runs()).filter((run) => run.status === 'completed').length, {
        timeout: 50_000,
      })
      .toBe(3);
    expect(await runs()).toEqual([
      { kind: 'history', trigger: 'start', status: 'completed' },
      { kind: 'minutes', trigger: 'schedule', status: 'completed' },
      { kind: 'snapshot', trigger: 'schedule', status: 'completed' },
    ]);
    await Promise.all(workers.map((worker) => worker.get(IngestionSchedule).tick()));
    expect(await runs()).toHaveLength(3);
    const dueAt = new Date('2024-06-14T09:30:00Z');
    const ordered = await Promise.all(
      workers.map((worker) => worker.get(IngestionRuns).enqueueDue('refresh', dueAt)),
    );
    expect(ordered.filter((id) => id !== undefined)).toHaveLength(1);
    await expect.poll(async () => (await runs()).at(2)?.status, { timeout: 20_000 }).toBe('completed');
    expect(await workers[0]?.get(IngestionRuns).enqueueDue('refresh', dueAt)).toBeUndefined();

    const [stored] = await database.sql.query(
      `SELECT (SELECT count(*) FROM app.minute_bars)::int AS minutes, (SELECT count(*) FROM app.market_snapshots)::int AS snapshots,
              (SELECT count(*) FROM app.snapshot_quotes)::int AS quotes, (SELECT count(*) FROM app.adjustment_factors)::int AS factors`,
    );
    expect(stored).toEqual({ minutes: 16_080, snapshots: 1, quotes: 2, factors: 24 });
  });

  it('take up a run whose job was lost', async () => {
    await expect
      .poll(async () => (await runs()).filter((run) => run.status === 'completed').length, {
        timeout: 50_000,
      })
      .toBe(3);
    const [runId] = [await createRun(database.sql, { kind: 'refresh', symbols: ['600000.SH'] })];
    await workers[0]?.get(IngestionSchedule).tick();
    const status = async () =>
      (
        await database.sql.query<{ status: string }>('SELECT status FROM app.ingestion_runs WHERE id = $1', [
          runId,
        ])
      )[0]?.status;
    await expect.poll(status, { timeout: 20_000 }).toBe('completed');
  });
});
