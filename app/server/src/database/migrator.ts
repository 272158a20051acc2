import type { ClientBase } from 'pg';
import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import type { DatabaseSettings } from '../common/configuration/database-settings.ts';
import { messageOf } from '../common/configuration/errors.ts';
import { isSessionLost } from '../common/database-absence.ts';
import { APPLICATION_SCHEMA, createDataSource, JOBS_SCHEMA } from './data-source.ts';
import { grantAccess } from './grants.ts';
import { migrateJobQueue } from './job-queue.ts';
import { EXPECTED_SCHEMA_VERSION } from './migrations/index.ts';
import { becomeOwner } from './owner.ts';
import { createPartitions } from './partitions.ts';

/** Any number, as long as every release uses the same one. */
const ADVISORY_LOCK = 5_170_218_824;
/** How long one statement may take, and how long the lock is waited for. */
const STATEMENT_TIMEOUT_MS = 600_000;

export interface MigrationResult {
  readonly applied: readonly string[];
  readonly schemaVersion: number;
}

async function takeLock(session: ClientBase, log: (line: string) => void): Promise<void> {
  const { rows } = await session.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
    ADVISORY_LOCK,
  ]);
  if (rows[0]?.locked === true) return;
  log('another migration is running; waiting for it');
  await session.query(`SET lock_timeout = ${STATEMENT_TIMEOUT_MS}`);
  await session.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
  await session.query('RESET lock_timeout');
}

async function migrateInSession(
  dataSource: DataSource,
  runner: QueryRunner,
  session: ClientBase,
): Promise<MigrationResult> {
  await becomeOwner(session);
  for (const schema of [APPLICATION_SCHEMA, JOBS_SCHEMA])
    await session.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  const executor = new MigrationExecutor(dataSource, runner);
  executor.transaction = 'each';
  const applied = await executor.executePendingMigrations();
  await createPartitions(session, new Date());
  await migrateJobQueue(session);
  await grantAccess(session);
  return { applied: applied.map((migration) => migration.name), schemaVersion: EXPECTED_SCHEMA_VERSION };
}

/**
 * Brings the database to the schema of this code, and pg-boss with it. Safe to start any number of times at once: an
 * advisory lock lets one work and the others wait (TypeORM has no lock of its own). Everything is done in the very
 * session that holds the lock, so when that session ends, nothing goes on beside the next holder.
 * @throws when the lock is not free within ten minutes, its session is lost or a statement fails; what was finished stays
 */
export async function migrateDatabase(
  settings: DatabaseSettings,
  log: (line: string) => void,
): Promise<MigrationResult> {
  const purpose = {
    applicationName: 'stock-analysis-migrate',
    max: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  };
  const dataSource = createDataSource(settings, purpose, log);
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  let broken: Error | undefined;
  try {
    const session: ClientBase = await runner.connect();
    session.on('error', (error) => (broken = error));
    await takeLock(session, log);
    return await migrateInSession(dataSource, runner, session);
  } catch (error) {
    if (broken === undefined && !isSessionLost(error)) throw error;
    throw new Error(
      `the session that holds the migration lock was lost, so the migration ended (${messageOf(broken ?? error)}); start it again`,
      { cause: error },
    );
  } finally {
    await runner.release();
    // Ending the session releases the lock.
    await dataSource.destroy();
  }
}
