import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmptyApplication, type TestApplication } from '../testing/test-application.ts';
import { createUser, type TestUser } from '../testing/principals.ts';
import { UserSecrets } from './user-secrets.service.ts';

const VALUE = 'sk-swordfish-0123456789';
const PATH = '/api/v1/account/secrets';

let application: TestApplication;

let database: TestApplication['database'];
let app: NestExpressApplication;
let owner: TestUser;
let other: TestUser;

const as = ({ session }: Pick<TestUser, 'session'>) => ({
  list: () => request(app.getHttpServer()).get(PATH).set(session),
  put: (path: string, body: object) =>
    request(app.getHttpServer()).put(`${PATH}/${path}`).set(session).send(body),
  remove: (path: string) => request(app.getHttpServer()).delete(`${PATH}/${path}`).set(session),
});

beforeAll(async () => {
  application = await createEmptyApplication();
  ({ app, database } = application);
  owner = await createUser(app, 'viewer');
  other = await createUser(app, 'viewer');
});
afterAll(() => application.close());

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
  expect(await app.get(UserSecrets).open(owner.id, { kind: 'ai-api-key', name: 'default' })).toBe(VALUE);

  // The same path of another user is another secret.
  expect((await as(other).list().expect(200)).body).toEqual({ items: [] });
  await as(other).remove('ai-api-key/default').expect(404);
  await as(other).put('ai-api-key/default', { value: 'another value' }).expect(200);
  expect(await app.get(UserSecrets).open(owner.id, { kind: 'ai-api-key', name: 'default' })).toBe(VALUE);

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

it('answers nobody without a session', async () => {
  const nobody = { session: {} };
  await as(nobody).list().expect(401);
  await as(nobody).put('ai-api-key/default', { value: VALUE }).expect(401);
  await as(nobody).remove('ai-api-key/default').expect(401);
});

it('changes something only with a password that was given a moment ago', async () => {
  await database.sql.query(
    `UPDATE app.sessions SET stepped_up_at = now() - interval '1 hour' WHERE id = $1`,
    [other.sessionId],
  );
  const { body } = await as(other).put('ai-api-key/default', { value: VALUE }).expect(403);
  expect(body.type).toMatch(/step-up-required$/);
  await as(other).remove('ai-api-key/default').expect(403);
  await as(other).list().expect(200);
});
