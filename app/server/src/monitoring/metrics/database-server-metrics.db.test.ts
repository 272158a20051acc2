import { Client } from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { DatabaseConnector } from '../../database/connector.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { DatabaseMetrics } from './database-metrics.ts';
import { DatabaseServerMetrics } from './database-server-metrics.ts';
import { Metrics } from './metrics.ts';

let database: TestDatabase;
let connector: DatabaseConnector;

beforeAll(async () => {
  database = await createTestDatabase();
  connector = new DatabaseConnector(database.dataSource);
  connector.onApplicationBootstrap();
});
afterAll(async () => {
  await connector.beforeApplicationShutdown();
  await database.drop();
});

/** The metrics of a worker that looks now, as the application's account: name and labels → value. */
async function told(): Promise<ReadonlyMap<string, number>> {
  const metrics = new Metrics();
  const queries = new PeriodicQueries(database.dataSource, connector);
  const configuration = database.configuration('worker');
  new DatabaseServerMetrics(configuration, queries, metrics).onApplicationBootstrap();
  new DatabaseMetrics(configuration, database.dataSource, queries, metrics).onApplicationBootstrap();
  const read = async (): Promise<ReadonlyMap<string, number>> => {
    const lines = (await metrics.exposition()).matchAll(
      /^stock_analysis_(database_\S+|jobs_oldest\S+) (\S+)$/gm,
    );
    return new Map([...lines].map(([, series = '', value]) => [series, Number(value)]));
  };
  const values = await vi.waitUntil(async () => {
    const found = await read();
    const isThere =
      found.has('database_size_bytes') && [...found.keys()].some((key) => key.startsWith('jobs'));
    return isThere ? found : undefined;
  }, 20_000);
  queries.onModuleDestroy();
  return values;
}

const WAITING = 'jobs_oldest_waiting_seconds{queue="market-data-ingestion"}';

it('tells of the database what the account of the application may know', async () => {
  const values = await told();
  expect([...values.keys()].filter((key) => key.startsWith('database_')).toSorted()).toEqual([
    'database_blocks_total{source="cache"}',
    'database_blocks_total{source="disk"}',
    'database_connections',
    'database_connections_limit',
    'database_deadlocks_total',
    'database_locks_waiting',
    'database_longest_transaction_seconds',
    'database_pool_connections{state="idle"}',
    'database_pool_connections{state="total"}',
    'database_pool_connections{state="waiting"}',
    'database_size_bytes',
    'database_temporary_bytes_total',
    'database_transaction_id_age',
    'database_transactions_total{outcome="committed"}',
    'database_transactions_total{outcome="rolled_back"}',
  ]);
  expect(values.get('database_size_bytes')).toBeGreaterThan(5_000_000);
  expect(values.get('database_connections')).toBeGreaterThanOrEqual(1);
  const [limit] = await database.sql.query<{ most: number }>(
    `SELECT current_setting('max_connections')::int AS most`,
  );
  expect(values.get('database_connections_limit')).toBe(limit?.most);
  expect(values.get('database_transactions_total{outcome="committed"}')).toBeGreaterThan(0);
});

it('tells of a transaction that stays open, and of who waits for its locks', async () => {
  const [one, other] = [0, 1].map(() => new Client({ connectionString: database.urls.application }));
  if (one === undefined || other === undefined) throw new Error('two clients');
  await Promise.all([one.connect(), other.connect()]);
  try {
    await one.query('BEGIN');
    await one.query('LOCK TABLE app.symbols IN ROW EXCLUSIVE MODE');
    await one.query(`INSERT INTO app.halt_lists VALUES ('held', '2026-11-26')`);
    const blocked = other.query(`INSERT INTO app.halt_lists VALUES ('held', '2026-11-26')`);
    await vi.waitFor(async () => {
      const values = await told();
      expect(values.get('database_locks_waiting')).toBeGreaterThanOrEqual(1);
      expect(values.get('database_longest_transaction_seconds')).toBeGreaterThan(0.2);
    }, 10_000);
    await one.query('ROLLBACK');
    await blocked;
  } finally {
    await Promise.all([one.end(), other.end()]);
  }
});

it('tells how long the oldest job has waited that is due, and 0 where none is', async () => {
  expect((await told()).get(WAITING)).toBe(0);
  const add = (startAfter: string): Promise<unknown> =>
    database.sql.query(
      `INSERT INTO jobs.job (name, policy, created_on, start_after)
       VALUES ('market-data-ingestion', 'exclusive', now() - interval '1 hour', now() + $1::interval)`,
      [startAfter],
    );
  await add('10 minutes');
  expect((await told()).get(WAITING)).toBe(0);
  await database.sql.query('DELETE FROM jobs.job');
  await add('-90 seconds');
  const waited = (await told()).get(WAITING);
  expect(waited).toBeGreaterThanOrEqual(90);
  expect(waited).toBeLessThan(120);
});
