/** A newer operator brings other images and other pod templates, and restarts nothing until it is asked to. */
import { expect, inject, it, vi } from 'vitest';
import type * as AppPod from '../../operator/src/resources/app-pod.ts';
import type * as PostgresConfig from '../../operator/src/resources/postgres-config.ts';
import type { Condition, KubeObject, Pod } from '../support/kube-objects.ts';
import type { Plan } from '../support/plan.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';

const tier = inject('tier');

/** Of the builders inside this process: an operator of another version renders other pods and another configuration. */
const version = vi.hoisted(() => ({ number: 1 }));
vi.mock('../../operator/src/resources/app-pod.ts', async (importOriginal) => {
  const original = await importOriginal<typeof AppPod>();
  const appEnv: typeof original.appEnv = (resources) => [
    ...original.appEnv(resources),
    { name: 'BUILT_BY', value: String(version.number) },
  ];
  return { ...original, appEnv };
});
vi.mock('../../operator/src/resources/postgres-config.ts', async (importOriginal) => {
  const original = await importOriginal<typeof PostgresConfig>();
  const postgresConfig: typeof original.postgresConfig = (target) => {
    const { database } = target.spec;
    const parameters = { work_mem: `${version.number + 3}MB`, ...database.builtIn?.parameters };
    const builtIn = { storage: { size: '10Gi' }, ...database.builtIn, parameters };
    return original.postgresConfig({
      ...target,
      spec: { ...target.spec, database: { ...database, builtIn } },
    });
  };
  return { ...original, postgresConfig };
});

const NEWER = {
  RELATED_IMAGE_APP: 'test.invalid/app:2',
  RELATED_IMAGE_POSTGRES: 'test.invalid/postgres:2',
  RELATED_IMAGE_SAMPLE_DATA: 'test.invalid/sample-data:2',
} as const;

/** Run by nobody here, so its change is nothing that waits. */
const UNUSED = { RELATED_IMAGE_AKTOOLS: 'test.invalid/aktools:2' } as const;

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
      await plan.addReplica({ environment: { ...NEWER, ...UNUSED } }).start();
      const pending = { type: 'PendingRollout', status: 'True', reason: 'DefaultsChanged' } as const;
      const { message } = await plan.waitForCondition(pending);
      for (const image of Object.values(NEWER)) expect(message).toContain(image);
      expect(message).not.toContain(UNUSED.RELATED_IMAGE_AKTOOLS);
      await plan.settle(5000);
      expect(await whatRuns(plan)).toEqual(before);
      await plan.waitReady();

      await plan.patchSpec({ image: { repository: 'test.invalid/app', tag: '2' } });
      await plan.waitReady();
      const left = await plan.waitForCondition(pending);
      expect(left.message).not.toContain(NEWER.RELATED_IMAGE_APP);
      expect(left.message).toContain(NEWER.RELATED_IMAGE_POSTGRES);

      await plan.patchSpec({ database: { builtIn: { image: NEWER.RELATED_IMAGE_POSTGRES } } });
      await plan.waitReady();
      expect((await plan.waitForCondition(pending)).message).toContain(NEWER.RELATED_IMAGE_SAMPLE_DATA);

      await optIn(plan, 'all');
      await plan.waitForCondition({ type: 'PendingRollout', status: 'False' });
      await plan.waitReady();
      await plan.settle();
      const { workloads } = (await whatRuns(plan)) as { readonly workloads: unknown };
      expect(imagesIn(workloads)).toEqual(new Set(Object.values(NEWER)));
    }),
);

const SERVER = `${OBJECT_NAME}-server`;
const WORKER = `${OBJECT_NAME}-worker`;
const POSTGRES = `${OBJECT_NAME}-postgres`;
const WORKLOADS = [
  ['deployments', SERVER],
  ['deployments', WORKER],
  ['statefulsets', POSTGRES],
] as const;
const ROLLOUT = 'stockanalysis.dev/rollout';
const LAST_ROLLOUT = 'stockanalysis.dev/last-rollout';
const INTRUDER = {
  op: 'replace',
  path: '/spec/template/spec/containers/0/image',
  value: 'test.invalid/intruder:1',
};

async function templates(plan: Plan): Promise<Readonly<Record<string, string>>> {
  const read = WORKLOADS.map(async ([resource, name]) => {
    const found = await plan.find<Workload>('apps/v1', resource, name);
    return [name, JSON.stringify(found?.spec.template)] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

async function podsOf(plan: Plan): Promise<readonly string[]> {
  const found = await plan.list<Pod>('v1', 'pods');
  return found.map(({ metadata }) => metadata.uid ?? '').toSorted();
}

/** Ends the operator and starts one of the next version. */
async function upgrade(plan: Plan, meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
  await plan.operator.stop('SIGTERM');
  await meanwhile();
  version.number += 1;
  await plan.operator.start();
}

/** Waits until exactly these workloads are said to wait. */
async function waitPending(plan: Plan, ...names: readonly string[]): Promise<Condition> {
  return eventually({ what: `a rollout that waits for ${names.join(', ')}`, timeoutMs: 60_000 }, async () => {
    const { metadata, status } = await plan.object();
    const found = status?.conditions?.find(({ type }) => type === 'PendingRollout');
    const listed = WORKLOADS.map(([, name]) => name).filter((name) => found?.message?.includes(` ${name}: `));
    const isJudged = found?.observedGeneration === metadata.generation;
    return isJudged && listed.join() === names.join() ? found : undefined;
  });
}

async function expectQuiet(plan: Plan): Promise<void> {
  await plan.settle();
  const count = plan.proxy.log.writeCount;
  await plan.settle(5000);
  expect(plan.proxy.log.writeCount).toBe(count);
}

const optIn = (plan: Plan, text: string): Promise<unknown> =>
  plan.client.patch(plan.objectPath(), { metadata: { annotations: { [ROLLOUT]: text } } });

it('keeps the pod templates in use until they are asked to change', { timeout: SLOT_TEST_MS }, () =>
  withPlan(
    tier,
    'kept-templates',
    async (plan) => {
      await plan.converge();
      await plan.settle();
      const first = await whatRuns(plan);
      const old = await templates(plan);

      await upgrade(plan);
      const { status, reason, message } = await waitPending(plan, SERVER, WORKER, POSTGRES);
      expect({ status, reason }).toEqual({ status: 'True', reason: 'DefaultsChanged' });
      expect(message).toContain(ROLLOUT);
      await expectQuiet(plan);
      expect(await whatRuns(plan)).toEqual(first);

      // What does not reach the pods changes none, and what somebody else changes becomes what it was.
      await plan.patchSpec({ server: { replicas: 3 }, deletionPolicy: 'Delete' });
      await plan.waitReady();
      await waitPending(plan, SERVER, WORKER, POSTGRES);
      expect(await templates(plan)).toEqual(old);
      const reply = await plan.client.call('PATCH', plan.path('apps/v1', 'deployments', SERVER), {
        body: [INTRUDER],
        contentType: 'application/json-patch+json',
      });
      expect(reply.status).toBe(200);
      await eventually({ what: 'the old template', timeoutMs: 90_000 }, async () =>
        (await templates(plan))[SERVER] === old[SERVER] ? true : undefined,
      );
      await plan.patchSpec({ suspend: true });
      await plan.waitForCondition({ type: 'Suspended', status: 'True', reason: 'Suspended' });
      await plan.patchSpec({ suspend: false });
      await plan.waitReady();
      await waitPending(plan, SERVER, WORKER, POSTGRES);
      expect(await templates(plan)).toEqual(old);

      // A change of the spec takes what it restarts along, and nothing else.
      await plan.patchSpec({ marketData: { symbols: ['600519.SH'] } });
      await plan.waitReady();
      await waitPending(plan, POSTGRES);
      const changed = await templates(plan);
      expect(changed[POSTGRES]).toBe(old[POSTGRES]);
      for (const name of [SERVER, WORKER]) expect(changed[name]).toContain('"BUILT_BY","value":"2"');

      await optIn(plan, 'now');
      await waitPending(plan);
      await plan.waitReady();
      expect((await templates(plan))[POSTGRES]).not.toBe(old[POSTGRES]);
      await expectQuiet(plan);
      expect(plan.proxy.log.denied).toEqual([]);
    },
    { inProcess: {} },
  ),
);

it(
  'lists workloads that wait for a rollout behind a database that does not start',
  { timeout: SLOT_TEST_MS },
  () =>
    withPlan(
      tier,
      'pending-behind',
      async (plan) => {
        await plan.converge();
        await plan.patchSpec({ suspend: true });
        await plan.waitForCondition({ type: 'Suspended', status: 'True', reason: 'Suspended' });
        const component = 'app.kubernetes.io/component';
        plan.kubelet.script.crash = ({ metadata }) =>
          metadata.labels?.[component] === 'postgres' ? { exitCode: 1, message: 'disk is full' } : undefined;
        await upgrade(plan);
        await plan.patchSpec({ suspend: false });
        await plan.waitForCondition({
          type: 'WorkloadsAvailable',
          status: 'False',
          reason: 'WaitingForDatabase',
        });
        expect(await waitPending(plan, SERVER, WORKER, POSTGRES)).toMatchObject({ status: 'True' });

        // Where they cannot even be rendered, what was last known holds.
        await plan.client.delete(plan.path('v1', 'secrets', `${OBJECT_NAME}-postgres-app-a-1`));
        await plan.waitForCondition({ type: 'Ready', status: 'False', reason: 'CredentialsMissing' });
        await plan.settle();
        expect(await waitPending(plan, SERVER, WORKER, POSTGRES)).toMatchObject({ status: 'True' });
      },
      { inProcess: {} },
    ),
);

it(
  'infers the template of a workload that remembers none, and gives up one whose configuration is gone',
  { timeout: SLOT_TEST_MS },
  () =>
    withPlan(
      tier,
      'inferred-templates',
      async (plan) => {
        await plan.converge();
        await plan.settle();
        const old = await templates(plan);
        const pods = await podsOf(plan);
        await upgrade(plan, async () => {
          for (const [resource, name] of WORKLOADS) {
            await plan.client.patch(plan.path('apps/v1', resource, name), {
              metadata: { annotations: { [LAST_ROLLOUT]: null } },
            });
          }
        });
        await waitPending(plan, SERVER, WORKER, POSTGRES);
        await expectQuiet(plan);
        expect(await templates(plan)).toEqual(old);
        expect(await podsOf(plan)).toEqual(pods);

        // The next version finds what this one inferred.
        await upgrade(plan);
        await waitPending(plan, SERVER, WORKER, POSTGRES);
        await expectQuiet(plan);
        expect(await templates(plan)).toEqual(old);
        expect(await podsOf(plan)).toEqual(pods);

        // So does another object that adopts what this one leaves.
        await plan.client.delete(plan.objectPath(), { propagationPolicy: 'Orphan' });
        await plan.waitGone();
        await plan.createObject();
        await plan.waitReady();
        await waitPending(plan, SERVER, WORKER, POSTGRES);
        expect(await templates(plan)).toEqual(old);
        expect(await podsOf(plan)).toEqual(pods);

        const mounted = /demo-postgres-config-[0-9a-f]{10}/.exec(old[POSTGRES] ?? '')?.[0] ?? '';
        await plan.client.delete(plan.path('v1', 'configmaps', mounted));
        await waitPending(plan, SERVER, WORKER);
        await plan.waitReady();
        const now = await templates(plan);
        expect(now[POSTGRES]).not.toContain(mounted);
        expect([now[SERVER], now[WORKER]]).toEqual([old[SERVER], old[WORKER]]);

        await optIn(plan, '1');
        await waitPending(plan);
        await plan.waitReady();
        await expectQuiet(plan);
        // Fields that the inferred template only repeated are the API server's defaults again.
        expect((await templates(plan))[SERVER]).toContain('"BUILT_BY","value":"');
        expect(plan.proxy.log.denied).toEqual([]);
      },
      { inProcess: {} },
    ),
);
