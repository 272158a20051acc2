/** The rendered chart before the scanners and before a real API server, over the values that change what it renders. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { RenderedObject } from '../support/chart.ts';
import { sharedClient } from '../support/kube-client.ts';
import { Admission, makeNamespaces } from './admission.ts';
import { chartSets } from './chart-sets.ts';
import { EXCEPTIONS, judge, readExceptions } from './exceptions.ts';
import { isWorkload, type ManifestSet } from './manifest-set.ts';
import { SCAN, scan } from './scan.ts';

const client = sharedClient(inject('tier').kubeconfig);
const admission = new Admission(client);

let sets: readonly ManifestSet[];
let objects: readonly RenderedObject[];

beforeAll(async () => {
  sets = await chartSets();
  objects = sets.flatMap((set) => set.objects);
  await makeNamespaces(client, objects);
});

describe('the rendered chart', () => {
  it(
    'passes every gate of the scanners but for the exceptions, each of which is still needed',
    SCAN,
    async () => {
      const findings = await scan(sets);
      expect(judge(findings, 'chart', readExceptions(EXCEPTIONS))).toEqual({ refused: [], unused: [] });
    },
  );

  it('is taken by the API server, which knows every field of it', async () => {
    const refusals = await Promise.all(objects.map((object) => admission.refusal(object)));
    expect(refusals.filter((refusal) => refusal !== undefined)).toEqual([]);
    expect(refusals.length).toBeGreaterThan(60);
  });

  it('has pods that Pod Security restricted lets in', async () => {
    const workloads = objects.filter(isWorkload);
    const refusals = await Promise.all(workloads.map((workload) => admission.refusalOfPods(workload)));
    expect(refusals.filter((refusal) => refusal !== undefined)).toEqual([]);
    expect(workloads).toHaveLength(sets.length);
  });
});

describe('the API server', () => {
  function changed(
    change: (pod: Record<string, unknown>, deployment: Record<string, unknown>) => void,
  ): RenderedObject {
    const deployment = objects.find(isWorkload);
    if (!deployment) throw new Error('the chart renders no workload');
    const copy = structuredClone(deployment);
    const spec = copy['spec'] as { template: { spec: Record<string, unknown> } };
    change(spec.template.spec, copy);
    return copy;
  }

  it('would say what Pod Security refuses', async () => {
    const loose = changed((pod) => (pod['securityContext'] = {}));
    expect(await admission.refusalOfPods(loose)).toContain(
      'violates PodSecurity "restricted:latest": seccompProfile',
    );
  });

  it('would name a field that it does not know', async () => {
    const odd = changed((pod) => (pod['automountServiceAccountTokens'] = false));
    expect(await admission.refusal(odd)).toContain('automountServiceAccountTokens');
  });
});
