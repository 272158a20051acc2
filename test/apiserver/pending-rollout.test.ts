/** A newer operator brings other images and restarts nothing until the spec names them. */
import { expect, inject, it } from 'vitest';
import type { KubeObject, Pod } from '../support/kube-objects.ts';
import type { Plan } from '../support/plan.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';

const tier = inject('tier');

const NEWER = {
  RELATED_IMAGE_APP: 'test.invalid/app:2',
  RELATED_IMAGE_POSTGRES: 'test.invalid/postgres:2',
  RELATED_IMAGE_SAMPLE_DATA: 'test.invalid/sample-data:2',
} as const;

interface Workload extends KubeObject {
  readonly spec: { readonly template: unknown };
}

/** Everything whose change would restart a pod, and the pods themselves. */
async function whatRuns(plan: Plan): Promise<unknown> {
  const workloads = [
    ...(await plan.list<Workload>('apps/v1', 'deployments')),
    ...(await plan.list<Workload>('apps/v1', 'statefulsets')),
  ];
  const pods = await plan.list<Pod>('v1', 'pods');
  return {
    workloads: workloads.map(({ metadata, spec }) => [metadata.name, metadata.generation, spec.template]),
    pods: pods.map(({ metadata }) => metadata.uid ?? '').toSorted(),
  };
}

const imagesIn = (state: unknown): Set<string> =>
  new Set(JSON.stringify(state).match(/test\.invalid\/[a-z-]+:[0-9]+/g));

it(
  'waits with new default images, says which, and rolls out what the spec names',
  { timeout: SLOT_TEST_MS },
  () =>
    withPlan(tier, 'pending-rollout', async (plan) => {
      await plan.converge();
      await plan.settle();
      const before = await whatRuns(plan);
      await plan.operator.stop('SIGTERM');
      await plan.addReplica({ environment: NEWER }).start();
      const pending = { type: 'PendingRollout', status: 'True', reason: 'DefaultsChanged' } as const;
      const { message } = await plan.waitForCondition(pending);
      for (const image of Object.values(NEWER)) expect(message).toContain(image);
      await plan.settle(5000);
      expect(await whatRuns(plan)).toEqual(before);
      await plan.waitReady();

      await plan.patchSpec({ image: { repository: 'test.invalid/app', tag: '2' } });
      await plan.waitReady();
      const left = await plan.waitForCondition(pending);
      expect(left.message).not.toContain(NEWER.RELATED_IMAGE_APP);
      expect(left.message).toContain(NEWER.RELATED_IMAGE_POSTGRES);

      await plan.patchSpec({
        database: { builtIn: { image: NEWER.RELATED_IMAGE_POSTGRES } },
        marketData: { sample: { image: NEWER.RELATED_IMAGE_SAMPLE_DATA } },
      });
      await plan.waitForCondition({ type: 'PendingRollout', status: 'False' });
      await plan.waitReady();
      await plan.settle();
      const { workloads } = (await whatRuns(plan)) as { readonly workloads: unknown };
      expect(imagesIn(workloads)).toEqual(new Set(Object.values(NEWER)));
    }),
);
