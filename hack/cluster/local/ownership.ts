import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { withLock } from '../../lib/lock.ts';
import { ROOT, stateDir } from '../../lib/paths.ts';
import { ProcessTable } from '../processes.ts';
import { completeFile, statePath } from './layout.ts';

interface Owner {
  readonly clone: string;
  readonly since: string;
}

const OWNER = 'owner.json';
const ownerFile = (): string => statePath(OWNER);

/**
 * Whether a cluster of ours is here, or something that is left of one. Its owner is written before anything else is made,
 * and removed after everything.
 * @throws Error for a folder with other things in it: tearing down removes all that is there
 */
export function hasCluster(): boolean {
  const entries = existsSync(stateDir()) ? readdirSync(stateDir()) : [];
  if (entries.length === 0) return false;
  if (entries.includes(OWNER)) return true;
  throw new Error(
    `${stateDir()} is no state folder of a local cluster: it holds ${entries.slice(0, 3).join(', ')} and no ${OWNER}; ` +
      'set STOCK_ANALYSIS_CLUSTER_STATE to a folder that is empty or absent',
  );
}

/** The last step of tearing down. */
export function removeState(): void {
  for (const entry of readdirSync(stateDir()))
    if (entry !== OWNER) rmSync(statePath(entry), { recursive: true, force: true });
  rmSync(stateDir(), { recursive: true, force: true });
  removeIfEmpty(dirname(stateDir()));
}

export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // something of somebody else lies there
  }
}

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
    JSON.stringify({ clone: ROOT, since: new Date().toISOString() } satisfies Owner),
  );
}

/**
 * Whose cluster is up: all of it came up once, and some of it still runs. To be asked under the lock of
 * {@link exclusively}: whatever is not complete then is what a killed `up` or `down` left, and nobody's.
 */
export function livingOwner(): Owner | undefined {
  const isUp = existsSync(completeFile()) && new ProcessTable(stateDir()).anyRunning();
  return isUp ? owner() : undefined;
}

/** Why another clone's living cluster is not ours to touch; undefined: nobody is in the way. */
export function holderInTheWay(living: Owner | undefined, clone: string): string | undefined {
  if (living === undefined || living.clone === clone) return undefined;
  return (
    `the local cluster of this machine is held by the clone ${living.clone} since ${living.since}. ` +
    `Stop it there with \`make cluster-down\`, or here with \`make cluster-down FORCE=1\`, which takes its data along; only one can run on a machine.`
  );
}

/**
 * Of the machine and not of the state folder, which comes and goes: whatever folder a cluster uses, kube-proxy's chains
 * and the links exist once. Empty of meaning without its lock, and gone at the next boot.
 */
const OPERATION_LOCK = '/run/stock-analysis-cluster.lock';
const PATIENCE_MS = 600_000;

/**
 * Runs one operation on the cluster at a time, machine-wide; another one is waited for, with a line that says who it is.
 * @throws Error when it is still busy after ten minutes
 */
export function exclusively<T>(command: string, work: () => Promise<T>): Promise<T> {
  const holder = `\`${command}\` of ${ROOT} (pid ${process.pid})`;
  return withLock(OPERATION_LOCK, { holder, timeoutMs: PATIENCE_MS }, work);
}
