/** What one converged object costs when nothing happens to it: with a cluster full of others' Secrets, and over time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, inParallel } from '../support/wait.ts';
import { createDatabaseSecrets, createObjects, isConverged, objectName } from './objects.ts';
import { NAMESPACE, OPERATOR_USER, Plane } from './plane.ts';
import { isRead, requestsOf } from './requests.ts';
import { memoryOf, type Memory } from './usage.ts';

/** Long enough for garbage that nobody collects by hand to be collected or to stay. */
const IDLE_MS = 30_000;
const SECRET_BYTES = 100_000;

async function withOneObject<T>(measure: (plane: Plane) => Promise<T>): Promise<T> {
  const plane = await Plane.start();
  try {
    const names = [objectName(0)];
    await createDatabaseSecrets(plane.client, names);
    await plane.startOperator();
    await createObjects(plane, names, 'External');
    await eventually({ what: 'the object to be Ready', timeoutMs: 120_000 }, () => {
      const [object] = plane.objects.objects.values();
      return (object !== undefined && isConverged(object, 'External')) || undefined;
    });
    await sleep(IDLE_MS);
    return await measure(plane);
  } finally {
    await plane.stop();
  }
}

export interface ForeignResult {
  readonly secrets: number;
  readonly applied: boolean;
  readonly before: Memory;
  /** They came while the operator ran. */
  readonly after: Memory;
  /** An operator that was started without them, and one that was started with them. */
  readonly freshWithout: Memory;
  readonly freshWith: Memory;
}

async function freshMemory(plane: Plane): Promise<Memory> {
  await plane.operator.stop('SIGTERM');
  await plane.startOperator();
  await sleep(IDLE_MS);
  return memoryOf(plane.pid);
}

/** @param applied by `kubectl apply`, which repeats the content in an annotation, and so in the metadata */
export function measureForeign(secrets: number, applied: boolean): Promise<ForeignResult> {
  return withOneObject(async (plane) => {
    const freshWithout = await freshMemory(plane);
    const before = memoryOf(plane.pid);
    const blob = Buffer.alloc((SECRET_BYTES * 3) / 4, 'x').toString('base64');
    const lastApplied = {
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data: { blob } }),
    };
    const annotations = applied ? lastApplied : {};
    const names = Array.from({ length: secrets }, (_, index) => `foreign-${index}`);
    await inParallel(names, 8, async (name) => {
      await plane.client.create(`/api/v1/namespaces/${NAMESPACE}/secrets`, {
        metadata: { name, annotations },
        data: { blob },
      });
    });
    await sleep(IDLE_MS);
    const after = memoryOf(plane.pid);
    return { secrets, applied, before, after, freshWithout, freshWith: await freshMemory(plane) };
  });
}

export interface IdleResult {
  readonly minutes: number;
  readonly writes: number;
  /** Reads in an hour, by kind. */
  readonly readsPerHour: ReadonlyMap<string, number>;
}

export function measureIdle(minutes: number): Promise<IdleResult> {
  return withOneObject(async (plane) => {
    const from = Date.now();
    await sleep(minutes * 60_000);
    const requests = await requestsOf(plane.auditLog, OPERATOR_USER, from);
    const readsPerHour = new Map<string, number>();
    for (const { resource } of requests.filter(isRead))
      readsPerHour.set(resource, (readsPerHour.get(resource) ?? 0) + 60 / minutes);
    return { minutes, writes: requests.filter((one) => !isRead(one)).length, readsPerHour };
  });
}
