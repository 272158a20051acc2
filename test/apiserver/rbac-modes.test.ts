/** One set of rules in three modes, as the chart grants it, and an operator that gets along with each. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { renderChart, type RenderedObject } from '../support/chart.ts';
import type { KubeObject } from '../support/kube-objects.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan, Tier } from '../support/plan.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { formatRecord } from '../support/write-log.ts';
import { startAlone } from './global-setup.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const PATHS: Readonly<Record<string, string>> = {
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
};

/** An operator that serves every namespace must not meet the objects of other tests. */
let tier: Tier;
let alone: Awaited<ReturnType<typeof startAlone>> | undefined;

beforeAll(async () => {
  alone = await startAlone(inject('tier'), 'rbac');
  tier = alone.tier;
});

afterAll(async () => {
  await alone?.stop();
});

const grants = (objects: readonly RenderedObject[]): RenderedObject[] =>
  objects.filter(({ kind }) => PATHS[kind] !== undefined);

/** Takes away what a plan grants and grants what the chart renders with these values. */
async function grantAsChart(plan: Plan, values: unknown): Promise<void> {
  for (const resource of ['rolebindings', 'roles'])
    for (const { metadata } of await plan.list('rbac.authorization.k8s.io/v1', resource))
      await plan.client.delete(plan.path('rbac.authorization.k8s.io/v1', resource, metadata.name));
  for (const object of grants(await renderChart(values, plan.namespace))) {
    const { namespace } = object.metadata;
    const scope = namespace === undefined ? RBAC : `${RBAC}/namespaces/${namespace}`;
    await plan.client.create(`${scope}/${PATHS[object.kind] ?? ''}`, object);
  }
}

/** One object here that becomes ready, one in the other namespace that gets its children; returns what was denied. */
async function serveBoth(plan: Plan, other: string): Promise<string[]> {
  const object = { apiVersion: 'stockanalysis.dev/v1alpha1', kind: 'StockAnalysis', spec: {} };
  const path = `/apis/stockanalysis.dev/v1alpha1/namespaces/${other}/stockanalyses`;
  await plan.client.create(path, { ...object, metadata: { name: OBJECT_NAME } });
  await plan.converge();
  const statefulSet = `/apis/apps/v1/namespaces/${other}/statefulsets/${OBJECT_NAME}-postgres`;
  await eventually({ what: `${OBJECT_NAME} to be served in ${other}`, timeoutMs: 60_000 }, () =>
    plan.client.find<KubeObject>(statefulSet),
  );
  await plan.settle();
  return plan.proxy.log.denied.map(formatRecord);
}

describe('the rights of the operator', () => {
  it('are the same rules in all three modes', async () => {
    const modes = [{}, { watch: { namespaces: ['a', 'b'] } }, { watch: { clusterWide: true } }];
    const rules = await Promise.all(
      modes.map(async (values) => {
        const roles = grants(await renderChart(values)).filter(
          ({ kind, metadata }) =>
            (kind === 'Role' && !metadata.name.endsWith('-own-namespace')) ||
            (kind === 'ClusterRole' && metadata.name === 'stock-analysis-stock-analysis-operator'),
        );
        return new Set(roles.map((role) => JSON.stringify(role.rules)));
      }),
    );
    const [own] = rules;
    expect(own?.size).toBe(1);
    for (const each of rules) expect(each).toEqual(own);
  });

  it.each([
    ['cluster', { clusterWide: true }, '*'],
    ['list', { namespaces: ['modes-list', 'modes-list-other'] }, 'modes-list,modes-list-other'],
  ] as const)('suffice in mode %s', { timeout: SLOT_TEST_MS }, (mode, watch, namespaces) =>
    withPlan(
      tier,
      `modes-${mode}`,
      async (plan) => {
        const other = `${plan.namespace}-other`;
        await plan.client.create('/api/v1/namespaces', { metadata: { name: other } });
        await grantAsChart(plan, { watch });
        expect(await serveBoth(plan, other)).toEqual([]);
      },
      { environment: { WATCH_NAMESPACES: namespaces } },
    ),
  );
});
