/** What the operator really makes before the scanners, for every sort of StockAnalysis. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { SLOT_TEST_MS } from '../support/with-plan.ts';
import { isWorkload } from './manifest-set.ts';
import { EXCEPTIONS, judge, readExceptions } from './exceptions.ts';
import { operatorSets, type OperatorSet } from './operator-sets.ts';
import { SCAN, scan } from './scan.ts';

let sets: readonly OperatorSet[];

beforeAll(async () => {
  sets = await operatorSets(inject('tier'));
}, SLOT_TEST_MS);

describe('what the operator makes', () => {
  it('is all here', () => {
    expect(sets.flatMap(({ name, escaped }) => escaped.map((key) => `${name}: ${key}`))).toEqual([]);
    const kinds = new Set(sets.flatMap(({ objects }) => objects.map(({ kind }) => kind)));
    expect([...kinds].toSorted()).toEqual([
      ...['ConfigMap', 'Deployment', 'Job', 'NetworkPolicy', 'PersistentVolumeClaim'],
      ...['PodDisruptionBudget', 'Secret', 'Service', 'ServiceAccount', 'StatefulSet'],
    ]);
  });

  it(
    'passes every gate of the scanners but for the exceptions, each of which is still needed',
    SCAN,
    async () => {
      const findings = await scan(sets);
      expect(judge(findings, 'operator', readExceptions(EXCEPTIONS))).toEqual({ refused: [], unused: [] });
    },
  );

  // Their namespaces enforce Pod Security restricted: each of these pods was let in.
  it.each(['defaults', 'external', 'aktools'])('becomes pods under Pod Security restricted: %s', (name) => {
    const set = sets.find((one) => one.name === name);
    const workloads = (set?.objects ?? []).filter(isWorkload).map(({ metadata }) => metadata.name);
    const pods = (set?.pods ?? []).map(({ metadata }) => metadata.name);
    expect(workloads.length).toBeGreaterThanOrEqual(3);
    expect(workloads.filter((workload) => !pods.some((pod) => pod.startsWith(workload)))).toEqual([]);
  });

  it('becomes pods of which none is given a token of the API server', () => {
    const pods = sets.flatMap((set) => set.pods);
    expect(pods.length).toBeGreaterThan(20);
    const given = pods.filter((pod) => JSON.stringify(pod).includes('serviceAccountToken'));
    expect(given.map(({ metadata }) => metadata.name)).toEqual([]);
  });
});
