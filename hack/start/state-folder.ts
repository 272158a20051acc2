import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** STOCK_ANALYSIS_HOME, else where programs of this user keep their data; created if missing. */
export function createStateFolder(environment: NodeJS.ProcessEnv): string {
  const dataHome = environment['XDG_DATA_HOME'] || join(homedir(), '.local/share');
  const home = resolve(environment['STOCK_ANALYSIS_HOME'] || join(dataHome, 'stock-analysis'));
  // Others may pass through, not look: where PostgreSQL needs an account of its own, that one must get to its folder.
  try {
    mkdirSync(home, { recursive: true, mode: 0o711 });
    accessSync(home, constants.W_OK);
  } catch (error) {
    throw new Error(
      `the state folder ${home} cannot be written (${codeOf(error)}): set STOCK_ANALYSIS_HOME to a folder of your own`,
      { cause: error },
    );
  }
  return home;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/** One process per state folder: two would fight over one database. */
export function lockFolder(home: string): void {
  const file = join(home, 'lock');
  try {
    writeFileSync(file, String(process.pid), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const holder = Number(readFileSync(file, 'utf8'));
    if (isStart(holder)) {
      throw new Error(
        `${home} is in use by process ${holder}; stop that one, or set STOCK_ANALYSIS_HOME to another folder`,
        { cause: error },
      );
    }
    // Left behind by a process that was killed.
    rmSync(file, { force: true });
    lockFolder(home);
  }
}

function isStart(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    // The number may belong to another program by now.
    return process.platform !== 'linux' || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start.ts');
  } catch {
    return false;
  }
}

/** Made once; whoever may read the state folder may write data. */
export function bootstrapTokenFile(home: string): string {
  const file = join(home, 'bootstrap-token');
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  return file;
}

export function unlockFolder(home: string): void {
  rmSync(join(home, 'lock'), { force: true });
}
