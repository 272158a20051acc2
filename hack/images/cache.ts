import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '../cluster/step.ts';

/**
 * Runs `work` while this process alone holds the lock file. The lock is flock(2)'s, held by a child which ends with us
 * however we end: a killed run leaves no stale lock.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const holder = spawn('flock', ['--exclusive', file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const notice = setTimeout(() => say(`waiting for another build that holds ${file}`), 1000);
  try {
    await new Promise<void>((resolve, reject) => {
      holder.stdout.once('data', () => resolve());
      holder.once('error', reject);
      holder.once('close', (code) =>
        reject(new Error(`cannot lock ${file}: flock ended with exit code ${code}`)),
      );
    });
    clearTimeout(notice);
    return await work();
  } finally {
    clearTimeout(notice);
    holder.stdin.end();
  }
}

/** Removes all but the most recently used `keep` archives whose name starts with `prefix`, with their records. */
export function pruneArchives(folder: string, prefix: string, keep: number): void {
  const files = readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.tar'))
    .map((name) => ({ path: join(folder, name), time: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  for (const { path } of files.slice(keep)) {
    for (const file of [path.replace(/\.tar$/, '.json'), path]) rmSync(file, { force: true });
  }
}

/** Removes what a killed run was writing. */
export function removePartialFiles(folder: string): void {
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.partial')))
    rmSync(join(folder, name));
}

export function ensureFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}
