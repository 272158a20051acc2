/** What the workers send notifications with: Secrets of others that come, change, break and go. */
import { describe, expect, inject, it } from 'vitest';
import type { ConfigMap, KubeObject, Pod, Secret, Volume } from '../support/kube-objects.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan } from '../support/plan.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { formatRecord } from '../support/write-log.ts';

const tier = inject('tier');

interface Deployment extends KubeObject {
  readonly spec: { readonly template: { readonly spec: { readonly volumes?: readonly Volume[] } } };
}

const email = {
  host: 'mail.example',
  from: 'platform@mail.example',
  to: ['ops@mail.example'],
  secretRef: { name: 'smtp' },
};
const monitoring = { notifications: { email, webhook: { secretRef: { name: 'hook' } } } };

const put = (plan: Plan, name: string, stringData: object): Promise<unknown> =>
  plan.client.create(plan.path('v1', 'secrets'), { metadata: { name }, stringData });
const change = (plan: Plan, name: string, stringData: object): Promise<unknown> =>
  plan.client.patch(plan.path('v1', 'secrets', name), { stringData });

async function templateOf(plan: Plan, part: 'server' | 'worker') {
  const found = await plan.find<Deployment>('apps/v1', 'deployments', `${OBJECT_NAME}-${part}`);
  if (!found) throw new Error(`there is no Deployment of the ${part}`);
  const { volumes = [] } = found.spec.template.spec;
  const volume = (name: string) => volumes.find((one) => one.name === name);
  return {
    secret: volume('notifications')?.secret?.secretName,
    configMap: volume('config')?.configMap?.name ?? '',
  };
}

async function configOf(plan: Plan, part: 'server' | 'worker'): Promise<string> {
  const { configMap } = await templateOf(plan, part);
  return (await plan.find<ConfigMap>('v1', 'configmaps', configMap))?.data?.['config.yaml'] ?? '';
}

/** Values that the workers find, by file. */
async function sentWith(plan: Plan): Promise<Readonly<Record<string, string>>> {
  const { secret = '' } = await templateOf(plan, 'worker');
  const data = (await plan.find<Secret>('v1', 'secrets', secret))?.data ?? {};
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

const eventuallySentWith = (plan: Plan, values: object): Promise<unknown> =>
  eventually({ what: `workers with ${JSON.stringify(values)}`, timeoutMs: 60_000 }, async () => {
    expect(await sentWith(plan)).toEqual(values);
    return true;
  });

async function servers(plan: Plan): Promise<readonly string[]> {
  const selector = encodeURIComponent('app.kubernetes.io/component=server');
  const pods = await plan.list<Pod>('v1', `pods?labelSelector=${selector}`);
  return pods.map(({ metadata }) => metadata.uid ?? '').toSorted();
}

describe.concurrent('notifications', () => {
  it('begin with their Secrets, follow them, and survive their loss', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'notifications', async (plan) => {
      await plan.converge({ monitoring });
      const missing = { type: 'MonitoringReady', status: 'False', reason: 'SecretMissing' };
      const { message } = await plan.waitForCondition(missing);
      expect(message).toMatch(/Secret smtp .*email.*does not exist.*Secret hook .*webhook.*does not exist/);
      expect(await configOf(plan, 'worker')).not.toContain('monitoring');
      const running = await servers(plan);

      await put(plan, 'smtp', { 'smtp-username': 'u', 'smtp-password': 'first\n', other: 'x' });
      await eventuallySentWith(plan, { 'smtp-username': 'u', 'smtp-password': 'first' });
      const one = await configOf(plan, 'worker');
      expect(one).toContain('host: mail.example');
      expect(one).not.toContain('webhook');

      await put(plan, 'hook', { 'webhook-url': 'https://hook.example:8443/x' });
      const both = {
        'smtp-username': 'u',
        'smtp-password': 'first',
        'webhook-url': 'https://hook.example:8443/x',
      };
      await eventuallySentWith(plan, both);
      expect(await configOf(plan, 'worker')).toContain('webhook: {}');
      await plan.waitForCondition({
        type: 'MonitoringReady',
        status: 'False',
        reason: 'PrometheusOperatorAbsent',
      });

      await change(plan, 'smtp', { 'smtp-password': 'second' });
      const changed = { ...both, 'smtp-password': 'second' };
      await eventuallySentWith(plan, changed);
      // Ready may be that of before: a Secret raises no generation.
      await plan.waitRolledOut();
      await plan.waitReady();
      await plan.settle();

      // What is of no use changes nothing of the workers.
      let quiet = plan.proxy.log.writeCount;
      await change(plan, 'smtp', { other: 'y' });
      await plan.settle(3000);
      expect(plan.proxy.log.writesSince(quiet)).toEqual([]);

      const before = await templateOf(plan, 'worker');
      await change(plan, 'hook', { 'webhook-url': 'not a url' });
      const broken = await plan.waitForCondition({ ...missing, reason: 'SecretInvalid' });
      expect(broken.message).toContain('go on with what they had');
      expect(broken.message).not.toContain('not a url');
      await plan.client.delete(plan.path('v1', 'secrets', 'smtp'));
      await plan.waitForCondition(missing);
      await plan.settle();
      expect(await templateOf(plan, 'worker')).toEqual(before);
      expect(await sentWith(plan)).toEqual(changed);

      quiet = plan.proxy.log.writeCount;
      await plan.restartOperator();
      await plan.settle(4000);
      expect(plan.proxy.log.writesSince(quiet)).toEqual([]);
      expect(await servers(plan)).toEqual(running);

      await plan.patchSpec({ monitoring: { notifications: { email: { host: 'other.example' } } } });
      await eventuallySentWith(plan, { 'webhook-url': 'https://hook.example:8443/x' });
      expect(await configOf(plan, 'worker')).not.toContain('other.example');
      expect(await servers(plan)).toEqual(running);

      await plan.patchSpec({ monitoring: { notifications: null } });
      await plan.waitReady();
      expect(await templateOf(plan, 'worker')).toEqual({
        configMap: (await templateOf(plan, 'server')).configMap,
        secret: undefined,
      });
      expect(await servers(plan)).toEqual(running);
      expect(plan.proxy.log.denied.map(formatRecord)).toEqual([]);
    }),
  );
});
