import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { identify, isAlive, type ProcessIdentity } from '../processes.ts';
import { stateDir } from '../../lib/paths.ts';
import { say } from '../../lib/progress.ts';
import { statePath } from './layout.ts';

interface Owner {
  readonly clone: string;
  readonly since: string;
}

interface Operation extends ProcessIdentity {
  readonly clone: string;
  readonly command: string;
}

export const thisClone = (): string => fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

const ownerFile = (): string => statePath('owner.json');
const operationFile = (): string => `${stateDir()}.operation`;

/** A record that is absent, or was cut short by a kill, is none. */
function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

export const owner = (): Owner | undefined => read(ownerFile()) as Owner | undefined;

export function recordOwner(): void {
  mkdirSync(stateDir(), { recursive: true });
  writeFileSync(
    ownerFile(),
    JSON.stringify({ clone: thisClone(), since: new Date().toISOString() } satisfies Owner),
  );
}

/** Another clone's cluster with a living process is not ours to touch; undefined: nobody is in the way. */
export function holderInTheWay(
  record: Owner | undefined,
  clone: string,
  anyRunning: boolean,
): string | undefined {
  if (record === undefined || record.clone === clone || !anyRunning) return undefined;
  return (
    `the local cluster of this machine is held by the clone ${record.clone} since ${record.since}. ` +
    `Stop it there with \`make cluster-down\`, or here with \`make cluster-down FORCE=1\`; only one can run on a machine.`
  );
}

/**
 * Runs one operation on the cluster at a time, machine-wide. A holder that died is passed over; a living one is
 * waited for, with a line that says who it is.
 * @throws Error when it is still busy after ten minutes
 */
export async function exclusively<T>(command: string, work: () => Promise<T>): Promise<T> {
  const self = identify(process.pid);
  if (!self) throw new Error('cannot read /proc/self/stat');
  const deadline = performance.now() + 600_000;
  let told = false;
  while (!take({ ...self, clone: thisClone(), command })) {
    const other = read(operationFile()) as Operation | undefined;
    if (other === undefined || !isAlive(other)) {
      rmSync(operationFile(), { force: true });
      continue;
    }
    if (performance.now() > deadline)
      throw new Error(`\`${other.command}\` of ${other.clone} (pid ${other.pid}) still works on the cluster`);
    if (!told) say(`waiting for \`${other.command}\` of ${other.clone} (pid ${other.pid})`);
    told = true;
    await sleep(500);
  }
  try {
    return await work();
  } finally {
    rmSync(operationFile(), { force: true });
    removeIfEmpty(dirname(operationFile()));
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // the cluster's state, or something of somebody else, lies there
  }
}

function take(operation: Operation): boolean {
  mkdirSync(dirname(operationFile()), { recursive: true });
  try {
    writeFileSync(operationFile(), JSON.stringify(operation), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
