/** Objects of others under a name that we need: said, never touched, and no obstacle once they are gone. */
import { describe, expect, inject, it } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan } from '../support/plan.ts';
import { restrictedPod } from '../support/restricted-pod.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import type { KubeObject, PersistentVolumeClaim, Pod } from '../support/kube-objects.ts';
import { eventually } from '../support/wait.ts';

const tier = inject('tier');

interface Foreign {
  readonly kind: string;
  readonly group: string;
  readonly resource: string;
  readonly name: string;
  readonly body: Record<string, unknown>;
}

const pod = { containers: [{ name: 'c', image: 'foreign' }] };
const template = { metadata: { labels: { app: 'foreign' } }, spec: pod };
const selector = { matchLabels: { app: 'foreign' } };

const FOREIGN: readonly Foreign[] = [
  {
    kind: 'Secret',
    group: 'v1',
    resource: 'secrets',
    name: `${OBJECT_NAME}-postgres-admin-1`,
    body: { stringData: { password: 'theirs' } },
  },
  {
    kind: 'Secret',
    group: 'v1',
    resource: 'secrets',
    name: `${OBJECT_NAME}-bootstrap`,
    body: { stringData: { token: 'theirs' } },
  },
  {
    kind: 'Service',
    group: 'v1',
    resource: 'services',
    name: OBJECT_NAME,
    body: { spec: { selector: { app: 'foreign' }, ports: [{ port: 81 }] } },
  },
  {
    kind: 'ServiceAccount',
    group: 'v1',
    resource: 'serviceaccounts',
    name: `${OBJECT_NAME}-server`,
    body: {},
  },
  {
    kind: 'Deployment',
    group: 'apps/v1',
    resource: 'deployments',
    name: `${OBJECT_NAME}-server`,
    body: { spec: { replicas: 0, selector, template } },
  },
  {
    kind: 'StatefulSet',
    group: 'apps/v1',
    resource: 'statefulsets',
    name: `${OBJECT_NAME}-postgres`,
    body: { spec: { replicas: 0, serviceName: 'foreign', selector, template } },
  },
  {
    kind: 'PersistentVolumeClaim',
    group: 'v1',
    resource: 'persistentvolumeclaims',
    name: `${OBJECT_NAME}-postgres-data`,
    body: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  },
  ...['postgres', 'migrate', 'server', 'worker'].map((part) => ({
    kind: 'NetworkPolicy',
    group: 'networking.k8s.io/v1',
    resource: 'networkpolicies',
    name: `${OBJECT_NAME}-${part}`,
    body: { spec: { podSelector: selector, policyTypes: ['Ingress'] } },
  })),
  {
    kind: 'PodDisruptionBudget',
    group: 'policy/v1',
    resource: 'poddisruptionbudgets',
    name: `${OBJECT_NAME}-server`,
    body: { spec: { maxUnavailable: 0, selector } },
  },
];

const POSTGRES_LABELS = {
  'app.kubernetes.io/managed-by': 'stock-analysis-operator',
  'app.kubernetes.io/instance': OBJECT_NAME,
  'app.kubernetes.io/component': 'postgres',
};

/** Everything about an object that somebody could have changed, without what its own controllers write. */
const essence = ({ metadata, ...rest }: KubeObject & { status?: unknown }): unknown => {
  const { uid, labels, ownerReferences, generation } = metadata;
  return { ...rest, status: undefined, uid, labels, ownerReferences, generation };
};

/** The cluster itself changes a claim when it binds it. */
async function isSettled(plan: Plan, resource: string): Promise<true | undefined> {
  if (resource !== 'persistentvolumeclaims') return true;
  const claims = await plan.list<PersistentVolumeClaim>('v1', resource);
  return claims.every(({ status }) => status?.phase === 'Bound') || undefined;
}

describe.concurrent('a foreign object', () => {
  it.each(FOREIGN)('$kind $name', { timeout: SLOT_TEST_MS }, ({ kind, group, resource, name, body }) =>
    withPlan(tier, `conflict-${resource}-${name}`.slice(0, 60), async (plan) => {
      await plan.client.create(plan.path(group, resource), { metadata: { name }, ...body });
      await eventually({ what: 'a claim to be bound', timeoutMs: 120_000 }, () => isSettled(plan, resource));
      const before = await plan.find<KubeObject>(group, resource, name);
      await plan.operator.start();
      await plan.createObject();
      const condition = await plan.waitForCondition({ type: 'Ready', status: 'False', reason: 'Conflict' });
      expect(condition.message).toContain(kind);
      expect(condition.message).toContain(name);
      await plan.settle(3000);
      const after = await plan.find<KubeObject>(group, resource, name);
      expect(after && essence(after)).toEqual(before && essence(before));
      const touched = plan.proxy.log.writes.filter(
        ({ path, status }) => path.includes(`/${resource}/${name}`) && status === 200,
      );
      expect(touched).toEqual([]);
      await plan.client.delete(plan.path(group, resource, name));
      await plan.waitReady();
    }),
  );
});

it.each([
  ['without our labels', {}],
  ['with our labels and another controller', { labels: POSTGRES_LABELS }],
])('a foreign pod %s under the name of the one of the database', { timeout: SLOT_TEST_MS }, (what, copied) =>
  withPlan(tier, `conflict-pod-${Object.keys(copied).length}`, async (plan) => {
    const name = `${OBJECT_NAME}-postgres-0`;
    const keeper = await plan.client.create<KubeObject>(plan.path('v1', 'configmaps'), {
      metadata: { name: 'keeper' },
    });
    const { uid } = keeper.metadata;
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'keeper', uid, controller: true };
    await plan.client.create(plan.path('v1', 'pods'), {
      ...(restrictedPod() as object),
      metadata: { name, ...copied, ...(what.includes('controller') ? { ownerReferences: [owner] } : {}) },
    });
    await plan.operator.start();
    await plan.createObject();
    await expectFailure(plan, { reason: 'Conflict', names: [`Pod ${name}`, 'left alone'] });
    const theirs = await plan.client.get<Pod>(plan.path('v1', 'pods', name));
    expect(theirs.metadata.deletionTimestamp).toBeUndefined();
    await plan.client.delete(plan.path('v1', 'pods', name), { gracePeriodSeconds: 0 });
    await plan.waitReady(240_000);
    expect(plan.proxy.log.denied).toEqual([]);
  }),
);

it(
  'a Job of another controller with copied labels is neither believed nor removed',
  { timeout: SLOT_TEST_MS },
  () =>
    withPlan(tier, 'conflict-job', async (plan) => {
      await plan.converge();
      const [ours] = await plan.list<KubeObject>('batch/v1', 'jobs');
      const owner = await plan.find<KubeObject>('v1', 'configmaps', 'kube-root-ca.crt');
      const { uid = '', name } = owner?.metadata ?? { name: '' };
      const labels = { ...ours?.metadata.labels, 'stockanalysis.dev/migration': 'another' };
      const controller = { apiVersion: 'v1', kind: 'ConfigMap', name, uid, controller: true };
      await plan.client.create(plan.path('batch/v1', 'jobs'), {
        metadata: { name: 'theirs', labels, ownerReferences: [controller] },
        // Unfinished for as long as the plan lasts.
        spec: { suspend: true, template: { spec: { ...pod, restartPolicy: 'Never' } } },
      });
      await plan.patchSpec({ image: { repository: 'test.invalid/app', tag: '2' } });
      await plan.waitReady();
      await plan.settle();
      const theirs = await plan.find<KubeObject>('batch/v1', 'jobs', 'theirs');
      expect(theirs?.metadata.labels).toEqual(labels);
      expect(theirs?.metadata).not.toHaveProperty('deletionTimestamp');
    }),
);
