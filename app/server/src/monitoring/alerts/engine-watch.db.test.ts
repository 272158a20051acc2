import { afterAll, beforeAll, expect, it } from 'vitest';
import { monitoring } from '../../common/configuration/monitoring-schema.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { DatabaseCheck } from '../health/checks/database-check.ts';
import { AlertTiming } from './alert-timing.ts';
import { AlertsLease } from './alerts-lease.ts';
import { EngineWatch } from './engine-watch.ts';

const TIMING = new AlertTiming({ monitoring: monitoring.parse({}) });
const connector = { isReady: true, hasConnected: true, obstacle: '' };
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('a server misses a worker that judges alerts after a minute', async () => {
  let now = 0;
  const checks = { register: () => [] as never };
  const watch = new EngineWatch({ ms: () => now }, database.sql, TIMING, connector, checks);
  now = 59_000;
  expect((await watch.check()).status).toBe('up');
  now = 60_000;
  expect(await watch.check()).toMatchObject({
    status: 'degraded',
    message: expect.stringContaining('no worker has judged alerts for 60 s'),
  });
  await new AlertsLease(TIMING).take(database.sql);
  expect((await watch.check()).status).toBe('up');
  await database.sql.query(`UPDATE app.monitoring_leases SET expires_at = now() - interval '1 second'`);
  now = 120_000;
  expect((await watch.check()).status).toBe('degraded');
});

it('a database that takes no writes is degraded, and says why', async () => {
  const check = new DatabaseCheck(database.sql, connector);
  expect(await check.check()).toEqual({ status: 'up' });
  await database.sql.transaction(async (sql) => {
    await sql.query('SET TRANSACTION READ ONLY');
    expect(await new DatabaseCheck(sql, connector).check()).toEqual({
      status: 'degraded',
      message:
        'it answers and takes no writes: default_transaction_read_only is on: see who set it, and whether the disk is full',
    });
  });
});
