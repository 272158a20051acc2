import { type CanActivate, Module } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACCESS_RULE } from '../common/access.ts';
import { CommonModule } from '../common/common.module.ts';
import { configureHttp } from '../common/http.ts';
import { currentRequest, requestContext } from '../common/request-context.ts';
import { DatabaseConnector } from '../database/connector.ts';
import { DatabaseModule } from '../database/database.module.ts';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { SecretsModule } from './secrets.module.ts';
import { createUser } from './testing/users.ts';
import { UserSecretsController } from './user-secrets.controller.ts';
import { UserSecrets } from './user-secrets.service.ts';

const VALUE = 'sk-swordfish-0123456789';

/** Takes everyone for whom they say they are. */
class Believer implements CanActivate {
  canActivate(): boolean {
    const context = currentRequest();
    const userId = context?.userAgent;
    if (context !== undefined && userId !== undefined && userId !== '')
      context.principal = { kind: 'session', userId, role: 'viewer', sessionId: 'test' };
    return true;
  }
}

let database: TestDatabase;
let app: NestExpressApplication;
let owner: string;
let other: string;

const as = (userId: string) => ({
  list: () => request(app.getHttpServer()).get('/users/me/secrets').set('User-Agent', userId),
  put: (path: string, body: object) =>
    request(app.getHttpServer()).put(`/users/me/secrets/${path}`).set('User-Agent', userId).send(body),
  remove: (path: string) =>
    request(app.getHttpServer()).delete(`/users/me/secrets/${path}`).set('User-Agent', userId),
});

beforeAll(async () => {
  database = await createTestDatabase();
  owner = await createUser(database.sql, 'owner');
  other = await createUser(database.sql, 'other');

  @Module({
    imports: [CommonModule.with(database.configuration('server')), DatabaseModule, SecretsModule],
    providers: [{ provide: APP_GUARD, useClass: Believer }],
  })
  class TestModule {}

  app = await NestFactory.create<NestExpressApplication>(TestModule, { bodyParser: false, logger: false });
  app.use(requestContext);
  configureHttp(app);
  await app.listen(0, '127.0.0.1');
  await app.get(DatabaseConnector).whenReady();
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

it('stores, lists and removes without ever showing the value', async () => {
  const stored = await as(owner).put('ai-api-key/default', { value: VALUE }).expect(200);
  const listed = await as(owner).list().expect(200);
  expect(listed.body).toEqual({ items: [stored.body] });
  expect(Object.keys(stored.body).toSorted()).toEqual([
    'createdAt',
    'fingerprint',
    'kind',
    'lastUsedAt',
    'name',
    'updatedAt',
  ]);
  expect(stored.text + listed.text).not.toContain('swordfish');
  expect(await app.get(UserSecrets).open(owner, { kind: 'ai-api-key', name: 'default' })).toBe(VALUE);

  // The same path of another user is another secret.
  expect((await as(other).list().expect(200)).body).toEqual({ items: [] });
  await as(other).remove('ai-api-key/default').expect(404);
  await as(other).put('ai-api-key/default', { value: 'another value' }).expect(200);
  expect(await app.get(UserSecrets).open(owner, { kind: 'ai-api-key', name: 'default' })).toBe(VALUE);

  expect((await as(owner).remove('ai-api-key/default').expect(204)).text).toBe('');
  await as(owner).remove('ai-api-key/default').expect(404);
});

it.each([
  ['another kind', 'password/default', { value: VALUE }, 'kind'],
  ['a name with capitals', 'ai-api-key/Default', { value: VALUE }, 'name'],
  ['a long name', `ai-api-key/${'a'.repeat(64)}`, { value: VALUE }, 'name'],
  ['a name that leaves the path', 'ai-api-key/..%2f..', { value: VALUE }, 'name'],
  ['no value', 'ai-api-key/default', {}, 'value'],
  ['an empty value', 'ai-api-key/default', { value: '' }, 'value'],
  ['a number', 'ai-api-key/default', { value: 12_345 }, 'value'],
  ['a list', 'ai-api-key/default', { value: [VALUE] }, 'value'],
  ['a line break', 'ai-api-key/default', { value: `${VALUE}\r\nX-Evil: 1` }, 'value'],
  ['half a surrogate pair', 'ai-api-key/default', { value: `${VALUE}\ud800` }, 'value'],
  ['too long a value', 'ai-api-key/default', { value: 'x'.repeat(4097) }, 'value'],
  ['somebody else as the owner', 'ai-api-key/default', { value: VALUE, userId: 'a0' }, 'userId'],
])('refuses %s and does not repeat the value', async (_what, path, body, parameter) => {
  const { body: problem, text } = await as(owner).put(path, body).expect(400);
  expect(problem.errors.map((entry: { parameter: string }) => entry.parameter)).toEqual([parameter]);
  expect(text).not.toContain('swordfish');
  expect((await as(owner).list().expect(200)).body).toEqual({ items: [] });
});

it('answers nobody without a principal', async () => {
  await as('').list().expect(401);
  await as('').put('ai-api-key/default', { value: VALUE }).expect(401);
  await as('').remove('ai-api-key/default').expect(401);
});

it('lets people with a session in, and change something only with a password given a moment ago', () => {
  const ruleOf = (method: 'list' | 'put' | 'remove'): unknown =>
    Reflect.getMetadata(ACCESS_RULE, UserSecretsController.prototype[method]);
  const rule = { kind: 'role', role: 'viewer', scope: undefined };
  expect(ruleOf('list')).toEqual({ ...rule, stepUp: false });
  expect(ruleOf('put')).toEqual({ ...rule, stepUp: true });
  expect(ruleOf('remove')).toEqual({ ...rule, stepUp: true });
});
