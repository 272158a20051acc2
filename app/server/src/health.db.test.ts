import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Client } from 'pg';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobQueue } from './database/job-queue.service.ts';
import { migrateDatabase } from './database/migrator.ts';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import { createServerApplication } from './main.ts';
import { HealthChecks } from './monitoring/health/health-checks.ts';
import { ManagementServer } from './monitoring/management-server.ts';
import { ShutdownState } from './monitoring/health/shutdown-state.ts';
import { CapturedLogs } from './testing/captured-logs.ts';
import { sendRaw } from './testing/raw-http.ts';
import { createWorkerApplication } from './worker.ts';

const managementOf = (app: INestApplicationContext) =>
  request(`http://127.0.0.1:${app.get(ManagementServer).port}`);

describe('health of the server', () => {
  let database: TestDatabase;
  let app: NestExpressApplication;
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  it('waits for the migration, says so, and becomes ready without a restart', async () => {
    database = await createTestDatabase({ migrate: false });
    const logs = new CapturedLogs();
    app = await createServerApplication(
      database.configuration('server', { logLevel: 'error', logDestination: logs }),
    );
    const management = managementOf(app);
    await management.get('/health/live').expect(200);
    // Whatever a scanner asks for, it is no error of this process.
    const asked = Buffer.from('GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await sendRaw(app.get(ManagementServer).port, [asked])).toMatchObject({ status: 400 });
    expect(logs.parsed()).toEqual([]);
    await expect
      .poll(async () => (await management.get('/health/startup')).text)
      .toMatch(/schema version is 0.*migrate step/);
    await management.get('/health/startup').expect(503);
    // Readiness answers from memory, which knows it a moment later.
    await expect
      .poll(async () => (await management.get('/health/ready').expect(503)).text)
      .toMatch(/migrate step/);
    // It is the schema that is missing, and nobody is told that the database does not answer.
    const statusOf = (name: string) =>
      app
        .get(HealthChecks)
        .states()
        .find(({ component }) => component === name)?.status;
    await expect.poll(() => [statusOf('database'), statusOf('schema')]).toEqual(['up', 'down']);
    const refused = await request(app.getHttpServer())
      .get('/api/v1/symbols')
      .expect(503)
      .expect('Content-Type', /problem\+json/);
    expect(refused.body.detail).toMatch(/not ready/);
    expect((await request(app.getHttpServer()).get('/health/ready').expect(503)).body).toEqual({
      status: 'unavailable',
    });

    await migrateDatabase({ connectionString: database.urls.migrator }, () => undefined);
    await expect
      .poll(async () => (await management.get('/health/ready')).status, { timeout: 15_000 })
      .toBe(200);
    await management.get('/health/startup').expect(200);
    await request(app.getHttpServer()).get('/api/v1/symbols').expect(200);
  });

  it('starts without any database, and stops again', async () => {
    database = await createTestDatabase({ migrate: false });
    const nowhere = { connectionString: 'postgresql://app_a:x@127.0.0.1:1/none' };
    app = await createServerApplication(database.configuration('server', { database: nowhere }));
    await managementOf(app).get('/health/live').expect(200);
    await expect
      .poll(async () => (await managementOf(app).get('/health/startup')).text)
      .toMatch(/ECONNREFUSED/);
    expect((await request(app.getHttpServer()).get('/health/ready').expect(503)).text).not.toMatch(
      /ECONNREFUSED|127\.0\.0\.1/,
    );
    // What could not be looked at yet is no trouble: charts and reports would tell of one at each start.
    const { text } = await managementOf(app).get('/metrics').expect(200);
    expect(text).not.toContain('stock_analysis_component_health{component="database"}');
  });

  describe('with a database', () => {
    beforeEach(async () => {
      database = await createTestDatabase();
      app = await createServerApplication(database.configuration('server'));
      await app.get(JobQueue).whenStarted();
    });

    it('fails readiness, not liveness, at once when shutting down', async () => {
      const status = async (): Promise<number> => (await managementOf(app).get('/health/ready')).status;
      await expect.poll(status, { timeout: 10_000 }).toBe(200);
      app.get(ShutdownState).begin();
      const { body } = await managementOf(app).get('/health/ready').expect(503);
      expect(body.error).toEqual({ lifecycle: { status: 'down', message: 'shutting down' } });
      await request(app.getHttpServer()).get('/health/ready').expect(503);
      await managementOf(app).get('/health/live').expect(200);
      await request(app.getHttpServer()).get('/api/v1/symbols').expect(200);
    });

    it('fails readiness when the database goes away and recovers when it is back', async () => {
      const migrator = await createTestDatabase({ migrate: false });
      const name = new URL(database.urls.application).pathname.slice(1);
      const admin = new Client({ connectionString: migrator.urls.admin });
      await admin.connect();
      try {
        await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
        await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
          name,
        ]);
        await expect
          .poll(async () => (await managementOf(app).get('/health/ready')).status, { timeout: 10_000 })
          .toBe(503);
        await managementOf(app).get('/health/live').expect(200);
        await request(app.getHttpServer())
          .get('/api/v1/symbols')
          .expect(503)
          .expect('Content-Type', /problem\+json/);
        await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
        await expect
          .poll(async () => (await managementOf(app).get('/health/ready')).status, { timeout: 10_000 })
          .toBe(200);
      } finally {
        await admin.end();
        await migrator.drop();
      }
    });

    it('offers metrics by route template on the management port only', async () => {
      await request(app.getHttpServer()).get('/api/v1/bars/600519').expect(400);
      await request(app.getHttpServer()).get('/api/v1/nothing-here').expect(404);
      await request(app.getHttpServer()).get('/metrics').expect(404);
      const { text } = await managementOf(app)
        .get('/metrics')
        .expect(200)
        .expect('Content-Type', /text\/plain/);
      expect(text).toContain(
        'http_requests_total{method="GET",route="/api/v1/bars/:symbol",status_class="4xx"} 1',
      );
      expect(text).toContain('http_requests_total{method="GET",route="unmatched",status_class="4xx"} 2');
      // There before it happens: the first failure of a route must be an increase.
      expect(text).toContain(
        'http_requests_total{method="GET",route="/api/v1/bars/:symbol",status_class="5xx"} 0',
      );
      expect(text).toContain(
        'http_request_duration_seconds_count{method="GET",route="/api/v1/indicators/:symbol"} 0',
      );
      expect(text).toMatch(
        /http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/bars\/:symbol"\} 1/,
      );
      expect(text).toMatch(/stock_analysis_database_pool_connections\{state="total"\} [1-9]/);
      expect(text).toContain('stock_analysis_build_info{role="server"');
      expect(text).not.toMatch(/600519|nothing-here/);
    });

    it('refuses other methods and paths on the management port', async () => {
      await managementOf(app).post('/health/live').expect(405);
      await managementOf(app).get('/api/v1/symbols').expect(404);
      expect((await managementOf(app).head('/health/live').expect(200)).text).toBeFalsy();
    });
  });
});

describe('two workers', () => {
  it('do the first load once between them, and report it', async () => {
    const database = await createTestDatabase();
    const workers = await Promise.all(
      [0, 1].map(() => createWorkerApplication(database.configuration('worker'))),
    );
    try {
      const runs = () =>
        database.sql.query<{ status: string; attempts: number; trigger: string }>(
          `SELECT status, attempts, trigger FROM app.ingestion_runs WHERE kind = 'history'`,
        );
      await expect
        .poll(runs, { timeout: 30_000, interval: 200 })
        .toEqual([{ status: 'completed', attempts: 1, trigger: 'start' }]);
      expect(await database.sql.query('SELECT count(*)::int AS bars FROM app.daily_bars')).toEqual([
        { bars: 48_759 },
      ]);
      // What follows from it, each once: the snapshot, and minutes of three shares.
      const all = () => database.sql.query('SELECT kind, status FROM app.ingestion_runs ORDER BY kind');
      await expect
        .poll(all, { timeout: 30_000 })
        .toEqual(['history', 'minutes', 'snapshot'].map((kind) => ({ kind, status: 'completed' })));
      const texts = await Promise.all(
        workers.map(async (worker) => (await managementOf(worker).get('/metrics').expect(200)).text),
      );
      const rows = texts.map((text) =>
        Number(/stock_analysis_ingestion_rows_total\{source="sample"\} (\d+)/.exec(text)?.[1] ?? 0),
      );
      expect(rows.reduce((sum, count) => sum + count, 0)).toBe(48_781 + 3 * 16_080);
      expect(texts.join('\n')).toContain(
        'stock_analysis_quarantined_rows_total{source="sample",disposition="rejected"} 22',
      );
    } finally {
      await Promise.all(workers.map((worker) => worker.close()));
      await database.drop();
    }
  });

  it('do not load again what was loaded before', async () => {
    const database = await createTestDatabase();
    const count = () =>
      database.sql.query(
        `SELECT kind, count(*)::int AS runs FROM app.ingestion_runs GROUP BY kind ORDER BY kind`,
      );
    const once = ['history', 'minutes', 'snapshot'].map((kind) => ({ kind, runs: 1 }));
    try {
      for (const expected of [1, 1]) {
        const worker = await createWorkerApplication(
          database.configuration('worker', {
            marketData: { provider: 'Sample', sample: {}, symbols: ['000151.SZ'] },
          }),
        );
        const completed = () =>
          database.sql.query(
            `SELECT count(*)::int AS runs FROM app.ingestion_runs WHERE kind = 'history' AND status = 'completed'`,
          );
        await expect.poll(completed, { timeout: 20_000 }).toEqual([{ runs: expected }]);
        await expect.poll(count, { timeout: 20_000 }).toEqual(once);
        await worker.close();
      }
      expect(await count()).toEqual(once);
    } finally {
      await database.drop();
    }
  });
});
