import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dataSourceOptions } from '../database/data-source.ts';
import { AuditLog1795680060000 } from '../database/migrations/1795680060000-audit-log.ts';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';

let database: TestDatabase;
let owner: Client;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase({ migrate: false });
  owner = new Client({ connectionString: database.urls.migrator });
  await owner.connect();
  await owner.query('SET ROLE app_owner; CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO app_rw');
  // As the migration before it left the schema: every new table is for the application to write.
  await owner.query(
    'ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO app_rw; CREATE TABLE app.usual ()',
  );
  const options = dataSourceOptions(
    { connectionString: database.urls.migrator },
    { applicationName: 'test', max: 1 },
    () => undefined,
  );
  dataSource = new DataSource({
    ...options,
    migrations: [AuditLog1795680060000],
    extra: { ...Object(options.extra), options: '-c role=app_owner' },
  });
  await dataSource.initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await owner.end();
  await database.drop();
});

const rightsOn = async (table: string): Promise<string[]> =>
  (
    await owner.query<{ privilege: string }>(
      `SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS privilege
        WHERE has_table_privilege('app_rw', $1, privilege)`,
      [table],
    )
  ).rows.map(({ privilege }) => privilege);

it('begins without any right of the application, which default privileges would give it', async () => {
  await dataSource.runMigrations();
  expect(await rightsOn('app.usual')).toEqual(['SELECT', 'INSERT', 'UPDATE', 'DELETE']);
  expect(await rightsOn('app.audit_log')).toEqual([]);
});

it('is taken back without a trace', async () => {
  await dataSource.undoLastMigration();
  const { rows } = await owner.query(
    `SELECT proname AS name FROM pg_proc WHERE pronamespace = 'app'::regnamespace
      UNION ALL SELECT tablename FROM pg_tables WHERE schemaname = 'app' AND tablename LIKE 'audit%'`,
  );
  expect(rows).toEqual([]);
});
