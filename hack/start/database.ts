import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { say } from '../lib/progress.ts';
import { startEmbeddedPostgres } from '../postgres/embedded.ts';

/** Files that hold the URLs for the migration and for server and worker. */
export interface Database {
  readonly migrateUrlFile: string;
  readonly runUrlFile: string;
  /** Why our own server ended; never settles for one of somebody else. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/**
 * The database that the environment names, else a PostgreSQL of our own. Passwords reach our children as files, as in a
 * cluster: an environment is inherited by every child and visible in /proc.
 * @throws Error when two databases are named, or our own does not start
 */
export async function openDatabase(
  home: string,
  logs: string,
  environment: NodeJS.ProcessEnv,
): Promise<Database> {
  const url = environment['DATABASE_URL'] ?? '';
  const file = environment['DATABASE_URL_FILE'] ?? '';
  const ended = new Promise<never>(() => undefined);
  const stop = (): Promise<void> => Promise.resolve();
  if (url !== '' && file !== '') throw new Error('DATABASE_URL and DATABASE_URL_FILE are both set: keep one');
  if (file !== '') return { migrateUrlFile: resolve(file), runUrlFile: resolve(file), ended, stop };
  const secret = (name: string, text: string): string => writeSecret(join(home, 'secrets'), name, text);
  if (url !== '') {
    const given = secret('database-url', url);
    return { migrateUrlFile: given, runUrlFile: given, ended, stop };
  }
  const logFile = join(logs, 'postgres.log');
  const postgres = await startEmbeddedPostgres({ folder: join(home, 'postgres'), logFile });
  say(`PostgreSQL on port ${postgres.port} (package ${postgres.version})`);
  return {
    migrateUrlFile: secret('migrate-database-url', postgres.url('migrator')),
    runUrlFile: secret('database-url', postgres.url('application')),
    ended: postgres.exited.then((how) => `PostgreSQL ended (${how}), see ${logFile}`),
    stop: () => postgres.stop(),
  };
}

/** Written beside and renamed, so that it is never open to others and never half there. */
function writeSecret(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, name);
  writeFileSync(`${file}.partial`, `${text}\n`, { mode: 0o600 });
  renameSync(`${file}.partial`, file);
  return file;
}
