import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DatabaseConnector } from '../../database/connector.ts';
import { type DatabaseGate, openGate } from '../../database/testing/frozen-database.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { createServerApplication } from '../../main.ts';
import { createKey, createUser, type PrincipalHeaders } from '../../testing/principals.ts';
import { createWorkerApplication } from '../../worker.ts';
import { ManagementServer } from '../management-server.ts';
import type { ComponentDto, PlatformHealthDto } from './component-health.dto.ts';
import { ComponentStates } from './component-states.ts';

const managementOf = (app: INestApplicationContext) =>
  request(`http://127.0.0.1:${app.get(ManagementServer).port}`);

const componentOf = ({ components = [] }: PlatformHealthDto, wanted: string): ComponentDto | undefined =>
  components.find(({ name }) => name === wanted);

/** What the server hears of a component, as soon as both have told what they know. */
async function heard(
  component: string,
  server: INestApplicationContext,
  others: readonly INestApplicationContext[],
): Promise<ComponentDto | undefined> {
  for (const one of others) await one.get(ComponentStates).exchange();
  await server.get(ComponentStates).exchange();
  return componentOf(await healthOf(server), component);
}

/** What operators see on the management port. */
async function healthOf(app: INestApplicationContext): Promise<PlatformHealthDto> {
  const { body } = await managementOf(app).get('/monitoring/health').expect(200);
  return body;
}

describe('the health of components', () => {
  let database: TestDatabase;
  let app: NestExpressApplication;
  let open: INestApplicationContext[];
  beforeEach(async () => {
    open = [];
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(open.map((one) => one.close()));
    await database.drop();
  });

  async function startServer(url = database.urls.application): Promise<void> {
    app = await createServerApplication(
      database.configuration('server', { database: { connectionString: url } }),
    );
    open.push(app);
    await app.listen(0, '127.0.0.1');
    await app.get(DatabaseConnector).whenReady();
  }

  async function startWorker(): Promise<INestApplicationContext> {
    const worker = await createWorkerApplication(
      database.configuration('worker', {
        marketData: { provider: 'Sample', sample: {}, symbols: ['000151.SZ'] },
      }),
    );
    open.push(worker);
    return worker;
  }

  const asked = (path: string, headers: PrincipalHeaders = {}) =>
    request(app.getHttpServer()).get(path).set(headers);

  it('is a word for strangers, states for who signed in, and everything for operators', async () => {
    await startServer();
    await expect
      .poll(async () => componentOf(await healthOf(app), 'api')?.status, { timeout: 10_000 })
      .toBe('up');
    const [viewer, operator] = [await createUser(app, 'viewer'), await createUser(app, 'operator')];
    const full = [
      operator.session,
      await createKey(app, operator.id, ['monitoring:read']),
      (await createUser(app, 'admin')).session,
    ];
    // A key is good for what it says, whoever made it.
    const strangers = [
      {},
      await createKey(app, operator.id, ['market:read']),
      await createKey(app, viewer.id, ['monitoring:read']),
    ];
    for (const headers of strangers)
      for (const path of ['/monitoring/health', '/monitoring/status'])
        expect((await asked(path, headers).expect(200)).body).toEqual({
          status: expect.stringMatching(/^(up|degraded)$/),
        });

    const { body: seen } = await asked('/monitoring/health', viewer.session).expect(200);
    expect(Object.keys(seen).toSorted()).toEqual(['components', 'notConfigured', 'status']);
    expect(componentOf(seen, 'database')).toEqual({
      name: 'database',
      status: 'up',
      responseTimeMs: expect.any(Number),
      checkedAt: expect.stringMatching(/^\d{4}-/),
      lastSuccessAt: expect.stringMatching(/^\d{4}-/),
    });
    expect(seen.notConfigured).toEqual([
      'ai',
      'mail',
      'webhook',
      'database-volume',
      'backups',
      'certificates',
    ]);
    const { body: words } = await asked('/monitoring/status', viewer.session).expect(200);
    expect(Object.keys(words).toSorted()).toEqual(['components', 'status']);
    expect(words.components).toMatchObject({ database: 'up', schema: 'up', api: 'up' });

    for (const headers of full) {
      const { body } = await asked('/monitoring/health', headers).expect(200);
      expect(componentOf(body, 'schema')).toMatchObject({
        message: '',
        processes: [{ role: 'server', details: { version: expect.any(Number) } }],
      });
      const status = await asked('/monitoring/status', headers)
        .expect(200)
        .expect('Cache-Control', 'no-store');
      expect(status.body.sections.database.connections.total).toBeGreaterThan(0);
      expect(status.body).toMatchObject({
        process: { role: 'server', shuttingDown: false },
        health: { components: expect.any(Array) },
        sections: {
          system: { cpu: {}, memory: {}, network: expect.any(Array) },
          database: { isReady: true, waitingFor: '', connections: { waiting: 0 } },
        },
      });
    }
    await asked('/monitoring/health', { Authorization: 'Bearer stk_no_such' }).expect(401);
    await asked('/monitoring/health?detail=full').expect(400);
  });

  it('is told by the worker to the server, and back, and a worker that stops takes its word with it', async () => {
    await startServer();
    const worker = await startWorker();
    await expect
      .poll(async () => (await heard('market-data', app, [worker]))?.status, { timeout: 30_000 })
      .toBe('up');
    const { processes = [] } = componentOf(await healthOf(app), 'market-data') ?? {};
    expect(processes).toMatchObject([{ role: 'worker', details: { source: 'sample' } }]);
    expect(processes[0]?.ageSeconds).toBeLessThan(60);
    await expect
      .poll(async () => (await heard('api', worker, [app]))?.status, { timeout: 30_000 })
      .toBe('up');
    const told = () =>
      database.sql.query<{ role: string }>('SELECT DISTINCT role FROM app.component_states ORDER BY role');
    expect(await told()).toEqual([{ role: 'server' }, { role: 'worker' }]);
    open.splice(open.indexOf(worker), 1);
    await worker.close();
    expect(await told()).toEqual([{ role: 'server' }]);
    await app.get(ComponentStates).exchange();
    expect(componentOf(await healthOf(app), 'market-data')).toMatchObject({
      status: 'degraded',
      message: 'no process has told of it yet',
    });
  });

  it('misses a worker that died, and forgets it after a day', async () => {
    await startServer();
    const worker = await startWorker();
    await expect
      .poll(async () => (await heard('market-data', app, [worker]))?.status, { timeout: 30_000 })
      .toBe('up');
    // Closing it would be leaving in order; what a killed one leaves behind is its last word.
    const kept = await database.sql.query<object>(`SELECT * FROM app.component_states WHERE role = 'worker'`);
    open.splice(open.indexOf(worker), 1);
    await worker.close();
    const silentFor = async (interval: string): Promise<ComponentDto | undefined> => {
      await database.sql.query(
        `INSERT INTO app.component_states
         SELECT * FROM jsonb_populate_recordset(NULL::app.component_states, $1::jsonb)
         ON CONFLICT DO NOTHING`,
        [JSON.stringify(kept)],
      );
      await database.sql.query(
        `UPDATE app.component_states SET told_at = now() - $1::interval WHERE role = 'worker'`,
        [interval],
      );
      await app.get(ComponentStates).exchange();
      return componentOf(await healthOf(app), 'market-data');
    };
    expect((await silentFor('50 seconds'))?.status).toBe('up');
    expect(await silentFor('5 minutes')).toMatchObject({
      status: 'degraded',
      message: expect.stringMatching(/^worker@.* told of it last, 30\d s ago, and then it was up$/),
    });
    await silentFor('25 hours');
    await app.get(ComponentStates).exchange();
    expect(componentOf(await healthOf(app), 'market-data')?.message).toBe('no process has told of it yet');
  });

  it('is degraded while the source of market data is in trouble, and the server stays ready', async () => {
    await database.sql.query(
      `INSERT INTO app.upstream_circuits (function, failures, openings, opened_at, open_until, last_error, changed_at)
       VALUES ('stock_zh_a_hist', 5, 1, now(), now() + interval '5 minutes', 'aktools:8080 does not answer', now())`,
    );
    await startServer();
    const worker = await startWorker();
    await expect
      .poll(() => heard('market-data', app, [worker]), { timeout: 30_000 })
      .toMatchObject({
        status: 'degraded',
        message: expect.stringMatching(/^stock_zh_a_hist rests until .*: aktools:8080 does not answer$/),
      });
    await managementOf(app).get('/health/ready').expect(200);
    const { body, text } = await asked('/monitoring/health').expect(200);
    expect(body).toEqual({ status: 'degraded' });
    expect(text).not.toContain('aktools');
  });
});

describe('a database that stands still', () => {
  let database: TestDatabase;
  let gate: DatabaseGate;
  let app: NestExpressApplication;
  let session: PrincipalHeaders;
  beforeEach(async () => {
    database = await createTestDatabase();
    gate = await openGate(database.urls.application);
    app = await createServerApplication(
      database.configuration('server', { database: { connectionString: gate.url } }),
    );
    await app.listen(0, '127.0.0.1');
    await app.get(DatabaseConnector).whenReady();
    session = (await createUser(app, 'operator')).session;
    await vi.waitUntil(async () => componentOf(await healthOf(app), 'api')?.status === 'up', {
      timeout: 10_000,
    });
  });
  afterEach(async () => {
    gate.thaw();
    await app.close();
    await gate.close();
    await database.drop();
  });

  /** Milliseconds until the answer was there. */
  async function timed(ask: () => Promise<unknown>): Promise<number> {
    const from = performance.now();
    await ask();
    return performance.now() - from;
  }

  it('fails readiness and not liveness, and the state is told from memory within a second', async () => {
    await managementOf(app).get('/health/ready').expect(200);
    gate.freeze();
    await expect
      .poll(async () => (await managementOf(app).get('/health/ready')).status, { timeout: 10_000 })
      .toBe(503);
    const took = await timed(async () => {
      await managementOf(app).get('/health/live').expect(200);
      await request(app.getHttpServer()).get('/health/live').expect(200);
    });
    expect(took).toBeLessThan(1_000);

    for (const headers of [{}, session, { Cookie: 'stock-analysis=unknown' }])
      for (const path of ['/monitoring/status', '/monitoring/health'])
        expect(
          await timed(async () => {
            // No session can be read, so everybody is a stranger.
            const { body } = await request(app.getHttpServer()).get(path).set(headers).expect(200);
            expect(body).toEqual({ status: 'down' });
          }),
          // Half a second is for whoever shows a session; the rest is slack for a busy machine.
        ).toBeLessThan(2_500);

    const { body } = await managementOf(app).get('/monitoring/status').expect(200);
    expect(body.components).toMatchObject({ database: 'down', schema: 'up', api: 'up' });
    expect(componentOf(body.health, 'database')).toMatchObject({
      message: expect.stringMatching(/no answer after|timeout/),
    });
    expect((await managementOf(app).get('/health').expect(503)).body.status).toBe('down');
    expect(await timed(() => managementOf(app).get('/metrics').expect(200))).toBeLessThan(1_000);

    gate.thaw();
    await expect
      .poll(async () => (await managementOf(app).get('/health/ready')).status, { timeout: 15_000 })
      .toBe(200);
    const { body: again } = await request(app.getHttpServer())
      .get('/monitoring/status')
      .set(session)
      .expect(200);
    expect(again.components.database).toBe('up');
  });

  it('takes no more of the pool the longer it lasts', async () => {
    gate.freeze();
    await expect
      .poll(async () => componentOf(await healthOf(app), 'database')?.status, { timeout: 10_000 })
      .toBe('down');
    const busy = async (): Promise<number> => {
      const { text } = await managementOf(app).get('/metrics').expect(200);
      const of = (state: string): number =>
        Number(new RegExp(`database_pool_connections\\{state="${state}"\\} (\\d+)`).exec(text)?.[1]);
      return of('total') - of('idle');
    };
    const before = await busy();
    await Promise.all(Array.from({ length: 50 }, () => managementOf(app).get('/health/ready').expect(503)));
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    // What asks by itself at its interval holds one connection each: the check, the exchange and the rate limits.
    expect((await busy()) - before).toBeLessThanOrEqual(3);
  });
});
