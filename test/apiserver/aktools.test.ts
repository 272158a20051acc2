/** The AKTools of an object: what is made for it, when it goes again, and what its trouble does to the platform. */
import { describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { inventory } from '../support/inventory.ts';
import type { ConfigMap, KubeObject, Pod } from '../support/kube-objects.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan } from '../support/plan.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { formatRecord } from '../support/write-log.ts';

const tier = inject('tier');

const NAME = `${OBJECT_NAME}-aktools`;
const OBJECTS = ['deployments', 'networkpolicies', 'serviceaccounts', 'services'].map(
  (kind) => `${kind}/${NAME}`,
);
const managed = { marketData: { provider: 'AKTools' } };
const isThere = { type: 'DataSourceAvailable', status: 'True', reason: 'Available' } as const;
const isAKTools = (pod: Pod): boolean => pod.metadata.labels?.['app.kubernetes.io/component'] === 'aktools';

interface Deployment extends KubeObject {
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly spec: { readonly initContainers?: unknown; readonly volumes: readonly unknown[] };
    };
  };
}

const ofAKTools = async (plan: Plan): Promise<string[]> =>
  (await inventory(plan)).filter((name) => name.includes('-aktools') && !name.startsWith('pods/'));

const aktoolsPods = async (plan: Plan): Promise<Pod[]> =>
  (await plan.list<Pod>('v1', 'pods')).filter(isAKTools);

async function worker(plan: Plan): Promise<Deployment> {
  const found = await plan.find<Deployment>('apps/v1', 'deployments', `${OBJECT_NAME}-worker`);
  if (!found) throw new Error('there is no worker');
  return found;
}

/** `marketData` of the configuration that the worker mounts. */
async function configured(plan: Plan): Promise<unknown> {
  const [, name = ''] = /"name":"(demo-config-[0-9a-f]{10})"/.exec(JSON.stringify(await worker(plan))) ?? [];
  const map = await plan.find<ConfigMap>('v1', 'configmaps', name);
  return (parse(map?.data?.['config.yaml'] ?? '') as { marketData?: unknown } | null)?.marketData;
}

const gone = (plan: Plan): Promise<unknown> =>
  eventually({ what: 'nothing of AKTools to be left', timeoutMs: 60_000 }, async () =>
    (await ofAKTools(plan)).length + (await aktoolsPods(plan)).length === 0 ? true : undefined,
  );

describe.concurrent('AKTools', () => {
  it('comes with its provider, shut in before it runs, and goes with it', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'aktools', async (plan) => {
      await plan.converge();
      expect(await ofAKTools(plan)).toEqual([]);
      const notRequested = { type: 'DataSourceAvailable', status: 'True', reason: 'NotRequested' };
      await plan.waitForCondition(notRequested);

      await plan.patchSpec({ marketData: { provider: 'AKTools', refresh: { cron: '30 16 * * 1-5' } } });
      await plan.waitForCondition(isThere);
      await plan.waitReady();
      expect(await ofAKTools(plan)).toEqual(OBJECTS);
      expect((await plan.object()).status?.image).toMatchObject({
        aktools: { reference: 'test.invalid/aktools:1', origin: 'Operator' },
      });
      expect(await configured(plan)).toEqual({
        provider: 'AKTools',
        aktools: { url: `http://${NAME}:8080` },
        refresh: { cron: '30 16 * * 1-5', timeZone: 'Asia/Shanghai' },
      });
      expect((await worker(plan)).spec.template.spec).not.toHaveProperty('initContainers');
      const first = plan.proxy.log.writes.find(
        ({ verb, object }) => verb === 'create' && object.endsWith(NAME),
      );
      expect(first?.object).toContain('networkpolicies');
      await plan.settle();
      const quiet = plan.proxy.log.writeCount;
      await plan.settle(5000);
      expect(plan.proxy.log.writesSince(quiet)).toEqual([]);

      await plan.patchSpec({ marketData: { aktools: { url: 'https://aktools.example/base' } } });
      await plan.waitReady();
      await plan.waitForCondition(notRequested);
      await gone(plan);
      expect(await configured(plan)).toMatchObject({ aktools: { url: 'https://aktools.example/base' } });

      await plan.patchSpec({ marketData: { aktools: null } });
      await plan.waitForCondition(isThere);
      await plan.patchSpec({ marketData: { provider: 'Sample', refresh: null } });
      await plan.waitReady();
      await gone(plan);
      expect(await configured(plan)).toEqual({
        provider: 'Sample',
        sample: { path: '/var/lib/stock-analysis/sample-data' },
      });
      const last = plan.proxy.log.writes.findLast(
        ({ verb, object }) => verb === 'delete' && object.endsWith(NAME),
      );
      expect(last?.object).toContain('networkpolicies');
      expect(plan.proxy.log.denied.map(formatRecord)).toEqual([]);
    }),
  );

  it('that cannot run is named, and takes Ready from nobody', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'aktools-down', async (plan) => {
      plan.kubelet.script.pullable = (image) => !image.includes('aktools');
      await plan.converge(managed);
      const down = { type: 'DataSourceAvailable', status: 'False', reason: 'ImagePullFailed' };
      const { message } = await plan.waitForCondition(down);
      expect(message).toContain('test.invalid/aktools:1');
      const workloads = await plan.waitForCondition({ type: 'WorkloadsAvailable', status: 'True' });
      expect(workloads.message).toContain('see DataSourceAvailable');
      await plan.waitReady();
      plan.kubelet.script.pullable = () => true;
      await plan.waitForCondition(isThere);
      const { message: all } = await plan.waitForCondition({ type: 'WorkloadsAvailable', status: 'True' });
      expect(all).not.toContain('DataSourceAvailable');

      await plan.patchSpec({
        marketData: {
          aktools: { managed: { resources: { requests: { cpu: 1000 }, limits: { cpu: 1000 } } } },
        },
      });
      const unschedulable = { ...down, reason: 'PodUnschedulable' };
      expect((await plan.waitForCondition(unschedulable)).message).toContain('Insufficient cpu');
      await plan.waitReady();
      // The former pod serves until the new one does.
      expect(await aktoolsPods(plan)).toHaveLength(2);
    }),
  );

  it('stops with a suspended platform and comes back', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'aktools-suspend', async (plan) => {
      await plan.converge(managed);
      await plan.waitForCondition(isThere);
      await plan.patchSpec({ suspend: true });
      await plan.waitForCondition({ type: 'Suspended', status: 'True', reason: 'Suspended' });
      expect(await aktoolsPods(plan)).toEqual([]);
      expect(await ofAKTools(plan)).toEqual(OBJECTS);
      await plan.waitForCondition({ type: 'DataSourceAvailable', status: 'False', reason: 'Suspended' });
      await plan.patchSpec({ suspend: false });
      await plan.waitForCondition(isThere);
      await plan.waitReady();
      await plan.client.delete(plan.objectPath());
      await plan.waitGone();
      await gone(plan);
    }),
  );

  it.each([
    ['v1', 'services', { ports: [{ port: 8080 }] }],
    ['networking.k8s.io/v1', 'networkpolicies', { podSelector: {}, policyTypes: ['Ingress'] }],
  ] as const)(
    'sends no worker to a name that somebody else has: %s %s',
    { timeout: SLOT_TEST_MS },
    (group, resource, spec) =>
      withPlan(tier, `aktools-conflict-${resource}`, async (plan) => {
        await plan.converge();
        const before = await configured(plan);
        const theirs = await plan.client.create<KubeObject>(plan.path(group, resource), {
          metadata: { name: NAME },
          spec,
        });
        await plan.patchSpec(managed);
        for (const type of ['Ready', 'DataSourceAvailable']) {
          const conflict = await plan.waitForCondition({ type, status: 'False', reason: 'Conflict' });
          expect(conflict.message).toContain(NAME);
        }
        await plan.settle(3000);
        expect(await configured(plan)).toEqual(before);
        const left = await plan.find<KubeObject>(group, resource, NAME);
        expect(left?.metadata).toMatchObject({
          uid: theirs.metadata.uid,
          resourceVersion: theirs.metadata.resourceVersion,
        });
        expect(
          (await plan.list<Deployment>('apps/v1', 'deployments')).map(({ metadata }) => metadata.name),
        ).not.toContain(NAME);
        await plan.client.delete(plan.path(group, resource, NAME));
        await plan.waitReady();
        await plan.waitForCondition(isThere);
      }),
  );
});
