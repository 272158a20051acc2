import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { auditLogOf } from '../audit/testing/audit-logs.ts';
import { type Key, Keyring, type Keyrings } from '../common/configuration/keyrings.ts';
import { DatabaseConnector } from '../database/connector.ts';
import { PeriodicQueries } from '../database/periodic-queries.ts';
import { createTestDatabase, TEST_KEYRINGS, type TestDatabase } from '../database/testing/test-database.ts';
import { Metrics } from '../monitoring/metrics/metrics.ts';
import { rewrapBatch } from './rewrap-batch.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';
import { SecretBox } from './secret-box.ts';
import { SecretMetrics } from './secret-metrics.ts';
import { SecretRewrap } from './secret-rewrap.ts';
import { createUser } from './testing/users.ts';
import { UserSecrets } from './user-secrets.service.ts';

const VALUES = 250;

const key = (kid: string, state: Key['state']): Key => ({ kid, state, key: Buffer.alloc(32, kid) });
function keyrings(...keys: readonly Key[]): Keyrings {
  const active = keys.find(({ state }) => state === 'active');
  if (active === undefined) throw new Error('no active key');
  return { ...TEST_KEYRINGS, encryption: new Keyring(keys, active) };
}
const before = keyrings(key('1', 'active'), key('2', 'next'));
const after = keyrings(key('1', 'retiring'), key('2', 'active'));
const alone = keyrings(key('2', 'active'));

let database: TestDatabase;
let connector: DatabaseConnector;
let users: string[];

/** A server with these keys; each has its own services on the common database. */
function server(rings: Keyrings) {
  const configuration = database.configuration('server', { keyrings: rings });
  const box = new SecretBox(configuration);
  const rewrap = new SecretRewrap(configuration, database.sql, connector);
  return {
    configuration,
    box,
    rewrap,
    secrets: new UserSecrets(database.sql, box, auditLogOf(database.sql)),
  };
}

/** What stands under which key. */
async function counts(): Promise<Record<string, number>> {
  const metrics = new Metrics();
  const queries = new PeriodicQueries(database.dataSource, connector);
  new SecretMetrics(server(after).configuration, queries, metrics).onApplicationBootstrap();
  const read = async (): Promise<Record<string, number>> => {
    const found = (await metrics.exposition()).matchAll(
      /^stock_analysis_sealed_values\{table="(.+)",column=".+",kid="(.*)",state="(.+)"\} (\d+)$/gm,
    );
    return Object.fromEntries(
      [...found].map(([, table, kid, state, count]) => [`${table} ${kid} ${state}`, Number(count)]),
    );
  };
  const newest = await vi.waitUntil(async () => {
    const values = await read();
    return Object.keys(values).length > 0 ? values : undefined;
  }, 20_000);
  queries.onModuleDestroy();
  return newest;
}

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  connector = new DatabaseConnector(database.dataSource);
  connector.onApplicationBootstrap();
  await connector.whenReady();
});
afterAll(async () => {
  await connector.beforeApplicationShutdown();
  await database.drop();
});

const STORE_MANY = `
  INSERT INTO app.user_secrets (id, user_id, kind, name, sealed, fingerprint)
  SELECT id, user_id, 'webhook-secret', name, sealed, ''
  FROM jsonb_to_recordset($1) AS row (id uuid, user_id uuid, name text, sealed text)`;

/** 25 users with ten secrets and a second factor each. */
beforeEach(async () => {
  await database.sql.query('DELETE FROM app.users');
  const { box } = server(before);
  users = [];
  const rows: object[] = [];
  for (let user = 0; user < VALUES / 10; user += 1) {
    const userId = await createUser(database.sql, `user-${user}`);
    users.push(userId);
    const totp = box.seal({ table: 'users', column: 'totp_secret', id: userId }, `totp of ${userId}`);
    await database.sql.query('UPDATE app.users SET totp_secret = $2 WHERE id = $1', [userId, totp]);
    for (let secret = 0; secret < 10; secret += 1) {
      const id = randomUUID();
      const place = { table: 'user_secrets', column: 'sealed', id } as const;
      const sealed = box.seal(place, `value ${secret} of ${userId}`);
      rows.push({ id, user_id: userId, name: `hook-${secret}`, sealed });
    }
  }
  await database.sql.query(STORE_MANY, [JSON.stringify(rows)]);
});

async function expectAllToOpen(rings: Keyrings): Promise<void> {
  const { secrets, box } = server(rings);
  for (const id of users) {
    const [row] = await database.sql.query<{ sealed: string }>(
      'SELECT totp_secret AS sealed FROM app.users WHERE id = $1',
      [id],
    );
    expect(box.open({ table: 'users', column: 'totp_secret', id }, row?.sealed ?? '')).toBe(`totp of ${id}`);
    for (const secret of [0, 9])
      expect(await secrets.open(id, { kind: 'webhook-secret', name: `hook-${secret}` })).toBe(
        `value ${secret} of ${id}`,
      );
  }
}

const everything = (kid: string, state: string): Record<string, number> => ({
  [`user_secrets ${kid} ${state}`]: VALUES,
  [`users ${kid} ${state}`]: VALUES / 10,
});

it('brings every value under the active key, so that the one before can go', async () => {
  expect(await counts()).toEqual(everything('1', 'retiring'));
  expect(await server(after).rewrap.rewrapAll()).toBe(true);
  expect(await counts()).toEqual(everything('2', 'active'));
  await expectAllToOpen(alone);
});

it('changes nothing while no key retires, nor what another server brought further already', async () => {
  expect(await server(before).rewrap.rewrapAll()).toBe(true);
  expect(await counts()).toEqual(everything('1', 'retiring'));
  await server(after).rewrap.rewrapAll();
  const rows = await database.sql.query('SELECT id, sealed FROM app.user_secrets ORDER BY id');
  for (const rings of [before, after, alone]) expect(await server(rings).rewrap.rewrapAll()).toBe(true);
  expect(await database.sql.query('SELECT id, sealed FROM app.user_secrets ORDER BY id')).toEqual(rows);
});

it('goes on where it was interrupted', async () => {
  const [userSecrets] = SEALED_COLUMNS;
  expect(await rewrapBatch(database.sql, after.encryption, userSecrets, undefined)).toMatchObject({
    rewrapped: 100,
    failures: [],
  });
  expect(await counts()).toMatchObject({ 'user_secrets 1 retiring': 150, 'user_secrets 2 active': 100 });
  await expectAllToOpen(after);
  await server(after).rewrap.rewrapAll();
  expect(await counts()).toEqual(everything('2', 'active'));
});

it('is the work of one replica at a time, and both may be asked', async () => {
  await database.sql.transaction(async (sql) => {
    await sql.query('SELECT pg_advisory_xact_lock($1)', [0x72_65_77_72_61_70]);
    expect(await server(after).rewrap.rewrapAll()).toBe(false);
  });
  expect(await counts()).toEqual(everything('1', 'retiring'));
  const outcomes = await Promise.all([1, 2, 3].map(() => server(after).rewrap.rewrapAll()));
  expect(outcomes).toContain(true);
  expect(await counts()).toEqual(everything('2', 'active'));
  await expectAllToOpen(alone);
});

it('loses no value that a user changes meanwhile', async () => {
  const { secrets } = server(before);
  const change = async (): Promise<void> => {
    for (const id of users)
      await secrets.put(id, { kind: 'webhook-secret', name: 'hook-5' }, `changed for ${id}`);
  };
  await Promise.all([server(after).rewrap.rewrapAll(), change()]);
  await server(after).rewrap.rewrapAll();
  for (const id of users)
    expect(await server(alone).secrets.open(id, { kind: 'webhook-secret', name: 'hook-5' })).toBe(
      `changed for ${id}`,
    );
  await expectAllToOpen(alone);
});

it('leaves what does not open, says which, and brings the rest further', async () => {
  const [broken, lost] = await database.sql.query<{ id: string; sealed: string }>(
    'SELECT id, sealed FROM app.user_secrets ORDER BY id LIMIT 2',
  );
  const set = 'UPDATE app.user_secrets SET sealed = $2 WHERE id = $1';
  await database.sql.query(set, [broken?.id, lost?.sealed]);
  await database.sql.query(set, [lost?.id, lost?.sealed.replace('v1.1.', 'v1.0.')]);
  const logged = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
  expect(await server(after).rewrap.rewrapAll()).toBe(true);
  expect(logged.mock.calls.map(([message]) => message)).toEqual([
    `user_secrets.sealed of ${broken?.id}: does not open: it was changed, moved here from another row, or its key was exchanged`,
  ]);
  logged.mockRestore();
  expect(await counts()).toEqual({
    'user_secrets 0 unknown': 1,
    'user_secrets 1 retiring': 1,
    'user_secrets 2 active': VALUES - 2,
    'users 2 active': VALUES / 10,
  });
});

it('runs once the database is ready, survives a failure, and ends with the process', async () => {
  const { rewrap, configuration } = server(after);
  rewrap.onApplicationBootstrap();
  await vi.waitFor(async () => expect(await counts()).toEqual(everything('2', 'active')), 20_000);
  await rewrap.beforeApplicationShutdown();

  const failing = { ...database.sql, transaction: () => Promise.reject(new Error('no database')) };
  const logged = vi.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
  const troubled = new SecretRewrap(configuration, failing, connector);
  troubled.onApplicationBootstrap();
  await vi.waitFor(
    () => expect(logged).toHaveBeenCalledWith('sealed values cannot be rewrapped: no database'),
    20_000,
  );
  await troubled.beforeApplicationShutdown();
  logged.mockRestore();
});
