import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { LockHeldError, takeLock } from '../lib/lock.ts';
import { writeSecret } from './secret-file.ts';

/** STOCK_ANALYSIS_HOME, else where programs of this user keep their data; created if missing. */
export function createStateFolder(environment: NodeJS.ProcessEnv): string {
  const dataHome = environment['XDG_DATA_HOME'] || join(homedir(), '.local/share');
  const home = resolve(environment['STOCK_ANALYSIS_HOME'] || join(dataHome, 'stock-analysis'));
  // Others may pass through, not look: where PostgreSQL needs an account of its own, that one must get to its folder.
  try {
    createFolder(home);
    accessSync(home, constants.W_OK);
  } catch (error) {
    throw new Error(
      `the state folder ${home} cannot be written (${codeOf(error)}): set STOCK_ANALYSIS_HOME to a folder of your own`,
      { cause: error },
    );
  }
  return home;
}

/** Not `recursive`: below /proc, where nobody can make a folder, Node tries that for ever. */
function createFolder(folder: string): void {
  const parent = dirname(folder);
  if (parent !== folder && !existsSync(parent)) createFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o711 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || !statSync(folder).isDirectory()) throw error;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/** A start that is ending just now gets this long. */
const PATIENCE_MS = 1000;

/**
 * One process per state folder, until it ends: two would fight over one database.
 * @throws Error that names the process which has the folder
 */
export async function lockFolder(home: string): Promise<void> {
  try {
    await takeLock(join(home, 'lock'), { holder: `process ${process.pid}`, timeoutMs: PATIENCE_MS });
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error;
    throw new Error(
      `${home} is in use by ${error.holder}; stop that one, or set STOCK_ANALYSIS_HOME to another folder`,
      { cause: error },
    );
  }
}

/**
 * Where the worker finds passwords of mail and webhook: NOTIFICATIONS_DIR, else a folder of the state folder. An empty one
 * is no trouble as long as the configuration asks for no channel.
 */
export function notificationsFolder(home: string, environment: NodeJS.ProcessEnv): string {
  const named = environment['NOTIFICATIONS_DIR'];
  if (named) return resolve(named);
  const folder = join(home, 'notifications');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

const TOKEN_FILE = 'bootstrap-token';

/**
 * Made where it is missing. Its token makes the first administrator, once; whoever may delete the file may become one
 * more: the way back in.
 */
export function bootstrapTokenFile(home: string): string {
  const file = join(home, TOKEN_FILE);
  return existsSync(file) ? file : writeSecret(home, TOKEN_FILE, randomBytes(32).toString('base64url'));
}
