import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../common/clock.ts';
import { JOBS_SCHEMA } from '../../database/data-source.ts';
import { JobQueue } from '../../database/job-queue.service.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { createServerApplication } from '../../main.ts';
import { openProvider } from '../aktools/testing/open-provider.ts';
import { upsertSymbols } from '../store/symbols.ts';
import { IngestionRuns } from './ingestion-runs.ts';
import { IngestionSchedule } from './ingestion-schedule.ts';
import { DEFAULT_REFRESH } from './schedule.ts';

const SOURCE = 'aktools';
const NOBODY = 'http://127.0.0.1:9';

describe('what the schedule orders of a live source', () => {
  let database: TestDatabase;
  let app: NestExpressApplication;
  beforeAll(async () => {
    database = await createTestDatabase();
    const marketData = { provider: 'AKTools' as const, sample: {}, aktools: { url: NOBODY } };
    // A server orders runs and does none of them.
    app = await createServerApplication(database.configuration('server', { marketData }));
    await app.init();
    await app.get(JobQueue).whenStarted();
    const listing = { name: 'x', pinyin: undefined } as const;
    await upsertSymbols(database.sql, SOURCE, [
      { symbol: '000001.SH', kind: 'index', ...listing },
      { symbol: '000001.SZ', kind: 'stock', ...listing },
      { symbol: '600000.SH', kind: 'stock', ...listing },
    ]);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    await database.sql.query('DELETE FROM app.ingestion_runs');
    await database.sql.query(
      `INSERT INTO app.ingestion_runs (key, source, kind, trigger, status, started_at)
       VALUES ('first', $1, 'history', 'start', 'completed', '2024-09-18T12:00:00+08:00')`,
      [SOURCE],
    );
  });

  const tick = (at: string, symbols?: string[]): Promise<void> => {
    const { provider } = openProvider(NOBODY, systemClock);
    const marketData = { provider: 'AKTools' as const, sample: {}, ...(symbols && { symbols }) };
    return new IngestionSchedule(
      database.configuration('worker', { marketData }),
      database.sql,
      provider,
      { now: () => new Date(`${at}+08:00`) },
      DEFAULT_REFRESH,
      app.get(IngestionRuns),
    ).tick();
  };
  const ordered = () =>
    database.sql.query<{ kind: string; symbols: string[] | null; priority: number }>(
      `SELECT run.kind, run.symbols, job.priority FROM app.ingestion_runs AS run
         JOIN ${JOBS_SCHEMA}.job AS job ON job.id = run.job_id WHERE run.trigger = 'schedule' ORDER BY run.kind`,
    );
  const end = (kind: string) =>
    database.sql.query(`UPDATE app.ingestion_runs SET status = 'completed' WHERE kind = $1`, [kind]);

  it('is details of all shares after the first load, behind everything else, and once', async () => {
    await tick('2024-09-18T16:00:00');
    await tick('2024-09-18T16:01:00');
    const details = { kind: 'details', symbols: ['000001.SZ', '600000.SH'], priority: -1 };
    expect(await ordered()).toEqual([details]);
    await tick('2024-09-18T18:00:00');
    expect(await ordered()).toEqual([details, { kind: 'refresh', symbols: null, priority: 0 }]);
    await end('details');
    await tick('2024-09-18T18:01:00');
    expect((await ordered()).map(({ kind }) => kind)).toEqual(['details', 'details', 'refresh']);
  });

  it('is minutes of the shares that are configured', async () => {
    await tick('2024-09-18T18:00:00', ['000001.SH', '600000.SH']);
    expect(await ordered()).toEqual([
      { kind: 'details', symbols: ['600000.SH'], priority: -1 },
      { kind: 'minutes', symbols: ['600000.SH'], priority: -1 },
      { kind: 'refresh', symbols: null, priority: 0 },
    ]);
  });

  it('is minutes of the shares whose minutes somebody has ordered lately, where none is configured', async () => {
    await database.sql.query(
      `INSERT INTO app.minute_bars (source, symbol, origin, at, open, high, low, close, volume, amount)
       VALUES ($1, '000001.SZ', 'eastmoney', now()::timestamp, 1, 1, 1, 1, 1, 1)`,
      [SOURCE],
    );
    await tick('2024-09-18T18:00:00');
    expect((await ordered()).find(({ kind }) => kind === 'minutes')?.symbols).toEqual(['000001.SZ']);
  });

  it('is the first load again, an hour after it failed and not where one has worked', async () => {
    const histories = () =>
      database.sql.query(
        `SELECT key, trigger, status FROM app.ingestion_runs WHERE kind = 'history' ORDER BY created_at`,
      );
    const failed = { key: 'first', trigger: 'start', status: 'failed' };
    const fail = (at: string) =>
      database.sql.query(
        `UPDATE app.ingestion_runs SET status = 'failed', finished_at = $1 WHERE key = 'first'`,
        [`${at}+08:00`],
      );
    await fail('2024-09-18T17:00:00');
    await tick('2024-09-18T17:59:00');
    expect(await histories()).toEqual([failed]);
    await tick('2024-09-18T18:01:00');
    await tick('2024-09-18T18:02:00');
    const again = { key: 'aktools:history:all', trigger: 'start', status: 'queued' };
    expect(await histories()).toEqual([failed, again]);
    await database.sql.query(
      `UPDATE app.ingestion_runs SET status = 'completed', started_at = now() WHERE key <> 'first'`,
    );
    await fail('2024-09-18T17:00:00');
    await tick('2024-09-18T20:00:00');
    expect((await histories()).length).toBe(2);
  });
});
