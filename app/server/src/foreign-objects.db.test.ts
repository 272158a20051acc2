import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeys } from './api-keys/api-keys.service.ts';
import { USER_ROLES } from './common/access.ts';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import { createKey, createUser, type PrincipalHeaders, type TestUser } from './testing/principals.ts';
import { startServer } from './testing/test-application.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Routes that name an object of one user, and how another user would reach for it. */
const ATTEMPTS: readonly (readonly [Method, (victim: Victim) => string, object?])[] = [
  ['delete', ({ user }) => `auth/sessions/${user.sessionId}`],
  ['post', ({ keyId }) => `api-keys/${keyId}/rotate`, {}],
  ['delete', ({ keyId }) => `api-keys/${keyId}`],
  ['delete', () => 'account/secrets/ai-api-key/of-the-victim'],
];

/** Routes about users by id: an administrator's, and nobody else's, not even about oneself. */
const ABOUT_USERS: readonly (readonly [Method, (id: string) => string, object?])[] = [
  ['get', (id) => `users/${id}`],
  ['patch', (id) => `users/${id}`, { role: 'admin' }],
  ['delete', (id) => `users/${id}`],
  ['post', (id) => `users/${id}/password-reset`],
  ['post', (id) => `users/${id}/revoke-access`],
  ['delete', (id) => `users/${id}/second-factor`],
];

/** Objects that are the platform's, and nobody's. */
const SHARED =
  /^\w+ \/(monitoring|api\/v1\/(analyses\/rule|bars|fundamentals|indicators|ingestions|minutes|news|notifications|quarantine|symbols|valuations))\//;

interface Victim {
  readonly user: TestUser;
  readonly keyId: string;
  readonly key: PrincipalHeaders;
}

describe('objects of somebody else', () => {
  let database: TestDatabase;
  let replicas: [NestExpressApplication, NestExpressApplication];

  const ask = (method: Method, path: string, headers: PrincipalHeaders, body?: object, replica: 0 | 1 = 0) =>
    request(replicas[replica].getHttpServer())[method](`/api/v1/${path}`).set(headers).send(body);

  beforeAll(async () => {
    database = await createTestDatabase();
    replicas = [await startServer(database), await startServer(database)];
  });
  afterAll(async () => {
    for (const app of replicas) await app.close();
    await database.drop();
  });

  async function createVictim(): Promise<Victim> {
    const [app] = replicas;
    const user = await createUser(app, 'analyst');
    const key = await createKey(app, user.id);
    const [listed] = await app.get(ApiKeys).list(user.id);
    await ask('put', 'account/secrets/ai-api-key/of-the-victim', user.session, {
      value: 'sk-of-the-victim',
    }).expect(200);
    return { user, key, keyId: listed?.id ?? '' };
  }

  /** Everything of a user, as the user sees it. */
  async function seen({ user, key }: Victim): Promise<object> {
    const bodies = await Promise.all(
      ['account', 'auth/sessions', 'api-keys', 'account/secrets'].map(
        async (path) => (await ask('get', path, user.session).expect(200)).body,
      ),
    );
    await ask('get', 'quarantine', key).expect(200);
    return JSON.parse(
      JSON.stringify(bodies).replaceAll(/"last(Seen|Used)At":("[^"]*"|null)/g, '"last$1At":"…"'),
    );
  }

  it('are all reached for here: every route with an id belongs to oneself, to administrators or to everybody', async () => {
    const { body } = await request(replicas[0].getHttpServer()).get('/api/v1/openapi.json').expect(200);
    const described = Object.entries<object>(body.paths).flatMap(([path, methods]) =>
      path.includes('{') ? Object.keys(methods).map((method) => `${method} ${path}`) : [],
    );
    const shape = (path: string): string => path.replaceAll(/\{\w+\}/g, '{}');
    const sample = { user: { sessionId: '{}' }, keyId: '{}' } as Victim;
    const attempts = ATTEMPTS.map(([method, path]) =>
      `${method} /api/v1/${path(sample)}`.replace('ai-api-key/of-the-victim', '{}/{}'),
    );
    const aboutUsers = ABOUT_USERS.map(([method, path]) => `${method} /api/v1/${path('{}')}`);
    const known = new Set([...attempts, ...aboutUsers]);
    // Storing a secret under a name that somebody else uses makes another secret, of oneself.
    known.add('put /api/v1/account/secrets/{}/{}');
    const owned = described.map(shape).filter((route) => !SHARED.test(route));
    expect(owned.filter((route) => !known.has(route))).toEqual([]);
    expect([...known].filter((route) => !owned.includes(route))).toEqual([]);
  });

  describe.each(USER_ROLES)('are not there for another %s', (role) => {
    it('who signed in, and stay as they are', async () => {
      const victim = await createVictim();
      const before = await seen(victim);
      for (const [method, path, body] of ATTEMPTS) {
        const { session } = await createUser(replicas[0], role);
        const { status } = await ask(method, path(victim), session, body);
        expect([method, path(victim), status]).toEqual([method, path(victim), 404]);
      }
      expect(await seen(victim)).toEqual(before);
    });

    it('and the same answer comes for what does not exist', async () => {
      const victim = await createVictim();
      const { session } = await createUser(replicas[0], role);
      const nothing = '00000000-0000-4000-8000-000000000000';
      for (const [method, path, body] of ATTEMPTS) {
        const foreign = await ask(method, path(victim), session, body);
        const absent = await ask(
          method,
          path({ ...victim, keyId: nothing, user: { ...victim.user, sessionId: nothing } }),
          session,
          body,
        );
        expect({ ...absent.body, requestId: '' }).toEqual({ ...foreign.body, requestId: '' });
      }
    });
  });

  describe.each(USER_ROLES.filter((role) => role !== 'admin'))('users by id for a %s', (role) => {
    it('are refused, oneself, too', async () => {
      const victim = await createVictim();
      const before = await seen(victim);
      const attacker = await createUser(replicas[0], role);
      for (const id of [victim.user.id, attacker.id])
        for (const [method, path, body] of ABOUT_USERS)
          expect([method, (await ask(method, path(id), attacker.session, body)).status]).toEqual([
            method,
            403,
          ]);
      expect(await seen(victim)).toEqual(before);
      expect((await ask('get', 'account', attacker.session).expect(200)).body.role).toBe(role);
    });

    it('and rights cannot be given to oneself', async () => {
      const attacker = await createUser(replicas[0], role);
      const body = { displayName: 'x', role: 'admin' };
      const { body: problem } = await ask('patch', 'account', attacker.session, body).expect(400);
      expect(problem.errors[0].parameter).toBe('role');
    });
  });

  describe('what is ended on one replica', () => {
    it.each(['key', 'session'])('as a %s is refused on another within 5 s', async (what) => {
      const { user, key, keyId } = await createVictim();
      const use = (replica: 0 | 1) =>
        what === 'key'
          ? ask('get', 'quarantine', key, undefined, replica)
          : ask('get', 'account', user.session, undefined, replica);
      await use(0).expect(200);
      await use(1).expect(200);
      const started = performance.now();
      if (what === 'key') await ask('delete', `api-keys/${keyId}`, user.session).expect(204);
      else await ask('post', 'auth/logout', user.session).expect(204);
      await use(1).expect(401);
      expect(performance.now() - started).toBeLessThan(5_000);
      await use(0).expect(401);
    });

    it('as an account is refused on another at once', async () => {
      const { user, key } = await createVictim();
      const { session } = await createUser(replicas[0], 'admin');
      await ask('get', 'account', user.session, undefined, 1).expect(200);
      await ask('patch', `users/${user.id}`, session, { isDisabled: true }).expect(200);
      await ask('get', 'account', user.session, undefined, 1).expect(401);
      await ask('get', 'quarantine', key, undefined, 1).expect(401);
    });

    it('as a role is not enough any more on another', async () => {
      const [app] = replicas;
      const operator = await createUser(app, 'operator');
      const key = await createKey(app, operator.id, ['market:write']);
      await ask('post', 'quarantine/1/drop', key, {}, 1).expect(400);
      const { session } = await createUser(app, 'admin');
      await ask('patch', `users/${operator.id}`, session, { role: 'viewer' }).expect(200);
      await ask('post', 'quarantine/1/drop', key, {}, 1).expect(403);
      await ask('get', 'account', operator.session, undefined, 1).expect(401);
    });
  });
});
