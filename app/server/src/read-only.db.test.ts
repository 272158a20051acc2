import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asAdmin } from './database/testing/migrated-template.ts';
import { createKey, createUser, type PrincipalHeaders, type TestUser } from './testing/principals.ts';
import { createEmptyApplication, type TestApplication } from './testing/test-application.ts';

let application: TestApplication;
let operator: TestUser;

beforeAll(async () => {
  application = await createEmptyApplication({
    logLevel: 'error',
    logDestination: { write: () => undefined },
  });
  operator = await createUser(application.app, 'operator');
});
afterAll(() => application.close());

it('a database that takes no writes for a while still answers who reads, and asks who writes to come again', async () => {
  const { app, database } = application;
  const key = await createKey(app, operator.id);
  const get = (headers: PrincipalHeaders) => request(app.getHttpServer()).get('/api/v1/symbols').set(headers);
  // When somebody was seen last is written down once in a minute.
  await database.sql.query(`UPDATE app.sessions SET last_seen_at = last_seen_at - interval '2 minutes'`);
  await asAdmin(database.urls.admin, async (admin) => {
    const { rows } = await admin.query<{ name: string }>('SELECT current_database() AS name');
    await admin.query(`ALTER DATABASE ${rows[0]?.name} SET default_transaction_read_only = on`);
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
  });
  await expect.poll(async () => (await get({})).status).toBe(200);
  for (const headers of [key, operator.session]) expect((await get(headers)).status).toBe(200);
  const { status, headers } = await request(app.getHttpServer())
    .post('/monitoring/silences')
    .set(key)
    .send({ matchers: { rule: 'DatabaseDown' }, minutes: 1, comment: 'moving' });
  expect([status, headers['retry-after']]).toEqual([503, '5']);
});
