import { Client } from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { systemStopwatch } from './common/clock.ts';
import { JobQueue } from './database/job-queue.service.ts';
import { type Database, databaseOf } from './database/sql.ts';
import { fillDeliveries, useDeliveries } from './notifications/testing/realistic-deliveries.ts';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import { createServerApplication } from './main.ts';
import { createKey, createOperatorKey, createUser, type PrincipalHeaders } from './testing/principals.ts';
import { fillAccounts } from './testing/realistic-accounts.ts';
import { fillMonitoring } from './testing/realistic-monitoring.ts';
import { AlertTiming } from './monitoring/alerts/alert-timing.ts';
import { AlertRetention } from './monitoring/alerts/alert-retention.ts';
import { FORGET } from './monitoring/alerts/line/line.sql.ts';
import { silencesFrom } from './monitoring/alerts/silences/silences.sql.ts';
import { STANDING } from './monitoring/alerts/standing-alerts.ts';
import { WorkerLine } from './monitoring/alerts/line/worker-line.ts';
import { addOutage } from './monitoring/reports/presence/presence.sql.ts';
import { builtinRules } from './monitoring/alerts/rules/builtin.ts';
import { testEngine } from './monitoring/alerts/testing/test-engine.ts';
import { ErrorBuffer } from './monitoring/errors/error-buffer.ts';
import { forgetErrors, forgetSurplus, lostProcess, tellErrors } from './monitoring/errors/errors.sql.ts';
import { Lease } from './monitoring/lease.ts';
import { forgetSlow, MOST_OF_A_KIND, tellSlow } from './monitoring/performance/performance.sql.ts';
import { lastPeriod } from './monitoring/reports/period.ts';
import { forgetReports } from './monitoring/reports/reports.sql.ts';
import { MetricRecorder } from './monitoring/history/recorder.ts';
import { HistoryKeeper } from './monitoring/history/keeper.ts';
import { LIVE, liveMarket } from './market-data/ingestion/testing/live-market.ts';
import { loadAll, replacing } from './market-data/ingestion/testing/runs.ts';
import { fillRealistically } from './market-data/store/testing/realistic-rows.ts';
import { explain, type Statement } from './market-data/store/testing/plan.ts';
import {
  detailsDue,
  markDetailsAsked,
  storeFundamentals,
  storeNews,
  storeValuations,
} from './market-data/store/details.ts';
import { symbolsWithMinutes } from './market-data/store/minute-bars.ts';
import { newestHaltList, readListedHalts } from './market-data/store/halt-lists.ts';
import { locateSampleData } from './market-data/sample/sample-files.ts';
import { SampleProvider } from './market-data/sample/sample-provider.ts';

/** Rows from which reading all of a table, or of one partition, for one answer is a mistake. */
const LARGE = 1_000;
/** Small by nature, whatever the platform's age: as many rows as there are symbols or days, or a thousand of each kind. */
const SMALL = new Set(['symbols', 'halt_lists', 'market_snapshots', 'ingestion_runs', 'slow_records']);
/**
 * Their use is what they refuse, which no plan shows: a second run for one firing of the schedule, a second list of
 * trading days of one source, a second administrator out of one token, a frame of no known layout.
 */
const GUARDS = new Set([
  'metric_layouts_pkey',
  'ingestion_runs_firing_key',
  'trading_days_pkey',
  'bootstrap_uses_pkey',
]);

/** Plans are those of the rows that were put there, whether or not autovacuum came by since. */
const WITHOUT_AUTOVACUUM = `
  DO $$
  DECLARE one regclass;
  BEGIN
    FOR one IN SELECT oid FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r' LOOP
      EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', one);
    END LOOP;
  END $$`;

describe('on realistic amounts of rows', () => {
  let database: TestDatabase;
  let app: NestExpressApplication;
  let operator: PrincipalHeaders;
  let admin: Client;
  const statements = new Map<string, Statement>();

  function record(dataSource: DataSource): void {
    dataSource.logger.logQuery = (text, parameters) => {
      const sql = text.replaceAll(/\s+/g, ' ').trim();
      if (!/\bapp\./.test(sql) || !Array.isArray(parameters)) return;
      // A filter that is absent is another plan.
      const given = parameters.map((parameter) => (parameter === null ? '-' : '+')).join('');
      statements.set(sql + given, { sql, parameters });
    };
  }

  beforeAll(async () => {
    database = await createTestDatabase();
    admin = new Client({ connectionString: database.urls.admin });
    await admin.connect();
    await admin.query(WITHOUT_AUTOVACUUM);
    await fillRealistically(admin);
    await fillAccounts(admin);
    await fillDeliveries(admin);
    await fillMonitoring(admin);
    // Or a snapshot of two shares is half a market, and refused.
    await admin.query(`UPDATE app.symbols SET listing_status = 'delisted' WHERE source = '${LIVE}'`);
    app = await createServerApplication(database.configuration('server'));
    await app.listen(0, '127.0.0.1');
    await app.get(JobQueue).whenStarted();
    operator = await createOperatorKey(app);
    record(app.get(DataSource));
    record(database.dataSource);
    await load();
    await read();
    await manage();
    await notify();
    await watch();
  });
  afterAll(async () => {
    await app.close();
    await admin.end();
    await database.drop();
  });

  /** Every kind of load, so that every statement of the worker is seen. */
  async function load(): Promise<void> {
    const sql = databaseOf(database.dataSource);
    const live = liveMarket(['600000.SH', '000001.SH']);
    const now = () => live.now();
    await loadAll(sql, live.provider, {}, { now });
    for (const day of ['2024-07-17', '2024-07-18', '2024-07-18']) {
      live.day = day;
      await loadAll(sql, live.provider, { kind: 'refresh' }, { now });
    }
    const sample = new SampleProvider(locateSampleData(undefined), ['600000.SH']);
    await loadAll(sql, replacing(sample, { source: LIVE }), { kind: 'minutes', symbols: ['600000.SH'] });
    const key = { source: LIVE, symbol: '600000.SH', origin: 'eastmoney', fetchedAt: now() } as const;
    await storeValuations(sql, key, []);
    await storeFundamentals(sql, key, []);
    await storeNews(sql, key, []);
    await newestHaltList(sql, LIVE);
    await readListedHalts(sql, LIVE, ['600000.SH']);
    await markDetailsAsked(sql, key, now());
    await detailsDue(sql, LIVE, undefined);
    await symbolsWithMinutes(sql, LIVE);
  }

  /** Every reading route, and the decisions about findings. */
  async function read(): Promise<void> {
    const server = app.getHttpServer();
    const { body: list } = await request(server).get('/api/v1/ingestions').expect(200);
    for (const path of [
      `/api/v1/ingestions/${list.items[0].id}`,
      '/api/v1/symbols?query=600000',
      '/api/v1/symbols/600001.SH',
      '/api/v1/bars/600001.SH',
      '/api/v1/bars/600001.SH?limit=250&adjust=none',
      '/api/v1/minutes/600001.SH',
      '/api/v1/indicators/600001.SH?names=MA5,TURNOVER',
      '/api/v1/analyses/rule/600001.SH',
      '/api/v1/market/overview',
      '/api/v1/calendar',
      '/api/v1/halts?date=2024-07-18',
      '/api/v1/fundamentals/600001.SH',
      '/api/v1/valuations/600001.SH',
      '/api/v1/news/600001.SH',
      '/api/v1/quarantine?symbol=600000.SH',
      '/api/v1/quarantine?limit=50',
    ])
      expect([path, (await request(server).get(path)).status]).toEqual([path, 200]);
    const { body: found } = await request(server).get('/api/v1/quarantine?disposition=flagged').expect(200);
    await request(server)
      .post(`/api/v1/quarantine/${found.items[0].id}/drop`)
      .set(operator)
      .send({ reason: 'plans' })
      .expect(200);
    await request(server)
      .post('/api/v1/ingestions')
      .set(operator)
      .send({ symbols: ['600000.SH'] })
      .expect(202);
  }

  /** Alerts and charts, and what keeps them. */
  async function watch(): Promise<void> {
    const person = await createUser(app, 'operator');
    const hour = new Date(Date.now() - 3_600_000).toISOString();
    const month = new Date(Date.now() - 20 * 86_400_000).toISOString();
    const now = new Date().toISOString();
    for (const path of [
      'alerts',
      'alerts?state=active',
      'alerts?rule=Rule7&severity=warning',
      `alerts?from=${month}&to=${hour}`,
      'silences',
      'log-level',
      'rules',
      'errors',
      'errors?status=open&q=kind',
      'performance',
      'performance?kind=route',
      'metrics/names',
      `metrics?name=m&from=${hour}&to=${now}`,
      `metrics?name=c_total&from=${month}&to=${now}&step=3600`,
    ])
      await request(app.getHttpServer()).get(`/monitoring/${path}`).set(person.session).expect(200);
    const { body } = await request(app.getHttpServer())
      .get('/monitoring/alerts?state=firing&limit=1')
      .set(person.session);
    await request(app.getHttpServer())
      .post(`/monitoring/alerts/${body.items[0].id}/acknowledge`)
      .set(person.session)
      .send({ comment: 'seen' })
      .expect(200);
    const change = (method: 'post' | 'put' | 'delete', path: string, said?: object) =>
      request(app.getHttpServer())[method](`/monitoring/${path}`).set(person.session).send(said);
    const { body: errors } = await request(app.getHttpServer())
      .get('/monitoring/errors?limit=1')
      .set(person.session);
    await request(app.getHttpServer())
      .get(`/monitoring/errors/${errors.items[0].id}`)
      .set(person.session)
      .expect(200);
    await change('post', `errors/${errors.items[0].id}/ignore`, { reason: 'plans' }).expect(200);
    const silence = { matchers: { rule: 'DatabaseDown' }, minutes: 5, comment: 'plans' };
    const { body: made } = await change('post', 'silences', silence).expect(201);
    await change('delete', `silences/${made.id}`).expect(204);
    const condition = { kind: 'rate', metric: 'c_total', limit: 1 };
    const words = { severity: 'info', summary: 's', description: 'd', condition };
    await change('put', 'rules/Plans', words).expect(200);
    await change('delete', 'rules/Plans').expect(204);
    await change('put', 'log-level', { level: 'info', minutes: 1, reason: 'plans' }).expect(200);
    await change('delete', 'log-level').expect(200);
    await app.get(MetricRecorder).record();
    const sql = databaseOf(database.dataSource);
    await tellOne(sql);
    await sql.query(STANDING);
    await silencesFrom(sql, new Date());
    await forgetErrors(sql, new Date(0));
    await forgetSurplus(sql);
    await forgetSlow(sql, MOST_OF_A_KIND);
    await lostProcess(sql, 'plans', new Date());
    await addOutage(sql, 'plans', { from: Date.now() - 10_000, to: Date.now() }, 15);
    await new Lease('plans').take(sql);
    await standInLine(sql);
    const configuration = database.configuration('worker');
    const engine = testEngine(sql);
    for (const rule of builtinRules(0, 300).slice(0, 2))
      await engine.evaluate(rule, [{ labels: {}, state: 'breached' }], Date.now());
    await engine.rulesWithAlerts();
    await new AlertRetention(configuration, sql).sweep(Date.now());
    await app.get(HistoryKeeper).keep();
    await report(person.session);
  }

  /** Workers that come and go. */
  async function standInLine(sql: Database): Promise<void> {
    const timing = new AlertTiming(database.configuration('worker'));
    const line = new WorkerLine(systemStopwatch, sql, timing, { hourly: () => undefined });
    await line.learn({ process: crypto.randomUUID(), address: null });
    await sql.query(FORGET);
    await line.leave();
  }

  /** Daily and weekly reports, as they are ordered, looked for and forgotten. */
  async function report(operatorSession: PrincipalHeaders): Promise<void> {
    const server = app.getHttpServer();
    const made = await request(server)
      .post('/monitoring/reports')
      .set(operatorSession)
      .send({ kind: 'daily' })
      .expect(200);
    for (const path of ['', '?kind=weekly&limit=5', `/${made.body.id}`])
      await request(server).get(`/monitoring/reports${path}`).set(operatorSession).expect(200);
    const kept = [lastPeriod('daily', Date.now(), 'Asia/Shanghai')];
    await forgetReports(databaseOf(database.dataSource), new Date(Date.now() - 1_195 * 86_400_000), kept);
  }

  /** An error and something slow, as a process tells them. */
  async function tellOne(sql: Database): Promise<void> {
    const buffer = new ErrorBuffer('plans');
    const at = new Date();
    const nothing = { requestId: undefined, traceId: undefined, userId: undefined, runId: undefined };
    const kind = { fingerprint: 'plans', level: 'error', role: 'server', type: 'Error' } as const;
    buffer.add({ ...kind, ...nothing, at, message: 'm', stack: undefined, context: {} });
    await tellErrors(sql, buffer.take(), '1');
    const slow = { kind: 'route', name: 'GET /', milliseconds: 2_000, at, detail: {} } as const;
    await tellSlow(sql, [slow], { process: 'plans', role: 'server' });
  }

  /** Signing in, what belongs to oneself, users and the audit log. */
  async function manage(): Promise<void> {
    const person = await createUser(app, 'admin');
    const other = await createUser(app, 'viewer');
    const ask = (method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, body?: object) =>
      request(app.getHttpServer())[method](`/api/v1/${path}`).set(person.session).send(body);
    const found: unknown[] = [];
    const expectStatus = async (
      status: number,
      method: Parameters<typeof ask>[0],
      path: string,
      body?: object,
    ): Promise<request.Response> => {
      const answer = await ask(method, path, body);
      if (answer.status !== status) found.push([method, path, answer.status, answer.body]);
      return answer;
    };
    await expectStatus(401, 'post', 'auth/login', { username: 'person-7', password: 'not the right one' });
    await expectStatus(401, 'post', 'auth/setup', { token: 'x', username: 'abc', password: 'y' });
    await expectStatus(200, 'get', 'auth/session');
    await expectStatus(200, 'get', 'auth/sessions');
    await expectStatus(404, 'delete', `auth/sessions/${other.sessionId}`);
    const { body: key } = await expectStatus(201, 'post', 'api-keys', { name: 'k', scopes: ['market:read'] });
    await expectStatus(200, 'get', 'api-keys');
    await expectStatus(200, 'post', `api-keys/${key.id}/rotate`, {});
    await expectStatus(200, 'put', 'account/secrets/ai-api-key/one', { value: 'something to keep' });
    await expectStatus(200, 'get', 'account/secrets');
    await expectStatus(204, 'delete', 'account/secrets/ai-api-key/one');
    await expectStatus(200, 'get', 'account/export');
    await expectStatus(201, 'post', 'auth/second-factor');
    await expectStatus(200, 'get', 'users');
    await expectStatus(200, 'patch', `users/${other.id}`, { role: 'analyst' });
    await expectStatus(200, 'post', `users/${other.id}/revoke-access`);
    await expectStatus(204, 'delete', `users/${other.id}/second-factor`);
    await expectStatus(204, 'delete', `users/${other.id}`);
    for (const filter of [
      '',
      '?action=audit.',
      `?actor=${person.id}`,
      `?objectKind=user&objectId=${other.id}`,
      '?to=2020-01-01T00:00:00Z',
    ])
      await expectStatus(200, 'get', `audit${filter}`);
    const day = 'from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z';
    await expectStatus(200, 'get', `audit/export?format=ndjson&${day}`);
    expect(found).toEqual([]);
  }

  /** Telling people, and what an operator asks about it. */
  async function notify(): Promise<void> {
    await useDeliveries(database.sql);
    const key = await createKey(app, (await createUser(app, 'operator')).id);
    const server = app.getHttpServer();
    const list = (filter: string) =>
      request(server).get(`/api/v1/notifications/deliveries${filter}`).set(key);
    for (const filter of ['', '?channel=email', '?subject=group-7-1']) await list(filter).expect(200);
    const { body: dead } = await list('?state=dead&limit=1').expect(200);
    await request(server)
      .post(`/api/v1/notifications/deliveries/${dead.items[0].id}/retry`)
      .set(key)
      .expect(202);
  }

  it('reads no large table as a whole', async () => {
    expect(statements.size).toBeGreaterThan(40);
    const { rows } = await admin.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r' AND reltuples >= ${LARGE}`,
    );
    const large = new Set(rows.map(({ name }) => name).filter((name) => !SMALL.has(name)));
    expect(large.size).toBeGreaterThan(10);
    const scanned: string[] = [];
    for (const statement of statements.values()) {
      const { scans } = await explain(admin, statement);
      const whole = scans.filter((table) => large.has(table));
      if (whole.length > 0) scanned.push(`${whole.join()}: ${statement.sql.slice(0, 200)}`);
    }
    expect(scanned).toEqual([]);
  });

  it('uses each index that there is', async () => {
    const used = new Set<string>();
    for (const statement of statements.values())
      for (const index of (await explain(admin, statement)).indexes) used.add(index);
    const { rows } = await admin.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class
        WHERE relnamespace = 'app'::regnamespace AND relkind IN ('i', 'I') AND NOT relispartition
          AND relname NOT LIKE 'schema_migrations%' AND relname NOT LIKE 'PK_%' AND relname NOT LIKE 'upstream_%' ORDER BY 1`,
    );
    expect(rows.map((row) => row.name).filter((name) => !used.has(name) && !GUARDS.has(name))).toEqual([]);
  });
});
