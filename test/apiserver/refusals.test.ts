/** A cluster that refuses what the operator or a controller wants to make: a reason, no loop, and an end once mended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import type { Condition, KubeObject } from '../support/kube-objects.ts';
import { SERVICE_ACCOUNT } from '../support/operator-rights.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan } from '../support/plan.ts';
import { restrictedPod } from '../support/restricted-pod.ts';
import { operatorRules } from '../support/role-rules.ts';
import { injectSidecars } from '../support/sidecar-injector.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';

const tier = inject('tier');
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';

const READY = { status: 'True', reason: 'Available' };

/** One refused POST for each visit, and what it tells in status. */
const REFUSED_WRITES = 20;

interface Quota extends KubeObject {
  readonly status?: { readonly hard?: Readonly<Record<string, string>> };
}

/** A quota that is in force already; the returned function takes it away. */
async function limit(plan: Plan, hard: Readonly<Record<string, string>>): Promise<() => Promise<unknown>> {
  const quotas = plan.path('v1', 'resourcequotas');
  await plan.client.create(quotas, { metadata: { name: 'small' }, spec: { hard } });
  const what = 'the quota to be in force';
  await eventually({ what, timeoutMs: 60_000 }, async () => {
    const { status } = await plan.client.get<Quota>(`${quotas}/small`);
    return Object.keys(hard).every((key) => status?.hard?.[key] !== undefined) || undefined;
  });
  return () => plan.client.delete(`${quotas}/small`);
}

interface Denial {
  readonly resource: 'services' | 'pods';
  /** CEL over `object`: what is let through. */
  readonly expression: string;
  /** Something that must be refused before the test goes on. */
  readonly probe: unknown;
}

/** An admission policy for the namespace of the plan, in force already; the returned function takes it away. */
async function deny(plan: Plan, { resource, expression, probe }: Denial): Promise<() => Promise<unknown>> {
  const { client, namespace: name } = plan;
  const metadata = { name };
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: [resource] };
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': name } };
  await client.create(POLICIES, {
    metadata,
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: [rule], namespaceSelector },
      validations: [{ expression, message: 'house rule 7' }],
    },
  });
  const binding = `${POLICIES.slice(0, -'policies'.length)}policybindings`;
  await client.create(binding, { metadata, spec: { policyName: name, validationActions: ['Deny'] } });
  await eventually({ what: 'the admission policy to be in force', timeoutMs: 60_000 }, async () => {
    const { status } = await client.call('POST', `${plan.path('v1', resource)}?dryRun=All`, { body: probe });
    return status === 422 || undefined;
  });
  return async () => {
    await client.delete(`${binding}/${name}`);
    await client.delete(`${POLICIES}/${name}`);
  };
}

const service = { metadata: { name: 'probe' }, spec: { ports: [{ port: 80 }] } };

const QUOTAS = [
  ['secrets', { 'count/secrets': '2' }, ['Secret demo-', 'small']],
  ['claims', { persistentvolumeclaims: '0' }, ['PersistentVolumeClaim demo-postgres-data', 'small']],
  ['deployments', { 'count/deployments.apps': '1' }, ['Deployment demo-worker', 'small']],
  ['pods', { pods: '1' }, ['Job demo-migrate', 'small']],
] as const;

async function failThenRecover(
  plan: Plan,
  failure: { readonly reason: string; readonly names: readonly string[] },
  mend: () => Promise<unknown>,
): Promise<Condition> {
  await plan.operator.start();
  await plan.createObject();
  await expectFailure(plan, { ...failure, maxWrites: REFUSED_WRITES });
  await mend();
  // A controller that was refused for a while pauses for as long again.
  return plan.waitReady(240_000);
}

/** As the chart grants it for all namespaces: the Role in the namespace goes with the namespace. */
async function grantEverywhere({ client, namespace }: Plan): Promise<void> {
  const metadata = { name: namespace };
  await client.create(`${RBAC}/clusterroles`, { metadata, rules: operatorRules() });
  await client.create(`${RBAC}/clusterrolebindings`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: namespace },
    subjects: [{ kind: 'ServiceAccount', name: SERVICE_ACCOUNT, namespace }],
  });
}

async function expectOrderlyEnd(plan: Plan): Promise<void> {
  const { client, namespace, proxy } = plan;
  await grantEverywhere(plan);
  await plan.converge();
  await plan.settle();
  const before = proxy.log.writeCount;
  await client.delete(`/api/v1/namespaces/${namespace}`);
  await eventually({ what: 'the namespace to be gone', timeoutMs: 120_000 }, async () =>
    (await client.find(`/api/v1/namespaces/${namespace}`)) === undefined ? true : undefined,
  );
  const refused = proxy.log.writes.slice(before).filter(({ status }) => status === 403);
  console.log(`${namespace}: ${proxy.log.writeCount - before} writes, ${refused.length} refused`);
  expect(proxy.log.writeCount - before).toBeLessThan(2 * REFUSED_WRITES);
  const gone = proxy.log.writeCount;
  await sleep(10_000);
  expect(proxy.log.writeCount).toBe(gone);
}

describe.concurrent('refusals', () => {
  it.each(QUOTAS)('a quota of %s', { timeout: SLOT_TEST_MS }, (what, hard, names) =>
    withPlan(tier, `quota-${what}`, async (plan) => {
      expect(
        await failThenRecover(plan, { reason: 'QuotaExceeded', names }, await limit(plan, hard)),
      ).toMatchObject(READY);
    }),
  );

  it('an admission policy against a child', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'denied-service', async (plan) => {
      const mend = await deny(plan, {
        resource: 'services',
        expression: "object.metadata.name.endsWith('-postgres')",
        probe: service,
      });
      const names = [`Service ${OBJECT_NAME}`, 'house rule 7'];
      expect(await failThenRecover(plan, { reason: 'AdmissionDenied', names }, mend)).toMatchObject(READY);
    }),
  );

  it('an admission policy against a pod of a child', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'denied-pod', async (plan) => {
      const mend = await deny(plan, {
        resource: 'pods',
        expression: "object.metadata.labels[?'app.kubernetes.io/component'].orValue('') != 'worker'",
        probe: restrictedPod({ 'app.kubernetes.io/component': 'worker' }),
      });
      const names = ['Deployment demo-worker', 'house rule 7'];
      expect(await failThenRecover(plan, { reason: 'AdmissionDenied', names }, mend)).toMatchObject(READY);
    }),
  );

  it('Pod Security against pods that a service mesh changes', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'denied-by-pod-security', async (plan) => {
      const mend = await injectSidecars(plan);
      const names = ['StatefulSet demo-postgres', 'violates PodSecurity "restricted:latest"', 'istio-init'];
      expect(await failThenRecover(plan, { reason: 'PodSecurityDenied', names }, mend)).toMatchObject(READY);
    }),
  );

  it('a right that the operator lacks', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'missing-right', async (plan) => {
      const role = `${RBAC}/namespaces/${plan.namespace}/roles/${SERVICE_ACCOUNT}`;
      const rules = operatorRules();
      const lacking = rules.map((rule) =>
        rule.resources?.includes('configmaps')
          ? { ...rule, verbs: rule.verbs.filter((verb) => verb !== 'create') }
          : rule,
      );
      await plan.client.patch(role, { rules: lacking });
      const names = ['create', 'configmaps'];
      const mend = (): Promise<unknown> => plan.client.patch(role, { rules });
      const failure = { reason: 'OperatorNotPermitted', names };
      expect(await failThenRecover(plan, failure, mend)).toMatchObject(READY);
    }),
  );

  // The operator is elsewhere: one that lives in the namespace loses its Lease and ends with it.
  it('a namespace that is being deleted', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'terminating', expectOrderlyEnd, { environment: { POD_NAMESPACE: 'default' } }),
  );
});
