import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { say } from '../lib/progress.ts';
import { startEmbeddedPostgres } from '../postgres/embedded.ts';
import { writeSecret } from './secret-file.ts';

const CONNECT_MS = 10_000;

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
 * @throws Error when two databases are named, the named one cannot be used, or our own does not start
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
  if (file !== '') {
    await requireDatabase('DATABASE_URL_FILE', readUrl(file));
    return { migrateUrlFile: resolve(file), runUrlFile: resolve(file), ended, stop };
  }
  const secret = (name: string, text: string): string => writeSecret(join(home, 'secrets'), name, text);
  if (url !== '') {
    await requireDatabase('DATABASE_URL', url);
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

function readUrl(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Error(`DATABASE_URL_FILE: ${file} cannot be read (${reasonOf(error)})`, { cause: error });
  }
}

/** @throws Error that names the variable and never the password */
async function requireDatabase(variable: string, url: string): Promise<void> {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol))
    throw new Error(`${variable} must hold a URL like postgresql://user:password@host:5432/name`);
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const { host } = new URL(url);
    throw new Error(
      `${variable}: the database at ${host} cannot be used (${reasonOf(error)}); correct it, or leave it away for a PostgreSQL that comes along`,
      { cause: error },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A host with several addresses fails with an error without text. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
