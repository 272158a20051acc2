import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiKeys } from './api-keys/api-keys.service.ts';
import { createEmptyApplication, type TestApplication } from './testing/test-application.ts';
import { createServerApplication } from './main.ts';
import { createKey, createUser } from './testing/principals.ts';
import { Lockout } from './auth/login/lockout.ts';
import { Sessions } from './auth/sessions/sessions.service.ts';

let application: TestApplication;

let database: TestApplication['database'];
let app: NestExpressApplication;

beforeAll(async () => {
  application = await createEmptyApplication();
  ({ app, database } = application);
});
afterAll(() => application.close());

const count = async (sql: string): Promise<number> =>
  (await database.sql.query<{ count: number }>(sql))[0]?.count ?? Number.NaN;

it('keeps sessions for 30 days after their end, and no longer', async () => {
  const ended = await createUser(app, 'viewer');
  const alive = await createUser(app, 'viewer');
  const age = (column: 'revoked' | 'seen', days: number) =>
    database.sql.query(
      column === 'revoked'
        ? 'UPDATE app.sessions SET revoked_at = now() - make_interval(days => $2) WHERE id = $1'
        : 'UPDATE app.sessions SET last_seen_at = now() - make_interval(days => $2) WHERE id = $1',
      [ended.sessionId, days],
    );
  const left = () => count('SELECT count(*)::int AS count FROM app.sessions');
  await age('revoked', 29);
  expect(await app.get(Sessions).forgetEnded()).toBe(0);
  expect(await left()).toBe(2);
  await age('revoked', 31);
  expect(await app.get(Sessions).forgetEnded()).toBe(1);
  expect((await app.get(Sessions).list(alive.id)).map(({ id }) => id)).toEqual([alive.sessionId]);
});

it('keeps API keys for 90 days after their end, and ended secrets not at all', async () => {
  const { id } = await createUser(app, 'viewer');
  await createKey(app, id);
  const [key] = await app.get(ApiKeys).list(id);
  await app.get(ApiKeys).rotate(id, key?.id ?? '', 0);
  const secrets = () => count('SELECT count(*)::int AS count FROM app.api_key_secrets');
  expect(await secrets()).toBe(2);
  await app.get(ApiKeys).forgetEnded();
  expect(await secrets()).toBe(1);
  const age = (days: number) =>
    database.sql.query('UPDATE app.api_keys SET revoked_at = now() - make_interval(days => $1)', [days]);
  const keys = () => count('SELECT count(*)::int AS count FROM app.api_keys');
  await age(89);
  await app.get(ApiKeys).forgetEnded();
  expect(await keys()).toBe(1);
  await age(91);
  await app.get(ApiKeys).forgetEnded();
  expect([await keys(), await secrets()]).toEqual([0, 0]);
});

it('forgets failed attempts after a day', async () => {
  const lockout = app.get(Lockout);
  await lockout.beginAttempt({ name: 'n', network: '192.0.2.1' });
  const left = () => count('SELECT count(*)::int AS count FROM app.login_failures');
  await lockout.forgetOld();
  expect(await left()).toBe(2);
  await database.sql.query(`UPDATE app.login_failures SET last_failed_at = now() - interval '25 hours'`);
  await lockout.forgetOld();
  expect(await left()).toBe(0);
});

it('is what every server does by itself', async () => {
  const { id } = await createUser(app, 'viewer');
  await createKey(app, id);
  await app.get(Lockout).beginAttempt({ name: 'n', network: '192.0.2.2' });
  const long = "now() - interval '100 days'";
  await database.sql.query(`UPDATE app.sessions SET revoked_at = ${long}`);
  await database.sql.query(`UPDATE app.api_keys SET revoked_at = ${long}`);
  await database.sql.query(`UPDATE app.login_failures SET last_failed_at = ${long}`);
  const left = () =>
    Promise.all([
      count('SELECT count(*)::int AS count FROM app.sessions'),
      count('SELECT count(*)::int AS count FROM app.api_keys'),
      count('SELECT count(*)::int AS count FROM app.login_failures'),
    ]);
  expect(await left()).toEqual([expect.any(Number), 1, 2]);
  const other = await createServerApplication(database.configuration('server'));
  try {
    await other.listen(0, '127.0.0.1');
    await expect.poll(left, { timeout: 10_000 }).toEqual([0, 0, 0]);
  } finally {
    await other.close();
  }
});
