import { randomUUID } from 'node:crypto';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyApplication, type TestApplication } from '../testing/test-application.ts';
import { storedRecords } from '../audit/testing/audit-logs.ts';
import { createKey, createUser, type TestUser } from '../testing/principals.ts';

describe('users', () => {
  let application: TestApplication;
  let database: TestApplication['database'];
  let app: NestExpressApplication;
  let admin: TestUser;

  beforeAll(async () => {
    application = await createEmptyApplication();
    ({ app, database } = application);
    admin = await createUser(app, 'admin');
  });
  afterAll(() => application.close());

  const ask = (method: 'get' | 'post' | 'patch' | 'delete', path: string, who = admin, body?: object) =>
    request(app.getHttpServer())[method](`/api/v1/${path}`).set(who.session).send(body);

  it('come by name, page by page, each once', async () => {
    for (let count = 0; count < 5; count += 1) await createUser(app, 'viewer');
    const names: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await ask('get', `users?limit=2${cursor}`).expect(200);
      names.push(...body.users.map((user: { username: string }) => user.username));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(names).toEqual([...new Set(names)].sort());
    expect(names.length).toBeGreaterThanOrEqual(6);
  });

  it('are gone through by a cursor that holds no name, and ends with the user that it stands for', async () => {
    const { body } = await ask('get', 'users?limit=1').expect(200);
    const { nextCursor, users } = body;
    for (const text of [nextCursor, Buffer.from(nextCursor, 'base64url').toString()])
      expect(text).not.toContain(users[0].username);
    const user = await createUser(app, 'analyst');
    const cursor = Buffer.from(user.id.replaceAll('-', ''), 'hex').toString('base64url');
    await ask('get', `users?cursor=${cursor}`).expect(200);
    await ask('delete', `users/${user.id}`).expect(204);
    for (const gone of [cursor, 'li.wei', user.username]) {
      const answer = await ask('get', `users?cursor=${gone}`).expect(400);
      expect(answer.body.errors).toEqual([
        { parameter: 'cursor', detail: expect.stringContaining('must be the nextCursor of an answer') },
      ]);
    }
    await ask('get', `users?after=${user.username}`).expect(400);
  });

  it('keep what a change does not name, and lose their sessions with another role', async () => {
    const user = await createUser(app, 'viewer');
    const renamed = await ask('patch', `users/${user.id}`, admin, { displayName: '  李伟 ' }).expect(200);
    expect(renamed.body).toMatchObject({ displayName: '李伟', role: 'viewer', isDisabled: false });
    await ask('get', 'account', user).expect(200);
    const raised = await ask('patch', `users/${user.id}`, admin, { role: 'operator' }).expect(200);
    expect(raised.body).toMatchObject({ displayName: '李伟', role: 'operator' });
    await ask('get', 'account', user).expect(401);
  });

  it.each([
    ['a role that there is not', { role: 'root' }, 'role'],
    ['text for a switch', { isDisabled: 'true' }, 'isDisabled'],
    ['a name with an end of line', { displayName: 'a\nb' }, 'displayName'],
    ['a name that turns the line round', { displayName: 'a\u202eb' }, 'displayName'],
    ['a name of signs that show nothing', { displayName: '\u3164\u2800' }, 'displayName'],
    ['a name with half a character', { displayName: '\ud800x' }, 'displayName'],
    ['a name with a heap of marks', { displayName: `e${'\u0301'.repeat(60)}` }, 'displayName'],
    ['another password', { password: 'a quiet river under old bridges' }, 'password'],
  ])('are not given %s', async (_what, body, parameter) => {
    const user = await createUser(app, 'viewer');
    const { body: problem } = await ask('patch', `users/${user.id}`, admin, body).expect(400);
    expect(problem.errors[0].parameter).toBe(parameter);
  });

  it.each([null, ['a'], {}, 1])('are told that a name is text where it is %j', async (displayName) => {
    const user = await createUser(app, 'viewer');
    const { body } = await ask('patch', `users/${user.id}`, admin, { displayName }).expect(400);
    expect(body.errors).toEqual([{ parameter: 'displayName', detail: 'must be text' }]);
  });

  it('lose every way in that was open, at once, when an administrator revokes it', async () => {
    const user = await createUser(app, 'analyst');
    const key = await createKey(app, user.id, ['market:read']);
    const read = () => request(app.getHttpServer()).get('/api/v1/calendar').set(key);
    expect((await read()).status).not.toBe(401);
    const { body } = await ask('post', `users/${user.id}/revoke-access`).expect(200);
    expect(body).toEqual({ sessions: 1, apiKeys: 1, oneTimePasswords: 0 });
    await ask('get', 'account', user).expect(401);
    await read().expect(401);
  });

  it('lose a one-time password that they had not changed yet, too', async () => {
    const username = `new-${randomUUID()}`;
    const { body: made } = await ask('post', 'users', admin, { username, role: 'viewer' }).expect(201);
    const signIn = (password: string) =>
      request(app.getHttpServer()).post('/api/v1/auth/login').send({ username, password });
    await signIn(made.oneTimePassword).expect(200);
    const { body } = await ask('post', `users/${made.id}/revoke-access`).expect(200);
    expect(body).toEqual({ sessions: 1, apiKeys: 0, oneTimePasswords: 1 });
    await signIn(made.oneTimePassword).expect(401);
    const { body: reset } = await ask('post', `users/${made.id}/password-reset`).expect(200);
    await signIn(reset.oneTimePassword).expect(200);
  });

  it('of oneself keep the role, and stay switched on', async () => {
    await createUser(app, 'admin');
    for (const change of [{ role: 'viewer' }, { isDisabled: true }]) {
      const { body } = await ask('patch', `users/${admin.id}`, admin, change).expect(409);
      expect(body.detail).toContain('nobody changes the own role');
    }
    await ask('patch', `users/${admin.id}`, admin, { role: 'admin', displayName: 'Chief' }).expect(200);
    await ask('get', 'account').expect(200);
  });

  it('are in the audit log with what changed, names as fingerprints, and with nothing where nothing did', async () => {
    const user = await createUser(app, 'viewer');
    const patch = (body: object) => ask('patch', `users/${user.id}`, admin, body).expect(200);
    await patch({ displayName: 'admin' });
    await patch({ displayName: 'admin' });
    await patch({});
    await patch({ displayName: user.username, role: 'viewer', isDisabled: false });
    await patch({ role: 'analyst' });
    await ask('delete', `users/${user.id}/second-factor`).expect(204);
    const records = (await storedRecords(database.sql))
      .filter((record) => record.object_id === user.id)
      .map(({ record }) => JSON.parse(record));
    const name = expect.stringMatching(/^[\w-]+\.[\w-]{12}$/);
    expect(records).toMatchObject([
      { action: 'user.change', before: { displayName: name }, after: { displayName: name } },
      { action: 'user.change', before: { displayName: name }, after: { displayName: name } },
      { action: 'user.change', before: { role: 'viewer' }, after: { role: 'analyst' } },
    ]);
    expect(records[0].before).not.toEqual(records[0].after);
    expect(records[1]).toMatchObject({ before: records[0].after, after: records[0].before });
    expect(JSON.stringify(records)).not.toContain(user.username);
  });

  it('keep their second factor when their password is reset, until it is removed on its own', async () => {
    const user = await createUser(app, 'analyst');
    await database.sql.query(
      `UPDATE app.users SET totp_secret = 'sealed', totp_confirmed_at = now() WHERE id = $1`,
      [user.id],
    );
    const { body } = await ask('post', `users/${user.id}/password-reset`).expect(200);
    const { body: problem } = await request(app.getHttpServer())
      .post('/api/v1/auth/login')
      .send({ username: user.username, password: body.oneTimePassword })
      .expect(401);
    expect(problem.type).toMatch(/second-factor-required$/);
    await ask('delete', `users/${user.id}/second-factor`).expect(204);
    await request(app.getHttpServer())
      .post('/api/v1/auth/login')
      .send({ username: user.username, password: body.oneTimePassword })
      .expect(200);
  });

  it('are told apart from nothing by their id', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    await ask('get', `users/${nobody}`).expect(404);
    await ask('patch', `users/${nobody}`, admin, { role: 'viewer' }).expect(404);
    await ask('delete', `users/${nobody}`).expect(404);
    await ask('post', `users/${nobody}/password-reset`).expect(404);
    await ask('post', `users/${nobody}/revoke-access`).expect(404);
    await ask('delete', `users/${nobody}/second-factor`).expect(404);
    await ask('get', 'users/1').expect(400);
  });
});
