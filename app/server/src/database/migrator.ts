import { Client } from 'pg';
import type { DatabaseSettings } from '../common/configuration/database-settings.ts';
import { APPLICATION_SCHEMA, createDataSource, JOBS_SCHEMA, poolOptions } from './data-source.ts';
import { migrateJobQueue } from './job-queue.ts';
import { EXPECTED_SCHEMA_VERSION } from './migrations/index.ts';
import { grantAccess } from './grants.ts';

/** Any number, as long as every release uses the same one. */
const ADVISORY_LOCK = 5_170_218_824;
const LOCK_WAIT_MS = 600_000;
const MIGRATION_TIMEOUT_MS = 600_000;
const OWNER = 'app_owner';

export interface MigrationResult {
  readonly applied: readonly string[];
  readonly schemaVersion: number;
}

/** app_owner where that role exists and we may take it on; otherwise we own what we create ourselves. */
async function owningRole(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ member: boolean }>(
    `SELECT pg_has_role(current_user, oid, 'MEMBER') AS member FROM pg_roles WHERE rolname = $1`,
    [OWNER],
  );
  return rows[0]?.member === true ? OWNER : undefined;
}

async function createSchemas(client: Client, role: string | undefined): Promise<void> {
  if (role !== undefined) await client.query(`SET ROLE ${role}`);
  for (const schema of [APPLICATION_SCHEMA, JOBS_SCHEMA])
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
}

async function migrateUnderLock(
  client: Client,
  settings: DatabaseSettings,
  log: (line: string) => void,
): Promise<MigrationResult> {
  const role = await owningRole(client);
  await createSchemas(client, role);
  const purpose = {
    applicationName: 'stock-analysis-migrate',
    max: 2,
    statementTimeoutMs: MIGRATION_TIMEOUT_MS,
    ...(role === undefined ? {} : { role }),
  };
  const dataSource = createDataSource(settings, purpose, log);
  await dataSource.initialize();
  try {
    const applied = await dataSource.runMigrations();
    await migrateJobQueue(settings, purpose);
    await grantAccess(client);
    return { applied: applied.map((migration) => migration.name), schemaVersion: EXPECTED_SCHEMA_VERSION };
  } finally {
    await dataSource.destroy();
  }
}

/**
 * Brings the database to the schema of this code, and pg-boss with it. Safe to start any number of times at once: a
 * session-level advisory lock on one connection lets one work and the others wait (TypeORM has no lock of its own).
 * @throws when the lock is not free within ten minutes or a statement fails; what was finished stays
 */
export async function migrateDatabase(
  settings: DatabaseSettings,
  log: (line: string) => void,
): Promise<MigrationResult> {
  const client = new Client({
    ...poolOptions(settings, { applicationName: 'stock-analysis-migrate-lock', max: 1 }),
    lock_timeout: LOCK_WAIT_MS,
    statement_timeout: LOCK_WAIT_MS,
  });
  client.on('error', (error) => log(`the connection that holds the migration lock failed: ${error.message}`));
  await client.connect();
  try {
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
      ADVISORY_LOCK,
    ]);
    if (rows[0]?.locked !== true) {
      log('another migration is running; waiting for it');
      await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    }
    return await migrateUnderLock(client, settings, log);
  } finally {
    // Ending the session releases the lock.
    await client.end();
  }
}
