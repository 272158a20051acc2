import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { say } from './progress.ts';

export interface LockOptions {
  /** Who we are, for those who find the lock held: what runs, where, and its pid. */
  readonly holder: string;
  /** How long a held lock is waited for; without it, for ever. */
  readonly timeoutMs?: number;
}

/** The lock was held by somebody else for as long as we were to wait. */
export class LockHeldError extends Error {
  readonly holder: string;

  constructor(holder: string, file: string) {
    super(`${holder} holds the lock ${file}`);
    this.holder = holder;
  }
}

const HELD_BY_ANOTHER = 75;

/** Written by the holder once it has the lock, so whoever looks between the two sees nobody yet, or the one before. */
const holderOf = (file: string): string =>
  (existsSync(file) && readFileSync(file, 'utf8').trim()) || 'another process';

/**
 * Takes a lock file for this process alone; the answer lets go of it. The lock is flock(2)'s, held by a child which ends
 * with us however we end: a killed run leaves no stale lock, and no pid or file has to be judged. The file stays, for
 * removing one that others may be waiting on would let two in.
 * @throws LockHeldError when the time is over, Error when the file cannot be made
 */
export async function takeLock(file: string, options: LockOptions): Promise<() => void> {
  const { holder, timeoutMs } = options;
  const patience =
    timeoutMs === undefined
      ? []
      : [`--timeout=${timeoutMs / 1000}`, `--conflict-exit-code=${HELD_BY_ANOTHER}`];
  // A session of its own: Ctrl-C in a terminal must not let go of the lock before we have ended.
  const child = spawn('flock', ['--exclusive', ...patience, file, 'sh', '-c', 'echo held; exec cat'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const notice = setTimeout(() => say(`waiting for ${holderOf(file)}, which holds ${file}`), 1000);
  const refused = once(child, 'close').then(
    ([code]) => {
      if (code === HELD_BY_ANOTHER) throw new LockHeldError(holderOf(file), file);
      throw new Error(`cannot lock ${file}: flock ended with exit code ${String(code)}`);
    },
    (error: unknown) => {
      throw new Error(`cannot lock ${file}: flock (of util-linux) does not start`, { cause: error });
    },
  );
  try {
    await Promise.race([once(child.stdout, 'data'), refused]);
  } finally {
    clearTimeout(notice);
    // It also ends when we let go.
    refused.catch(() => undefined);
  }
  writeFileSync(file, `${holder}\n`);
  return () => child.stdin.end();
}

/** Runs `work` while this process alone holds the lock file; see {@link takeLock}. */
export async function withLock<T>(
  file: string,
  options: LockOptions,
  work: () => T | Promise<T>,
): Promise<T> {
  const letGo = await takeLock(file, options);
  try {
    return await work();
  } finally {
    letGo();
  }
}
