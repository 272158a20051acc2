import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** How to start a PostgreSQL program: PostgreSQL refuses to run as root. */
export interface Launch {
  readonly command: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/** `nobody`: any account that exists and is not root, because initdb looks its name up. */
const NOBODY = '65534';
const ACCOUNT = 'postgres';

function succeeds(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function numericId(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, ACCOUNT], { encoding: 'utf8' }).trim());
}

/** The first folder above `path` that accounts other than its owner cannot enter. */
function blockedParent(path: string): string | undefined {
  const parent = dirname(path);
  if (parent === path) return undefined;
  return (statSync(parent).mode & 0o001) === 0 ? parent : blockedParent(parent);
}

function asAccount(folder: string): { uid: number; gid: number } {
  if (!succeeds('id', ['-u', ACCOUNT])) {
    execFileSync('groupadd', ['--system', ACCOUNT]);
    execFileSync('useradd', [
      '--system',
      '--gid',
      ACCOUNT,
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      ACCOUNT,
    ]);
  }
  const blocked = blockedParent(folder);
  if (blocked !== undefined) {
    throw new Error(
      `PostgreSQL cannot run as root, and the account "${ACCOUNT}" cannot enter ${blocked}. ` +
        'Set STOCK_ANALYSIS_HOME to a folder that every account may enter, or DATABASE_URL to a running server.',
    );
  }
  return { uid: numericId('-u'), gid: numericId('-g') };
}

/**
 * Decides how PostgreSQL runs. As a normal user: as that user. As root: in a user namespace in which our files
 * belong to `nobody`, which needs no account and works below folders that only root may enter; where the kernel
 * forbids that, as the account `postgres`, created if missing, which then owns `folder`.
 */
export function planLaunch(folder: string): Launch {
  if (process.getuid?.() !== 0) return { command: [] };
  const namespace = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--'];
  if (succeeds('unshare', [...namespace, 'true'])) return { command: ['unshare', ...namespace] };
  const account = asAccount(folder);
  chownSync(folder, account.uid, account.gid);
  chmodSync(folder, 0o700);
  return { command: [], ...account };
}
