import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { security } from './common/configuration/security-schema.ts';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import { createKey, createUser } from './testing/principals.ts';
import { startServer } from './testing/test-application.ts';

const LIMITS = {
  readingPerMinute: 4,
  writingPerMinute: 3,
  loginPerMinute: 3,
  exportsPerMinute: 2,
  aiPerMinute: 2,
};

/** The server as it is, with limits that a test can reach. */
describe('limits of the server', () => {
  let database: TestDatabase;
  let app: NestExpressApplication;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  // Each test begins with a process that has counted nothing.
  beforeEach(async () => {
    await database.sql.query('DELETE FROM app.rate_limits');
    await database.sql.query('DELETE FROM app.login_failures');
    app = await startServer(database, { security: security.parse({ rateLimit: LIMITS }) });
    return () => app.close();
  });

  type Method = 'get' | 'post' | 'put' | 'delete';
  const send = (
    method: Method,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: object,
  ) => request(app.getHttpServer())[method](`/api/v1/${path}`).set(headers).send(body);

  /** Statuses of so many equal requests, one after the other. */
  async function statuses(count: number, ask: () => request.Test): Promise<number[]> {
    const found: number[] = [];
    for (let index = 0; index < count; index += 1) found.push((await ask()).status);
    return found;
  }

  it('let an address read so often, and say when it may again', async () => {
    const read = () => send('get', 'indicators');
    expect(await statuses(5, read)).toEqual([200, 200, 200, 200, 429]);
    const refused = await read();
    expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['ratelimit-policy']).toContain('"reading";q=4;w=60');
    await send('get', 'openapi.json').expect(429);
    // Probes and the page are no requests of anybody.
    await request(app.getHttpServer()).get('/health/live').expect(200);
  });

  it('count who signed in apart from the address, which others share', async () => {
    const { session } = await createUser(app, 'viewer');
    expect(await statuses(5, () => send('get', 'account', session))).toEqual([200, 200, 200, 200, 429]);
    expect(await statuses(5, () => send('get', 'indicators'))).toEqual([200, 200, 200, 200, 429]);
  });

  it('count each key for itself', async () => {
    const { id } = await createUser(app, 'viewer');
    const [one, other] = [await createKey(app, id), await createKey(app, id)];
    expect(await statuses(5, () => send('get', 'indicators', one))).toEqual([200, 200, 200, 200, 429]);
    await send('get', 'indicators', other).expect(200);
  });

  it('let an address try to sign in so often, whatever it tries', async () => {
    const signIn = () =>
      send('post', 'auth/login', {}, { username: 'nobody', password: 'not the right one' });
    const setUp = () => send('post', 'auth/setup', {}, { token: 'x', username: 'abc', password: 'y' });
    const found = [...(await statuses(2, signIn)), ...(await statuses(2, setUp))];
    expect(found).toEqual([401, 401, 401, 429]);
  });

  it('let who is signed in give the password so often, whatever others try from the same address', async () => {
    const [one, other] = [await createUser(app, 'viewer'), await createUser(app, 'viewer')];
    const body = { password: 'not the right one' };
    const stepUp = (headers = {}) => send('post', 'auth/step-up', headers, body);
    const signIn = () => send('post', 'auth/login', {}, { username: 'nobody', ...body });
    expect(await statuses(4, signIn)).toEqual([401, 401, 401, 429]);
    expect(await statuses(4, () => stepUp(one.session))).toEqual([401, 401, 401, 429]);
    await stepUp(other.session).expect(401);
    const change = { currentPassword: 'not the right one', newPassword: 'nor is this one' };
    await send('post', 'auth/password', one.session, change).expect(429);
    // Who shows no session is counted by address here, too, as all that would write.
    expect(await statuses(4, stepUp)).toEqual([401, 401, 401, 429]);
  });

  it('bound what a person writes and exports', async () => {
    const { session } = await createUser(app, 'viewer');
    expect(await statuses(3, () => send('get', 'account/export', session))).toEqual([200, 200, 429]);
    const write = () => send('delete', 'account/secrets/ai-api-key/none', session);
    expect(await statuses(4, write)).toEqual([404, 404, 404, 429]);
    await send('get', 'account', session).expect(200);
  });
});
