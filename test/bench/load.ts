/** Many objects at once, and then nothing: how fast, at what cost, and how quiet afterwards. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/wait.ts';
import { createDatabaseSecrets, createObjects, isConverged, objectName, type Mode } from './objects.ts';
import { OPERATOR_USER, Plane } from './plane.ts';
import { isRead, requestsOf, tally, type Tally } from './requests.ts';
import { cpuMsOf, memoryOf, type Memory } from './usage.ts';

const QUIET_MS = 60_000;
const SETTLE_MS = 10_000;

export interface LoadResult {
  readonly mode: Mode;
  readonly objects: number;
  readonly seconds: number;
  /** Of the operator, and of etcd, API server and controller-manager. */
  readonly cpuMs: number;
  readonly planeCpuMs: readonly number[];
  /** Before the first object, with all converged, and after the quiet time. */
  readonly idle: Memory;
  readonly loaded: Memory;
  readonly after: Memory;
  readonly tally: Tally;
  readonly quiet: { readonly reads: number; readonly writes: number };
}

export async function measureLoad(mode: Mode, objects: number): Promise<LoadResult> {
  const plane = await Plane.start();
  try {
    return await run(plane, mode, objects);
  } finally {
    await plane.stop();
  }
}

async function run(plane: Plane, mode: Mode, objects: number): Promise<LoadResult> {
  const names = Array.from({ length: objects }, (_, index) => objectName(index));
  if (mode === 'External') await createDatabaseSecrets(plane.client, names);
  await plane.startOperator();
  await sleep(SETTLE_MS);
  const idle = memoryOf(plane.pid);
  const pids = [plane.pid, ...plane.controlPlanePids];
  const cpu = pids.map(cpuMsOf);
  const from = Date.now();
  const [seconds] = await Promise.all([
    converged(plane, mode, objects, from),
    createObjects(plane, names, mode),
  ]);
  const loaded = memoryOf(plane.pid);
  console.log(`${mode}: ${objects} objects converged in ${seconds.toFixed(1)} s`);
  await sleep(SETTLE_MS);
  const [cpuMs = 0, ...planeCpuMs] = pids.map((pid, index) => cpuMsOf(pid) - (cpu[index] ?? 0));
  const quietFrom = Date.now();
  await sleep(QUIET_MS);
  const quiet = await requestsOf(plane.auditLog, OPERATOR_USER, quietFrom);
  const reads = quiet.filter(isRead).length;
  return {
    ...{ mode, objects, seconds, cpuMs, planeCpuMs, idle, loaded, after: memoryOf(plane.pid) },
    tally: tally(await requestsOf(plane.auditLog, OPERATOR_USER, from, quietFrom)),
    quiet: { reads, writes: quiet.length - reads },
  };
}

/** Seconds from the first object to the last one that converged. */
async function converged(plane: Plane, mode: Mode, objects: number, from: number): Promise<number> {
  const what = `${objects} objects to converge`;
  await eventually({ what, timeoutMs: 1_200_000, intervalMs: 250 }, () => {
    const done = [...plane.objects.objects.values()].filter((object) => isConverged(object, mode));
    return done.length === objects || undefined;
  });
  return (Date.now() - from) / 1000;
}
