import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { UserRole } from '../../common/access.ts';
import { TEST_TOKEN } from '../../database/testing/test-database.ts';
import { totpCode } from '../../testing/totp-code.ts';
import { createKey, createUser, type PrincipalHeaders } from '../../testing/principals.ts';
import { createEmptyApplication, type TestApplication } from '../../testing/test-application.ts';
import { security } from '../../common/configuration/security-schema.ts';

/** Administrators need a second factor here; which route opens when is in access-matrix.db.test.ts. */
let application: TestApplication;

beforeAll(async () => {
  application = await createEmptyApplication({
    security: security.parse({ secondFactor: 'Administrators' }),
  });
});
afterAll(() => application.close());

const REFUSED = 'second-factor-setup-required';

const ask = (
  method: 'get' | 'post' | 'delete',
  path: string,
  who: PrincipalHeaders,
  body?: object,
): request.Test => {
  const pending = request(application.app.getHttpServer())[method](`/api/v1/${path}`).set(who);
  return body === undefined ? pending : pending.send(body);
};

/** 200, or what the refusal asks for. */
async function outcome(pending: request.Test): Promise<number | string> {
  const { status, body } = await pending;
  return status === 403 ? (String(body.type).split('/').at(-1) ?? '') : status;
}

async function setUp(session: PrincipalHeaders): Promise<void> {
  const { body } = await ask('post', 'auth/second-factor', session).expect(201);
  const confirmed = await ask('post', 'auth/second-factor/confirm', session, { code: totpCode(body.secret) });
  expect([confirmed.status, confirmed.body.recoveryCodes?.length]).toEqual([200, 10]);
}

it('is told to the first administrator, and asked for by whatever else they do', async () => {
  const made = await ask(
    'post',
    'auth/setup',
    {},
    { token: TEST_TOKEN, username: 'root', password: 'lantern quorum basalt' },
  );
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ requiresSecondFactor: true, user: { hasSecondFactor: false } });
  const [cookie = ''] = made.get('Set-Cookie') ?? [];
  const session = { Cookie: cookie.split(';')[0] ?? '', 'X-CSRF-Token': String(made.body.csrfToken) };
  const { body } = await ask('get', 'users', session).expect(403);
  expect([body.type.endsWith(`/${REFUSED}`), body.detail]).toEqual([
    true,
    expect.stringContaining('POST /api/v1/auth/second-factor'),
  ]);
  await setUp(session);
  await ask('get', 'users', session).expect(200);
  const state = await ask('get', 'auth/session', session).expect(200);
  expect(state.body).toMatchObject({ requiresSecondFactor: true, user: { hasSecondFactor: true } });
});

it('does not count before it is confirmed', async () => {
  const { session } = await createUser(application.app, 'admin');
  const { body } = await ask('post', 'auth/second-factor', session).expect(201);
  expect(await outcome(ask('get', 'users', session))).toBe(REFUSED);
  const wrong = String((Number(totpCode(body.secret)) + 500_000) % 1_000_000).padStart(6, '0');
  await ask('post', 'auth/second-factor/confirm', session, { code: wrong }).expect(400);
  expect(await outcome(ask('get', 'users', session))).toBe(REFUSED);
});

it('lets the API keys of its owner rest until it is set up, and again after it was removed', async () => {
  const { session, id } = await createUser(application.app, 'admin');
  const key = await createKey(application.app, id, ['users:read']);
  const listed = (): Promise<number | string> => outcome(ask('get', 'users', key));
  expect(await listed()).toBe(REFUSED);
  await setUp(session);
  expect(await listed()).toBe(200);
  await ask('delete', 'auth/second-factor', session).expect(204);
  expect([await listed(), await outcome(ask('get', 'users', session))]).toEqual([REFUSED, REFUSED]);
});

it('comes after the password that somebody else made', async () => {
  const { session, id } = await createUser(application.app, 'admin');
  await application.database.sql.query('UPDATE app.users SET must_change_password = true WHERE id = $1', [
    id,
  ]);
  expect(await outcome(ask('post', 'auth/second-factor', session))).toBe('password-change-required');
  await application.database.sql.query('UPDATE app.users SET must_change_password = false WHERE id = $1', [
    id,
  ]);
  await setUp(session);
});

it.each<[UserRole, UserRole, unknown]>([
  ['viewer', 'admin', REFUSED],
  ['admin', 'operator', 200],
])('follows the role: who was %s and is %s now', async (before, after, expected) => {
  const { id, session } = await createUser(application.app, before);
  const boss = await createUser(application.app, 'admin');
  await setUp(boss.session);
  const key = await createKey(application.app, id, ['market:read']);
  expect(await outcome(ask('get', 'ingestions', key))).toBe(before === 'admin' ? REFUSED : 200);
  await request(application.app.getHttpServer())
    .patch(`/api/v1/users/${id}`)
    .set(boss.session)
    .send({ role: after })
    .expect(200);
  expect(await outcome(ask('get', 'ingestions', key))).toBe(expected);
  await ask('get', 'account', session).expect(401);
});
