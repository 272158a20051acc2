/**
 * Child processes that must not outlive the tests, whatever becomes of the test process. Each one stands in a ledger
 * folder as a file named by its pid, with its start time, so that a later run can end what a killed run left behind
 * and never touches a stranger who got the same pid.
 */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess, identify, isAlive, type ProcessIdentity } from '../../hack/cluster/processes.ts';

export interface TrackedProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Exit code and signal, once it has ended. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Starts a process and writes it into the ledger folder until it has ended. */
export async function spawnTracked(
  ledger: string,
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<TrackedProcess> {
  mkdirSync(ledger, { recursive: true });
  const child = spawn(program, [...args], options);
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(`cannot start ${program}`, { cause: error })));
  });
  const pid = child.pid ?? 0;
  const entry = join(ledger, `${pid}.json`);
  writeFileSync(entry, JSON.stringify(identify(pid) ?? {}));
  void exited.finally(() => rmSync(entry, { force: true }));
  return { pid, child, exited };
}

/** Ends every process that stands in the ledger and still is the one that was written down; returns their number. */
export async function killLedger(ledger: string): Promise<number> {
  const alive = readLedger(ledger).filter(isAlive);
  await Promise.all(alive.map((identity) => endProcess(identity, 0).catch(() => undefined)));
  rmSync(ledger, { recursive: true, force: true });
  return alive.length;
}

function readLedger(ledger: string): ProcessIdentity[] {
  const names = existsSync(ledger) ? readdirSync(ledger) : [];
  return names.flatMap((name) => {
    try {
      const entry: ProcessIdentity = JSON.parse(readFileSync(join(ledger, name), 'utf8'));
      return entry;
    } catch {
      // It ended by itself in between, or the writer was killed before it had started anything.
      return [];
    }
  });
}
