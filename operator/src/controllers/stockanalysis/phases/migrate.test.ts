import { expect, it } from 'vitest';
import { silentLog, systemClock, type KubeObject, type ResourceType } from '../../../kube/index.ts';
import { LABEL } from '../../../naming/index.ts';
import { migrationKey } from '../../../resources/index.ts';
import { testTarget } from '../../../resources/testing/target.ts';
import { Children } from '../children.ts';
import { kinds } from '../types.ts';
import { ChildWriter } from '../writer.ts';
import { migratePhase } from './migrate.ts';
import type { Pass } from './phase.ts';

const ACCESS = {
  configMap: 'demo-config-1',
  appSecret: 'demo-app-1',
  bootstrapSecret: 'b',
  bootstrapOrigin: 'o',
  migratorSecret: 'demo-migrator-1',
  origin: 'o',
};
const MINUTE = 60_000;

/** A migration that fails again and again, with every attempt as the one visit after its pause leaves it. */
it('clears former attempts away while a migration fails again and again', async () => {
  const wanted = testTarget();
  const jobs = new Map<string, KubeObject>();
  const key = migrationKey(wanted, ACCESS.migratorSecret);
  let now = Date.now();
  const isoNow = (): string => new Date(now).toISOString();
  const client = {
    create: async (type: ResourceType, manifest: KubeObject) => {
      if (type.kind !== 'Job') return manifest;
      const { name } = manifest.metadata;
      const conditions = [{ type: 'Failed', status: 'True', lastTransitionTime: isoNow() }];
      const metadata = { ...manifest.metadata, uid: name, creationTimestamp: isoNow(), resourceVersion: '1' };
      jobs.set(name, { ...manifest, metadata, status: { conditions } });
      return jobs.get(name);
    },
    delete: async (_: unknown, { name }: { name: string }) => void jobs.delete(name),
    get: async () => undefined,
  };
  const visit = { signal: new AbortController().signal, log: silentLog, assertLeader: () => undefined };
  for (let turn = 0; turn < 12; turn += 1) {
    const children = new Children([]);
    for (const job of jobs.values()) children.put(kinds.jobs, job.metadata.name, job as never);
    children.put(kinds.serviceAccounts, 'demo-migrate', null);
    const pass = {
      ...{ target: wanted, status: {}, children, visit, warnings: [] },
      writer: new ChildWriter(client as never, wanted, children, visit),
      dependencies: { clock: { ...systemClock, now: () => now } },
    } as unknown as Pass;
    await migratePhase(pass, ACCESS, true);
    now += 15 * MINUTE;
  }
  const attempts = [...jobs.values()].map(({ metadata }) => Number(metadata.labels?.[LABEL.attempt]));
  expect(Math.max(...attempts)).toBe(12);
  expect(attempts.length).toBeLessThanOrEqual(3);
  expect([...jobs.values()].every(({ metadata }) => metadata.labels?.[LABEL.migration] === key)).toBe(true);
});
