/** Alert rules and scraping where prometheus-operator is there, is not, comes, goes, or is not ours to use. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { findObject, renderChart } from '../support/chart.ts';
import { CRD_PATH } from '../support/crd.ts';
import { breakWrites, mendWrites } from '../support/dead-webhook.ts';
import { sharedClient, type KubeClient } from '../support/kube-client.ts';
import type { ConfigMap, KubeObject } from '../support/kube-objects.ts';
import { SERVICE_ACCOUNT } from '../support/operator-rights.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan, Tier } from '../support/plan.ts';
import { installPrometheusOperator, removePrometheusOperator } from '../support/prometheus-operator.ts';
import { operatorRules } from '../support/role-rules.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { formatRecord } from '../support/write-log.ts';
import { startAlone } from './global-setup.ts';

/** Kinds that come and go would be news to every other operator of the tier. */
let tier: Tier;
let client: KubeClient;
let alone: Awaited<ReturnType<typeof startAlone>> | undefined;

beforeAll(async () => {
  alone = await startAlone(inject('tier'), 'monitoring');
  tier = alone.tier;
  client = sharedClient(tier.kubeconfig);
});

afterEach(() => removePrometheusOperator(client));

afterAll(async () => {
  await alone?.stop();
});

const GROUP = 'monitoring.coreos.com/v1';
const RULES = `${OBJECT_NAME}-alerts`;
const FILES = `${OBJECT_NAME}-alert-rules`;
const DASHBOARDS = `${OBJECT_NAME}-dashboards`;
const MONITOR = `${OBJECT_NAME}-pods`;
const QUICK = { environment: { DISCOVERY_SECONDS: '1' } };

interface PrometheusRule extends KubeObject {
  readonly spec: {
    readonly groups: readonly { readonly name: string; readonly rules: readonly unknown[] }[];
  };
}

const rule = (plan: Plan) => plan.find<PrometheusRule>(GROUP, 'prometheusrules', RULES);
const files = (plan: Plan) => plan.find<ConfigMap>('v1', 'configmaps', FILES);
const absent = { type: 'MonitoringReady', status: 'False', reason: 'PrometheusOperatorAbsent' };
const installed = { type: 'MonitoringReady', status: 'True', reason: 'Available' };

/** Writes within five seconds after everything has settled, and those of an operator that starts then. */
async function expectQuiet(plan: Plan): Promise<void> {
  await plan.settle();
  const quiet = plan.proxy.log.writeCount;
  await plan.settle(5000);
  expect(plan.proxy.log.writesSince(quiet)).toEqual([]);
}

const gone = (plan: Plan, group: string, resource: string, name: string): Promise<unknown> =>
  eventually({ what: `no ${resource} ${name}`, timeoutMs: 90_000 }, async () =>
    (await plan.find(group, resource, name)) === undefined ? true : undefined,
  );

function made<T extends KubeObject>(plan: Plan, group: string, resource: string, name: string): Promise<T> {
  return eventually({ what: `${resource} ${name}`, timeoutMs: 90_000 }, () =>
    plan.find<T>(group, resource, name),
  );
}

describe('rules', () => {
  it('move from files to objects and back, and are written once', { timeout: SLOT_TEST_MS }, () =>
    withPlan(
      tier,
      'monitoring',
      async (plan) => {
        await plan.converge();
        const said = await plan.waitForCondition(absent);
        expect(said.message).toContain(FILES);
        const { data = {}, metadata } = await made<ConfigMap>(plan, 'v1', 'configmaps', FILES);
        expect(Object.keys(data)).toEqual([
          `monitoring.${OBJECT_NAME}.rules.yaml`,
          `monitoring.${OBJECT_NAME}.scrape.yaml`,
        ]);
        expect(metadata.ownerReferences?.[0]?.kind).toBe('StockAnalysis');
        expect((await made(plan, 'v1', 'configmaps', DASHBOARDS)).metadata.labels).toMatchObject({
          grafana_dashboard: '1',
        });
        await expectQuiet(plan);
        await plan.restartOperator();
        await expectQuiet(plan);

        await installPrometheusOperator(client);
        const read = await plan.waitForCondition(installed);
        expect(read.message).toContain('spec.monitoring.labels is empty');
        await gone(plan, 'v1', 'configmaps', FILES);
        expect((await rule(plan))?.spec.groups.length).toBeGreaterThan(0);
        await made(plan, GROUP, 'podmonitors', MONITOR);
        await expectQuiet(plan);
        const since = plan.proxy.log.writeCount;
        await plan.restartOperator();
        await plan.settle(4000);
        expect(plan.proxy.log.writesSince(since)).toEqual([]);

        expect(plan.proxy.log.denied.map(formatRecord)).toEqual([]);

        // While a CRD goes, its objects go first, and what puts them back is refused.
        await removePrometheusOperator(client);
        await plan.waitForCondition(absent);
        await made(plan, 'v1', 'configmaps', FILES);
        await expectQuiet(plan);
        await plan.waitReady();
      },
      QUICK,
    ),
  );

  it('are put back, and leave alone what others add', { timeout: SLOT_TEST_MS }, () =>
    withPlan(
      tier,
      'monitoring-drift',
      async (plan) => {
        await installPrometheusOperator(client);
        await plan.converge({ monitoring: { labels: { release: 'a', team: 'b' } } });
        expect((await plan.waitForCondition(installed)).message).toContain('release=a, team=b');
        const first = await made<PrometheusRule>(plan, GROUP, 'prometheusrules', RULES);
        expect(first.metadata.labels).toMatchObject({ release: 'a', team: 'b' });
        await plan.settle();
        const path = plan.path(GROUP, 'prometheusrules', RULES);

        await client.delete(path);
        const second = await made<PrometheusRule>(plan, GROUP, 'prometheusrules', RULES);
        expect(second.spec).toEqual(first.spec);
        expect(second.metadata.uid).not.toBe(first.metadata.uid);
        await plan.settle();

        const [head, ...rest] = first.spec.groups;
        const silenced = { ...head, rules: [{ alert: 'Nothing', expr: 'vector(0) > 1' }] };
        const theirs = { name: 'theirs', rules: [{ record: 'a:b', expr: 'vector(1)' }] };
        await client.patch(path, { spec: { groups: [silenced, ...rest, theirs] } });
        await eventually({ what: 'the rules to be put back', timeoutMs: 90_000 }, async () => {
          const groups = (await rule(plan))?.spec.groups ?? [];
          const ours = groups.find(({ name }) => name === head?.name);
          return JSON.stringify(ours) === JSON.stringify(head) || undefined;
        });
        await expectQuiet(plan);
        expect((await rule(plan))?.spec.groups.map(({ name }) => name)).toContain('theirs');

        await plan.patchSpec({ monitoring: { labels: { team: null, release: 'c' } } });
        await eventually({ what: 'other labels', timeoutMs: 90_000 }, async () => {
          const { release, team } = (await rule(plan))?.metadata.labels ?? {};
          return (release === 'c' && team === undefined) || undefined;
        });
        await plan.patchSpec({ monitoring: { dashboards: false } });
        await gone(plan, 'v1', 'configmaps', DASHBOARDS);
        await plan.patchSpec({ monitoring: { enabled: false } });
        await plan.waitForCondition({ type: 'MonitoringReady', status: 'True', reason: 'NotRequested' });
        await gone(plan, GROUP, 'prometheusrules', RULES);
        await gone(plan, GROUP, 'podmonitors', MONITOR);
        await plan.patchSpec({ monitoring: { enabled: true, dashboards: true } });
        await plan.waitForCondition(installed);
        await made(plan, GROUP, 'prometheusrules', RULES);
        await expectQuiet(plan);

        await client.delete(plan.objectPath());
        for (const [resource, name] of [
          ['prometheusrules', RULES],
          ['podmonitors', MONITOR],
        ] as const)
          await gone(plan, GROUP, resource, name);
        await gone(plan, 'v1', 'configmaps', DASHBOARDS);
      },
      QUICK,
    ),
  );

  it('of a name that is taken are said, and made when it is free', { timeout: SLOT_TEST_MS }, () =>
    withPlan(
      tier,
      'monitoring-taken',
      async (plan) => {
        await installPrometheusOperator(client);
        const theirs = { metadata: { name: RULES }, spec: { groups: [] } };
        const collection = plan.path(GROUP, 'prometheusrules');
        await client.create(collection, { apiVersion: GROUP, kind: 'PrometheusRule', ...theirs });
        await plan.converge();
        const said = await plan.waitForCondition({ ...installed, status: 'False', reason: 'Conflict' });
        expect(said.message).toContain(`PrometheusRule ${RULES}`);
        await made(plan, GROUP, 'podmonitors', MONITOR);
        await expectQuiet(plan);
        expect((await rule(plan))?.spec.groups).toEqual([]);
        await client.delete(`${collection}/${RULES}`);
        await plan.patchSpec({ monitoring: { labels: { a: 'b' } } });
        await plan.waitForCondition(installed);
        expect((await rule(plan))?.spec.groups.length).toBeGreaterThan(0);
      },
      QUICK,
    ),
  );
});

describe('the chart', () => {
  it('watches the operator in words that prometheus-operator has', async () => {
    await installPrometheusOperator(client);
    const plural = { PrometheusRule: 'prometheusrules', ServiceMonitor: 'servicemonitors' };
    const rendered = await renderChart({}, 'default', [GROUP]);
    const taken = Object.entries(plural).map(([kind, resource]) => {
      const object = findObject(rendered, kind, SERVICE_ACCOUNT);
      const path = `/apis/${GROUP}/namespaces/default/${resource}?fieldValidation=Strict`;
      return eventually({ what: `a ${kind} to be taken`, timeoutMs: 90_000 }, () =>
        client.create<KubeObject>(path, object),
      );
    });
    const names = (await Promise.all(taken)).map(({ metadata }) => metadata.name);
    expect(names).toEqual([SERVICE_ACCOUNT, SERVICE_ACCOUNT]);
  });
});

describe('without the whole of it', () => {
  it('an operator of an older Role says so and goes on with files', { timeout: SLOT_TEST_MS }, () =>
    withPlan(
      tier,
      'monitoring-role',
      async (plan) => {
        await installPrometheusOperator(client);
        const role = plan.path('rbac.authorization.k8s.io/v1', 'roles', SERVICE_ACCOUNT);
        const rules = operatorRules();
        const isOptional = ({ apiGroups }: (typeof rules)[number]): boolean =>
          apiGroups?.includes('monitoring.coreos.com') ?? false;
        await client.patch(role, { rules: rules.filter((one) => !isOptional(one)) });
        await plan.converge();
        const said = await plan.waitForCondition({ ...absent, reason: 'OperatorNotPermitted' });
        expect(said.message).toContain('upgrade the chart');
        await made(plan, 'v1', 'configmaps', FILES);
        await expectQuiet(plan);
        await client.patch(role, { rules });
        await plan.waitForCondition(installed);
        await gone(plan, 'v1', 'configmaps', FILES);
      },
      QUICK,
    ),
  );

  it('half of the kinds are none', { timeout: SLOT_TEST_MS }, () =>
    withPlan(
      tier,
      'monitoring-half',
      async (plan) => {
        await installPrometheusOperator(client, ['prometheusrules']);
        await plan.converge();
        await plan.waitForCondition(absent);
        expect(await files(plan)).toBeDefined();
        expect(await rule(plan)).toBeUndefined();
        expect(plan.proxy.log.denied.map(formatRecord)).toEqual([]);
      },
      QUICK,
    ),
  );
});

describe('a prometheus-operator in trouble', () => {
  const failed = { type: 'MonitoringReady', status: 'False', reason: 'ReconcileFailed' };

  it('stops no status, and is told and tried again', { timeout: SLOT_TEST_MS }, () =>
    withPlan(
      tier,
      'monitoring-webhook',
      async (plan) => {
        await installPrometheusOperator(client);
        await breakWrites(client, plan.namespace, {
          group: 'monitoring.coreos.com',
          resource: 'prometheusrules',
        });
        await plan.converge();
        const said = await plan.waitForCondition(failed);
        expect(said.message).toContain(`PrometheusRule ${RULES}: 500`);
        expect(said.message).toContain('nobody.example.com');
        // One that is in the way keeps nobody from the others.
        await made(plan, GROUP, 'podmonitors', MONITOR);
        await plan.patchSpec({ suspend: true });
        await plan.waitForCondition({ type: 'Suspended', status: 'True' });
        await plan.patchSpec({ suspend: false });
        await plan.waitReady();
        await mendWrites(client, plan.namespace);
        await plan.waitForCondition(installed);
        await made(plan, GROUP, 'prometheusrules', RULES);
        await expectQuiet(plan);
      },
      QUICK,
    ),
  );

  it('whose kinds are on their way out leaves files, and no trouble', { timeout: SLOT_TEST_MS }, () =>
    withPlan(
      tier,
      'monitoring-terminating',
      async (plan) => {
        await installPrometheusOperator(client);
        const collection = plan.path(GROUP, 'prometheusrules');
        await client.create(collection, {
          ...{ apiVersion: GROUP, kind: 'PrometheusRule', spec: { groups: [] } },
          metadata: { name: 'theirs', finalizers: ['example.com/held'] },
        });
        try {
          await plan.converge();
          await plan.waitForCondition(installed);
          await client.delete(`${CRD_PATH}/prometheusrules.monitoring.coreos.com`);
          await plan.waitForCondition(absent);
          await made(plan, 'v1', 'configmaps', FILES);
          await plan.patchSpec({ monitoring: { labels: { a: 'b' } } });
          await plan.waitReady();
          await expectQuiet(plan);
          expect(await client.find(`${collection}/theirs`)).toBeDefined();
        } finally {
          await client.patch(`${collection}/theirs`, { metadata: { finalizers: null } });
        }
      },
      QUICK,
    ),
  );
});

describe('a cluster in trouble', () => {
  it('has the rules of a new object all the same', { timeout: SLOT_TEST_MS }, () =>
    withPlan(
      tier,
      'monitoring-first',
      async (plan) => {
        await installPrometheusOperator(client);
        await breakWrites(client, plan.namespace, { group: 'apps', resource: 'statefulsets' });
        await plan.operator.start();
        await plan.createObject();
        await made(plan, GROUP, 'prometheusrules', RULES);
        await made(plan, GROUP, 'podmonitors', MONITOR);
        expect(await plan.find('apps/v1', 'statefulsets', `${OBJECT_NAME}-postgres`)).toBeUndefined();
        await mendWrites(client, plan.namespace);
        await plan.waitReady();
      },
      QUICK,
    ),
  );
});
