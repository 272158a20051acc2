import { spawn } from 'node:child_process';
import { say } from './progress.ts';

/**
 * Runs `work` while this process alone holds the lock file. The lock is flock(2)'s, held by a child which ends with us
 * however we end: a killed run leaves no stale lock.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const holder = spawn('flock', ['--exclusive', file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const notice = setTimeout(() => say(`waiting for another process that holds ${file}`), 1000);
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
