import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import { EXPECTED_SCHEMA_VERSION, migrations } from './migrations/index.ts';
import { migrateDatabase } from './migrator.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

describe('migrateDatabase', () => {
  let database: TestDatabase;
  const migrate = () => migrateDatabase({ connectionString: database.urls.migrator }, () => undefined);

  beforeAll(async () => {
    database = await createTestDatabase({ migrate: false });
  });
  afterAll(() => database.drop());

  it('lets three that start at once all succeed, and applies each migration once', async () => {
    const results = await Promise.all([migrate(), migrate(), migrate()]);
    expect(results.map((result) => result.schemaVersion)).toEqual([
      EXPECTED_SCHEMA_VERSION,
      EXPECTED_SCHEMA_VERSION,
      EXPECTED_SCHEMA_VERSION,
    ]);
    expect(results.flatMap((result) => result.applied)).toEqual(
      migrations.map((migration) => new migration().name),
    );
    await database.dataSource.initialize();
  });

  it('changes nothing when repeated', async () => {
    expect((await migrate()).applied).toEqual([]);
  });

  it('makes app_owner the owner of everything', async () => {
    const owners = await database.sql.query<{ owner: string }>(
      `SELECT DISTINCT tableowner AS owner FROM pg_tables WHERE schemaname IN ('app', 'jobs')`,
    );
    expect(owners).toEqual([{ owner: 'app_owner' }]);
  });

  it.each([
    'CREATE TABLE app.intruder (id int)',
    'CREATE TABLE jobs.intruder (id int)',
    'CREATE TABLE public.intruder (id int)',
    'CREATE SCHEMA intruder',
    'ALTER TABLE app.daily_bars DROP COLUMN volume',
    'DROP TABLE app.daily_bars',
    'DELETE FROM app.schema_migrations',
  ])('does not let the application role %s', async (statement) => {
    await expect(database.sql.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('lets the application role read and write rows', async () => {
    await database.sql.query(
      `INSERT INTO app.symbols (symbol, code, exchange, name, kind, source) VALUES ('600519.SH', '600519', 'SH', '贵州茅台', 'stock', 'test')`,
    );
    expect(await database.sql.query('DELETE FROM app.symbols RETURNING name')).toEqual([
      { name: '贵州茅台' },
    ]);
  });

  it.each([
    ['high below close', '9.0, 9.5, 8.0, 9.6, 100, 900'],
    ['low above open', '9.0, 9.5, 9.1, 9.2, 100, 900'],
    ['a price of zero', '0, 9.5, 0, 9.2, 100, 900'],
    ['negative volume', '9.0, 9.5, 8.0, 9.2, -1, 900'],
  ])('refuses bars with %s in the table itself', async (_what, values) => {
    const insert = database.sql.transaction(async (sql) => {
      await sql.query(
        `INSERT INTO app.symbols (symbol, code, exchange, name, kind, source) VALUES ('000001.SZ', '000001', 'SZ', 'x', 'stock', 'test')`,
      );
      await sql.query(
        `INSERT INTO app.daily_bars (source, symbol, trade_date, open, high, low, close, volume, amount, origin) VALUES ('test', '000001.SZ', '2024-01-02', ${values}, 'test')`,
      );
    });
    await expect(insert).rejects.toThrow(/daily_bars_(price|turnover)_check/);
  });
});

describe('a migration whose lock is lost', () => {
  let database: TestDatabase;
  let admin: Client;
  beforeAll(async () => {
    database = await createTestDatabase({ migrate: false });
    admin = new Client({ connectionString: database.urls.admin });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await database.drop();
  });

  const tables = async (): Promise<string[]> => {
    const { rows } = await admin.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname IN ('app', 'jobs') ORDER BY 1`,
    );
    return rows.map((row) => row.name);
  };

  it('ends before its next step, so that the next holder of the lock works alone', async () => {
    // A table that somebody else is making keeps the migration in its first step after it got the lock.
    const blocker = new Client({ connectionString: database.urls.migrator });
    await blocker.connect();
    await blocker.query('SET ROLE app_owner; CREATE SCHEMA app');
    await blocker.query('BEGIN; CREATE TABLE app.schema_migrations (id int)');
    const settings = { connectionString: database.urls.migrator };
    const migration = migrateDatabase(settings, () => undefined).then(
      () => 'went on',
      (error: Error) => error.message,
    );
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await expect.poll(async () => (await admin.query(waiting)).rowCount, { timeout: 9_000 }).toBe(1);
    const { rowCount } = await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks
        WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(rowCount).toBe(1);
    await blocker.query('ROLLBACK');
    await blocker.end();

    expect(await migration).toMatch(/session that holds the migration lock was lost.*start it again/);
    expect(await tables()).toEqual([]);
    expect((await migrateDatabase(settings, () => undefined)).applied).toHaveLength(migrations.length);
    expect(await tables()).toContain('daily_bars');
  });
});
