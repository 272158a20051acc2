import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Launch } from './account.ts';

/** Starts a PostgreSQL program with its output in `logFile`. */
export function startProgram(
  launch: Launch,
  program: string,
  args: readonly string[],
  logFile: string,
): ChildProcess {
  const [command = program, ...rest] = [...launch.command, program, ...args];
  const log = openSync(logFile, 'a', 0o600);
  try {
    return spawn(command, rest, {
      stdio: ['ignore', log, log],
      // A process group of its own: Ctrl-C in a terminal must reach the application first and the database last.
      detached: true,
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' },
      ...(launch.uid === undefined ? {} : { uid: launch.uid }),
      ...(launch.gid === undefined ? {} : { gid: launch.gid }),
    });
  } finally {
    closeSync(log);
  }
}

/** `exit code 0`, the name of a signal, or why the program did not start. */
export function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

/** The application gets this long to close after its parent was killed. */
const GRACE_SECONDS = 5;

/**
 * Stops `pid` when this process is gone, even by SIGKILL: a shell waits on a pipe that only we hold open. Killing the
 * shell calls it off.
 */
export function stopWithUs(pid: number): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const script = `read -r _; sleep ${GRACE_SECONDS}; kill -INT "$0"`;
  const watch = spawn('sh', ['-c', script, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.on('error', () => undefined);
  watch.unref();
  return watch;
}
