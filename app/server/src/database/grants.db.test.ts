import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

let database: TestDatabase;
let admin: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.urls.admin });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

/** Tables that a role may read, of those whose names hold something of a person who signs in. */
async function readable(role: string): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'app'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND has_table_privilege($1, oid, 'SELECT') ORDER BY 1`,
    [role],
  );
  return rows.map(({ name }) => name);
}

it('lets a reading role read market data and the audit log, and nothing that lets somebody in', async () => {
  const found = await readable('app_ro');
  expect(found).toEqual(expect.arrayContaining(['symbols', 'daily_bars', 'ingestion_runs', 'audit_log']));
  expect(found.filter((name) => /user|session|api_key|recovery|login|bootstrap|secret/.test(name))).toEqual(
    [],
  );
});

it('lets the application read what it works with', async () => {
  expect(await readable('app_rw')).toEqual(
    expect.arrayContaining(['users', 'sessions', 'api_keys', 'symbols']),
  );
});
