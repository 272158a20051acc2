import { DataSource, type DataSourceOptions, type Logger as TypeOrmLogger } from 'typeorm';
import type { DatabaseSettings } from '../common/configuration/database-settings.ts';
import { migrations } from './migrations/index.ts';
import { poolClient } from './pool-client.ts';
import type { QueryTimes } from './query-times.ts';

/** Names of the schemas: our tables, and pg-boss's. */
export const APPLICATION_SCHEMA = 'app';
export const JOBS_SCHEMA = 'jobs';

const STATEMENT_TIMEOUT_MS = 30_000;
const LOCK_TIMEOUT_MS = 10_000;
const IDLE_IN_TRANSACTION_MS = 60_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** The server ends a statement by itself, and says so; who has not heard of it so much later hears nothing any more. */
const UNHEARD_MS = 5_000;
/** A connection that nobody uses is tried after this time, so that a dead one is found before somebody takes it. */
const KEEPALIVE_MS = 10_000;

export interface PoolPurpose {
  readonly applicationName: string;
  readonly max: number;
  /** Migrations may take long; requests may not. */
  readonly statementTimeoutMs?: number;
  /** Is told of each statement. */
  readonly times?: QueryTimes;
}

/** Options of one node-postgres pool or client. */
export function poolOptions(settings: DatabaseSettings, purpose: PoolPurpose): Record<string, unknown> {
  const statementTimeoutMs = purpose.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  return {
    ...settings,
    application_name: purpose.applicationName,
    max: purpose.max,
    statement_timeout: statementTimeoutMs,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
    Client: poolClient(statementTimeoutMs + UNHEARD_MS, purpose.times),
  };
}

function nothing(): void {
  // Not logged.
}

/** TypeORM's own loggers print parameters; slow statements are told by QueryTimes, whoever sent them. */
function queryLogger(warn: (message: string) => void): TypeOrmLogger {
  return {
    logQuery: nothing,
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: (level, message) => {
      if (level === 'warn') warn(String(message));
    },
  };
}

export function dataSourceOptions(
  settings: DatabaseSettings,
  purpose: PoolPurpose,
  warn: (message: string) => void,
): DataSourceOptions {
  return {
    type: 'postgres',
    schema: APPLICATION_SCHEMA,
    extra: poolOptions(settings, purpose),
    migrations,
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    migrationsRun: false,
    synchronize: false,
    installExtensions: false,
    logger: queryLogger(warn),
  };
}

export function createDataSource(
  settings: DatabaseSettings,
  purpose: PoolPurpose,
  warn: (message: string) => void,
): DataSource {
  return new DataSource(dataSourceOptions(settings, purpose, warn));
}
