/** Who may talk to whom, and how many servers a drain may take: what is made for it, when, and how it goes again. */
import { describe, expect, inject, it } from 'vitest';
import { externalDatabase } from '../support/external-database.ts';
import type { KubeObject, Pod } from '../support/kube-objects.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan } from '../support/plan.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { formatRecord } from '../support/write-log.ts';

const tier = inject('tier');

const child = (part: string): string => `${OBJECT_NAME}-${part}`;

interface NetworkPolicy extends KubeObject {
  readonly spec: { readonly egress?: readonly unknown[] };
}
interface Budget extends KubeObject {
  readonly status?: { readonly disruptionsAllowed: number; readonly expectedPods: number };
}

async function policies(plan: Plan): Promise<readonly string[]> {
  const all = await plan.list<NetworkPolicy>('networking.k8s.io/v1', 'networkpolicies');
  return all.map(({ metadata }) => metadata.name).toSorted();
}

const waitForPolicies = (plan: Plan, parts: readonly string[]): Promise<unknown> =>
  eventually({ what: `policies of ${parts.join(', ') || 'nobody'}`, timeoutMs: 90_000 }, async () => {
    const names = await policies(plan);
    return names.join() === parts.map(child).toSorted().join() || undefined;
  });

const budget = (plan: Plan): Promise<Budget | undefined> =>
  plan.find<Budget>('policy/v1', 'poddisruptionbudgets', child('server'));

async function uids(plan: Plan): Promise<readonly string[]> {
  const pods = await plan.list<Pod>('v1', 'pods');
  return pods.map(({ metadata }) => `${metadata.name} ${metadata.uid}`).toSorted();
}

/** Asks for the end of a pod as a drain does; the status of the answer. */
async function evict(plan: Plan, { metadata: { name } }: Pod): Promise<number> {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
  return (await plan.client.call('POST', `${plan.path('v1', 'pods', name)}/eviction`, { body })).status;
}

const servers = async (plan: Plan): Promise<readonly Pod[]> => {
  const selector = encodeURIComponent('app.kubernetes.io/component=server');
  return (await plan.list<Pod>('v1', `pods?labelSelector=${selector}`)).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
};

/** Numbers of the writes of these objects, in the order asked for. */
function orderOf(plan: Plan, objects: readonly string[]): readonly number[] {
  return objects.map((object) => plan.proxy.log.writes.findIndex((write) => write.object === object));
}

describe.concurrent('network policies', () => {
  it('stand before the pods they hold for, go at once and come back', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'network', async (plan) => {
      await plan.converge({ marketData: { provider: 'AKTools' } });
      await plan.waitForDataSource();
      await waitForPolicies(plan, ['aktools', 'migrate', 'postgres', 'server', 'worker']);
      const [job] = await plan.list<KubeObject>('batch/v1', 'jobs');
      for (const [workload, part] of [
        [`statefulsets.apps/${child('postgres')}`, 'postgres'],
        [`jobs.batch/${job?.metadata.name}`, 'migrate'],
        [`deployments.apps/${child('server')}`, 'server'],
        [`deployments.apps/${child('worker')}`, 'worker'],
        [`deployments.apps/${child('aktools')}`, 'aktools'],
      ] as const) {
        const [policy = -1, pods = -1] = orderOf(plan, [
          `networkpolicies.networking.k8s.io/${child(part)}`,
          workload,
        ]);
        expect(policy).toBeGreaterThanOrEqual(0);
        expect(pods).toBeGreaterThan(policy);
      }

      await plan.settle();
      const running = await uids(plan);
      await plan.patchSpec({ networkPolicy: { enabled: false } });
      // Whoever may ask AKTools may run Python there: its policy is nobody's to take away.
      await waitForPolicies(plan, ['aktools']);
      await plan.waitReady();
      await plan.settle();
      let quiet = plan.proxy.log.writeCount;
      await plan.settle(5000);
      expect(plan.proxy.log.writesSince(quiet)).toEqual([]);

      await plan.patchSpec({ networkPolicy: { enabled: true } });
      await waitForPolicies(plan, ['aktools', 'migrate', 'postgres', 'server', 'worker']);
      await plan.waitReady();
      await plan.settle();
      expect(await uids(plan)).toEqual(running);
      quiet = plan.proxy.log.writeCount;
      await plan.settle(5000);
      expect(plan.proxy.log.writesSince(quiet)).toEqual([]);
      expect(plan.proxy.log.denied.map(formatRecord)).toEqual([]);
    }),
  );

  it('go though nothing works: they may be what is in the way', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'network-blocked', async (plan) => {
      // Nothing that comes after PostgreSQL is reached, as where a network plugin lets nobody through to it.
      plan.kubelet.script.pullable = (image) => !image.includes('postgres');
      await plan.operator.start();
      await plan.createObject();
      await waitForPolicies(plan, ['postgres']);
      await plan.waitForCondition({ type: 'Ready', status: 'False', reason: 'ImagePullFailed' });
      await plan.patchSpec({ networkPolicy: { enabled: false } });
      await waitForPolicies(plan, []);
      plan.kubelet.script.pullable = () => true;
      await plan.waitReady();
      expect(await policies(plan)).toEqual([]);
    }),
  );

  it('leave the way out open where a database is somebody else’s', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'network-external', async (plan) => {
      await plan.createExternalSecret(await plan.startExternalDatabase());
      await plan.converge({ database: externalDatabase() });
      await waitForPolicies(plan, ['migrate', 'server', 'worker']);
      const all = await plan.list<NetworkPolicy>('networking.k8s.io/v1', 'networkpolicies');
      expect(all.map(({ spec }) => spec.egress)).toEqual([[{}], [{}], [{}]]);
    }),
  );

  it('change with the workers and not before them', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'network-worker', async (plan) => {
      const worker = async (): Promise<unknown> => {
        const found = await plan.find<NetworkPolicy>(
          'networking.k8s.io/v1',
          'networkpolicies',
          child('worker'),
        );
        return found?.spec.egress;
      };
      await plan.converge({
        marketData: { provider: 'AKTools', aktools: { url: 'http://aktools.example' } },
      });
      expect(await worker()).toEqual([{}]);
      const services = plan.path('v1', 'services');
      await plan.client.create(services, {
        metadata: { name: child('aktools') },
        spec: { ports: [{ port: 8080 }] },
      });
      await plan.patchSpec({ marketData: { aktools: null } });
      await plan.waitForCondition({ type: 'Ready', status: 'False', reason: 'Conflict' });
      await plan.settle(3000);
      // They still ask the one elsewhere.
      expect(await worker()).toEqual([{}]);
      await plan.client.delete(`${services}/${child('aktools')}`);
      await plan.waitReady();
      await plan.waitForDataSource();
      expect(JSON.stringify(await worker())).toContain('"app.kubernetes.io/component":"aktools"');
      expect(await worker()).not.toContainEqual({});
    }),
  );
});

describe.concurrent('the disruption budget of the servers', () => {
  it('lets a drain take one at a time, and the only one', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'budget', async (plan) => {
      await plan.converge();
      const allows = (count: number): Promise<unknown> =>
        eventually({ what: `a budget that allows ${count}`, timeoutMs: 60_000 }, async () => {
          const { status } = (await budget(plan)) ?? {};
          return (status?.expectedPods === 2 && status.disruptionsAllowed === count) || undefined;
        });
      await allows(1);
      const [first, second] = await servers(plan);
      if (!first || !second) throw new Error('there are not two servers');
      // Whoever takes its place is not ready.
      plan.kubelet.script.pullable = () => false;
      expect(await evict(plan, first)).toBe(201);
      await allows(0);
      expect(await evict(plan, second)).toBe(429);
      plan.kubelet.script.pullable = () => true;
      await allows(1);
      await plan.waitReady();

      await plan.settle();
      const made = (await budget(plan))?.metadata.uid;
      await plan.patchSpec({ server: { replicas: 1 } });
      await eventually({ what: 'no budget', timeoutMs: 120_000 }, async () =>
        (await budget(plan)) === undefined ? true : undefined,
      );
      await plan.waitReady();
      const [only] = await servers(plan);
      if (!only) throw new Error('there is no server');
      expect(await evict(plan, only)).toBe(201);
      await plan.patchSpec({ server: { replicas: 2 } });
      await allows(1);
      expect((await budget(plan))?.metadata.uid).not.toBe(made);
      expect(plan.proxy.log.denied.map(formatRecord)).toEqual([]);
    }),
  );
});
