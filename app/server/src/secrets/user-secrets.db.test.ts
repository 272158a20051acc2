import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditLogOf } from '../audit/testing/audit-logs.ts';
import { NotFoundError } from '../common/errors.ts';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { TamperedError } from './envelope.ts';
import { SecretBox } from './secret-box.ts';
import { TooManySecretsError } from './secrets.errors.ts';
import { createUser } from './testing/users.ts';
import type { SecretPath } from './user-secrets.dto.ts';
import { UserSecrets } from './user-secrets.service.ts';

const VALUE = 'sk-swordfish-0123456789';
const at = { kind: 'ai-api-key', name: 'default' } as const;

let database: TestDatabase;
let secrets: UserSecrets;
let owner: string;
let other: string;
let users = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  const box = new SecretBox(database.configuration('server'));
  secrets = new UserSecrets(database.sql, box, auditLogOf(database.sql));
});
afterAll(() => database.drop());
beforeEach(async () => {
  owner = await createUser(database.sql, `owner-${(users += 1)}`);
  other = await createUser(database.sql, `other-${users}`);
});

const rowsOf = (userId: string) =>
  database.sql.query<{ id: string; sealed: string }>(
    'SELECT id, sealed FROM app.user_secrets WHERE user_id = $1 ORDER BY kind, name',
    [userId],
  );

describe('a secret', () => {
  it('is stored encrypted, opens to what it was, and shows nothing of itself', async () => {
    const stored = await secrets.put(owner, at, VALUE);
    expect(stored).toEqual({
      ...at,
      fingerprint: expect.stringMatching(/^test\.[\w-]{12}$/),
      createdAt: expect.any(Date),
      updatedAt: stored.createdAt,
      lastUsedAt: null,
    });
    expect(await secrets.open(owner, at)).toBe(VALUE);
    const rows = await database.sql.query('SELECT * FROM app.user_secrets WHERE user_id = $1', [owner]);
    const dump = JSON.stringify([rows, await secrets.list(owner)]);
    for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const)
      expect(dump).not.toContain(Buffer.from(VALUE).toString(encoding));
  });

  it('has a time of last use, to the minute, which a new value does not have', async () => {
    await secrets.put(owner, at, VALUE);
    await secrets.open(owner, at);
    const [used] = await secrets.list(owner);
    expect(used?.lastUsedAt).toBeInstanceOf(Date);
    await secrets.open(owner, at);
    expect((await secrets.list(owner))[0]?.lastUsedAt).toEqual(used?.lastUsedAt);
    await database.sql.query(`UPDATE app.user_secrets SET last_used_at = now() - interval '61 s'`);
    await secrets.open(owner, at);
    expect((await secrets.list(owner))[0]?.lastUsedAt?.getTime()).toBeGreaterThan(Date.now() - 30_000);
    expect(await secrets.put(owner, at, VALUE)).toMatchObject({ lastUsedAt: null });
  });

  it('is replaced in its row by the next of the same name', async () => {
    const before = await secrets.put(owner, at, VALUE);
    const [row] = await rowsOf(owner);
    const after = await secrets.put(owner, at, `${VALUE}-new`);
    expect(await secrets.open(owner, at)).toBe(`${VALUE}-new`);
    expect(after.createdAt).toEqual(before.createdAt);
    expect(after.updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime());
    expect((await rowsOf(owner)).map(({ id }) => id)).toEqual([row?.id]);
  });

  it('has a fingerprint that tells values apart, and nothing about those of others', async () => {
    const fingerprint = async (userId: string, path: SecretPath, value: string): Promise<string> =>
      (await secrets.put(userId, path, value)).fingerprint;
    const first = await fingerprint(owner, at, VALUE);
    expect(await fingerprint(owner, { ...at, name: 'second' }, VALUE)).toBe(first);
    const different = [
      await fingerprint(owner, at, `${VALUE}x`),
      await fingerprint(owner, { ...at, kind: 'webhook-secret' }, VALUE),
      await fingerprint(other, at, VALUE),
    ];
    expect(new Set([first, ...different]).size).toBe(4);
  });

  it('belongs to its user', async () => {
    await secrets.put(owner, at, VALUE);
    expect(await secrets.list(other)).toEqual([]);
    await expect(secrets.open(other, at)).rejects.toThrow(NotFoundError);
    await expect(secrets.remove(other, at)).rejects.toThrow(NotFoundError);
    await secrets.put(other, at, 'another value');
    expect(await secrets.open(owner, at)).toBe(VALUE);
  });

  it('does not open in a row that somebody copied it to', async () => {
    await secrets.put(owner, at, VALUE);
    await secrets.put(other, at, 'another value');
    await database.sql.query(
      `UPDATE app.user_secrets SET sealed = (SELECT sealed FROM app.user_secrets WHERE user_id = $1)
       WHERE user_id = $2`,
      [owner, other],
    );
    await expect(secrets.open(other, at)).rejects.toThrow(TamperedError);
  });

  it('is gone when it is removed, or its user', async () => {
    await secrets.put(owner, at, VALUE);
    await secrets.remove(owner, at);
    await expect(secrets.open(owner, at)).rejects.toThrow(
      'there is no ai-api-key default; GET /api/v1/account/secrets lists what there is, PUT stores one',
    );
    await secrets.put(owner, at, VALUE);
    await database.sql.query('DELETE FROM app.users WHERE id = $1', [owner]);
    expect(await rowsOf(owner)).toEqual([]);
    await expect(secrets.put(owner, at, VALUE)).rejects.toThrow('the account does not exist any more');
  });
});

it('are twenty at most, however many are stored at once, and each can still be replaced', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `key-${index}`);
  const outcomes = await Promise.allSettled(names.map((name) => secrets.put(owner, { ...at, name }, VALUE)));
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  expect(refused).toHaveLength(5);
  for (const error of refused) expect(error).toBeInstanceOf(TooManySecretsError);
  const [first] = await secrets.list(owner);
  await expect(
    secrets.put(owner, { kind: 'ai-api-key', name: first?.name ?? '' }, 'new'),
  ).resolves.toBeDefined();
  expect(await rowsOf(owner)).toHaveLength(20);
  await expect(secrets.put(other, at, VALUE)).resolves.toBeDefined();
});

it('are one, when the first value of a name is stored twice at once', async () => {
  await Promise.all([secrets.put(owner, at, 'a'), secrets.put(owner, at, 'b'), secrets.put(owner, at, 'c')]);
  expect(await rowsOf(owner)).toHaveLength(1);
  expect(['a', 'b', 'c']).toContain(await secrets.open(owner, at));
});
