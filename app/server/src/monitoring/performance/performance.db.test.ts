import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { monitoring } from '../../common/configuration/monitoring-schema.ts';
import { asAdmin } from '../../database/testing/migrated-template.ts';
import { INGESTION_QUEUE } from '../../database/job-queue.ts';
import { JobQueue } from '../../database/job-queue.service.ts';
import { CapturedLogs } from '../../testing/captured-logs.ts';
import { createKey, createUser, type PrincipalHeaders } from '../../testing/principals.ts';
import { createEmptyApplication, type TestApplication } from '../../testing/test-application.ts';
import { Metrics } from '../metrics/metrics.ts';
import type { SlowRecordItem } from './http/performance.dto.ts';
import { PerformanceKeeper } from './performance-keeper.ts';
import { PerformanceLog } from './performance-log.ts';

/** Nothing is so fast that a test could not be slower. */
const SLOW = { queryMilliseconds: 150, routeMilliseconds: 150, jobSeconds: 1, eventLoopMilliseconds: 300 };

/** What a trace is called. */
const TRACE: unknown = expect.stringMatching(/^[\da-f]{32}$/);

const logs = new CapturedLogs();
let application: TestApplication;
let operator: PrincipalHeaders;

beforeAll(async () => {
  application = await createEmptyApplication({
    ...{ logLevel: 'warn', logDestination: logs },
    monitoring: monitoring.parse({ slow: SLOW }),
  });
  await application.app.get(JobQueue).whenStarted();
  operator = await createKey(application.app, (await createUser(application.app, 'operator')).id);
});
afterAll(() => application.close());

const log = (): PerformanceLog => application.app.get(PerformanceLog);

async function list(query: string): Promise<SlowRecordItem[]> {
  await log().flush();
  const { body } = await request(application.app.getHttpServer())
    .get(`/monitoring/performance${query}`)
    .set(operator)
    .expect(200);
  return body.items;
}

const linesOf = (kind: string) =>
  logs.parsed().filter(({ performance: slow }) => (slow as { kind?: string } | undefined)?.kind === kind);

async function isWaitedFor(): Promise<boolean> {
  let waiting = 0;
  await asAdmin(application.database.urls.admin, async (admin) => {
    const { rows } = await admin.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    waiting = rows.length;
  });
  return waiting > 0;
}

/** Holds a table until somebody has waited for it for a while. */
async function heldUp<Result>(table: string, work: () => Promise<Result>): Promise<Result> {
  const runner = application.database.dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  const result = work();
  await expect.poll(isWaitedFor, { timeout: 30_000 }).toBe(true);
  await sleep(SLOW.queryMilliseconds * 2);
  await runner.commitTransaction();
  await runner.release();
  return result;
}

describe('what is slow', () => {
  it('is a statement and the route that waited for it, both with the id of the request', async () => {
    const answer = await heldUp('app.symbols', async () =>
      request(application.app.getHttpServer()).get('/api/v1/symbols?query=6005').set(operator).expect(200),
    );
    const requestId = answer.headers['x-request-id'];
    const query = (await list('?kind=query')).find((one) => one.requestId === requestId);
    expect(query).toMatchObject({
      ...{ name: expect.stringMatching(/^(SELECT|WITH) .* [\da-f]{8}$/), role: 'server' },
      detail: { operation: 'select', statement: expect.stringContaining('app.symbols') },
    });
    expect(query?.milliseconds).toBeGreaterThan(SLOW.queryMilliseconds);
    expect(JSON.stringify(query)).not.toContain('6005');
    const route = (await list('?kind=route')).find((one) => one.requestId === requestId);
    expect(route).toMatchObject({ name: 'GET /api/v1/symbols', detail: { status: 200 }, traceId: TRACE });
    expect(query?.traceId).toBe(route?.traceId);
    expect(linesOf('route').filter((line) => line.requestId === requestId)).toMatchObject([
      { level: 'warn', requestId, performance: { name: 'GET /api/v1/symbols', status: 200 } },
    ]);
    expect(linesOf('query').map((line) => line.requestId)).toContain(requestId);
  });

  it('is a statement that fails, and one of the job queue', async () => {
    const boss = application.app.get(JobQueue).current();
    await expect(
      application.app
        .get(DataSource)
        .query('SELECT pg_sleep(0.3), (SELECT 1 / count(*) FROM app.users WHERE id IS NULL)'),
    ).rejects.toThrow('division by zero');
    expect(await heldUp('jobs.queue', () => boss.getQueue(INGESTION_QUEUE))).not.toBeNull();
    const queries = await list('?kind=query');
    expect(queries.find(({ name }) => name.includes('pg_sleep'))?.detail['failed']).toBe(true);
    expect(queries.some(({ detail }) => String(detail['statement']).includes('q.retry_limit'))).toBe(true);
  });

  it('is a job, by its queue', async () => {
    const queue = application.app.get(JobQueue);
    await queue.work(
      INGESTION_QUEUE,
      { pollingIntervalSeconds: 0.5 },
      () => new Promise((done) => setTimeout(done, 1_200)),
    );
    const id = await queue.current().send(INGESTION_QUEUE, {});
    await expect.poll(() => list('?kind=job'), { timeout: 10_000 }).toHaveLength(1);
    expect(await list('?kind=job')).toMatchObject([
      { name: INGESTION_QUEUE, detail: { jobId: id, jobs: 1 } },
    ]);
  });

  it('is an event loop that somebody holds up', async () => {
    const until = performance.now() + 500;
    while (performance.now() < until) Math.sqrt(until);
    await expect.poll(() => list('?kind=event-loop'), { timeout: 10_000 }).not.toEqual([]);
    const [late] = await list('?kind=event-loop');
    expect(late?.milliseconds).toBeGreaterThan(SLOW.eventLoopMilliseconds);
    expect(linesOf('event-loop')).not.toEqual([]);
  });
});

describe('records', () => {
  it('come in pages, the newest first, and the newest of too many names are kept', async () => {
    const { sql } = application.database;
    await sql.query('DELETE FROM app.slow_records');
    await sql.query(
      `INSERT INTO app.slow_records (kind, name, milliseconds, at, process, role, detail)
       SELECT kind, 'n' || n, 1000000 + n, now() - n * interval '1 minute', 'p', 'server', '{}'
         FROM generate_series(1, 30) AS n, unnest(ARRAY['query', 'route']) AS kind`,
    );
    await sql.query(
      `INSERT INTO app.slow_records (kind, name, milliseconds, at, process, role, detail)
       VALUES ('query', 'old', 9999999, now() - interval '15 days', 'p', 'server', '{}')`,
    );
    const names: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await request(application.app.getHttpServer())
        .get(`/monitoring/performance?kind=query&limit=8${cursor}`)
        .set(operator)
        .expect(200);
      names.push(...body.items.map(({ name }: SlowRecordItem) => name));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(names).toEqual([...Array.from({ length: 30 }, (_, index) => `n${index + 1}`), 'old']);
    await application.app.get(PerformanceKeeper).keep(10);
    const left = await list('?limit=200');
    expect(
      left
        .filter(({ kind }) => kind === 'route')
        .filter(({ name }) => name.startsWith('n'))
        .map(({ name }) => name),
    ).toEqual(Array.from({ length: 10 }, (_, index) => `n${index + 1}`));
    expect(left.map(({ name }) => name)).not.toContain('old');
  });

  it('of a bad hour do not drive out what became slow since', async () => {
    const { sql } = application.database;
    await sql.query('DELETE FROM app.slow_records');
    await sql.query(
      `INSERT INTO app.slow_records (kind, name, milliseconds, at, process, role, detail)
       SELECT 'route', 'stalled', 20000 + n, now() - interval '5 days' - n * interval '1 second', 'p', 'server', '{}'::jsonb
         FROM generate_series(1, 2000) AS n
        UNION ALL
       SELECT 'route', name, 900 + n, now() - n * interval '1 minute', 'p', 'server', '{}'::jsonb
         FROM unnest(ARRAY['stalled', 'new']) AS name, generate_series(1, 3) AS n`,
    );
    await application.app.get(PerformanceKeeper).keep();
    const counts = await sql.query<{ name: string; count: number; slowest: number }>(
      `SELECT name, count(*)::int AS count, max(milliseconds) AS slowest FROM app.slow_records
        WHERE kind = 'route' AND name IN ('stalled', 'new') GROUP BY name ORDER BY name`,
    );
    // 20 of the slowest and 20 of the newest of one.
    expect(counts).toEqual([
      { name: 'new', count: 3, slowest: 903 },
      { name: 'stalled', count: 40, slowest: 22_000 },
    ]);
  });
});

it('every statement is timed by what it does, those of transactions and of the job queue too', async () => {
  const count = async (operation: string): Promise<number> =>
    (await application.app.get(Metrics).samples()).find(
      ({ name, labels }) =>
        name === 'stock_analysis_database_query_duration_seconds_count' && labels['operation'] === operation,
    )?.value ?? 0;
  const before = [await count('update'), await count('transaction'), await count('insert')];
  const dataSource = application.app.get(DataSource);
  await dataSource.transaction(async (manager) => {
    await manager.query('UPDATE app.users SET display_name = display_name');
  });
  await application.app.get(JobQueue).current().send(INGESTION_QUEUE, {});
  const after = [await count('update'), await count('transaction'), await count('insert')];
  expect(after[0]).toBeGreaterThanOrEqual((before[0] ?? 0) + 1);
  expect(after[1]).toBeGreaterThanOrEqual((before[1] ?? 0) + 2);
  expect(after[2]).toBeGreaterThanOrEqual((before[2] ?? 0) + 1);
});
