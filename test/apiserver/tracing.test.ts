/** What server and worker send traces with: a Secret of others that comes, changes, breaks and goes. */
import { describe, expect, inject, it } from 'vitest';
import type { ConfigMap, KubeObject, Secret, Volume } from '../support/kube-objects.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan } from '../support/plan.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { formatRecord } from '../support/write-log.ts';

const tier = inject('tier');

interface Deployment extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly volumes?: readonly Volume[];
        readonly containers: readonly [{ readonly env: readonly { readonly name: string }[] }];
      };
    };
  };
}
interface Policy extends KubeObject {
  readonly spec: {
    readonly egress: readonly {
      readonly to?: unknown;
      readonly ports?: readonly { readonly port: number }[];
    }[];
  };
}

const PARTS = ['server', 'worker'] as const;
const tracing = {
  endpoint: 'https://otel.example:4318/v1/traces',
  sampleRatio: '0.5',
  headersSecretRef: { name: 'otel', key: 'auth' },
};

async function seenBy(plan: Plan, part: (typeof PARTS)[number]) {
  const found = await plan.find<Deployment>('apps/v1', 'deployments', `${OBJECT_NAME}-${part}`);
  if (!found) throw new Error(`there is no Deployment of the ${part}`);
  const { volumes = [], containers } = found.spec.template.spec;
  const volume = (name: string) => volumes.find((one) => one.name === name);
  const config = await plan.find<ConfigMap>('v1', 'configmaps', volume('config')?.configMap?.name ?? '');
  const secret = await plan.find<Secret>('v1', 'secrets', volume('tracing')?.secret?.secretName ?? '-');
  const policy = await plan.find<Policy>('networking.k8s.io/v1', 'networkpolicies', `${OBJECT_NAME}-${part}`);
  const open = (policy?.spec.egress ?? []).filter(({ to }) => to === undefined);
  return {
    headers: Buffer.from(secret?.data?.['headers'] ?? '', 'base64').toString(),
    isConfigured: config?.data?.['config.yaml']?.includes('endpoint: https://otel.example') ?? false,
    isNamed: containers[0].env.some(({ name }) => name === 'OTLP_HEADERS_FILE'),
    ports: open.flatMap(({ ports = [] }) => ports.map(({ port }) => port)),
  };
}

const NOTHING = { headers: '', isConfigured: false, isNamed: false, ports: [] };
const sent = (headers: string) => ({ headers, isConfigured: true, isNamed: true, ports: [4318] });

const eventuallySeen = (plan: Plan, expected: object): Promise<unknown> =>
  eventually({ what: `both with ${JSON.stringify(expected)}`, timeoutMs: 60_000 }, async () => {
    for (const part of PARTS) expect(await seenBy(plan, part)).toEqual(expected);
    return true;
  });

describe.concurrent('traces', () => {
  it('begin with their headers, follow them, and survive their loss', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'tracing', async (plan) => {
      await plan.converge({ monitoring: { tracing } });
      const missing = { type: 'MonitoringReady', status: 'False', reason: 'SecretMissing' };
      expect((await plan.waitForCondition(missing)).message).toContain(
        'no traces are sent until it is right',
      );
      for (const part of PARTS) expect(await seenBy(plan, part)).toEqual(NOTHING);

      const secrets = plan.path('v1', 'secrets');
      const first = { metadata: { name: 'otel' }, stringData: { auth: 'Authorization: Bearer first' } };
      await plan.client.create(secrets, first);
      await eventuallySeen(plan, sent('Authorization: Bearer first'));

      const path = plan.path('v1', 'secrets', 'otel');
      await plan.client.patch(path, { stringData: { auth: 'Authorization: Bearer second' } });
      await eventuallySeen(plan, sent('Authorization: Bearer second'));
      // Ready may be that of before: a Secret raises no generation.
      await plan.waitRolledOut();
      await plan.waitReady();

      await plan.client.patch(path, { stringData: { auth: 'Bearer s3cr3t' } });
      const broken = await plan.waitForCondition({ ...missing, reason: 'SecretInvalid' });
      expect(broken.message).toContain('go on with what they had');
      expect(broken.message).not.toContain('s3cr3t');
      await plan.client.delete(path);
      await plan.waitForCondition(missing);
      await plan.settle();
      for (const part of PARTS)
        expect(await seenBy(plan, part)).toEqual(sent('Authorization: Bearer second'));

      const quiet = plan.proxy.log.writeCount;
      await plan.restartOperator();
      await plan.settle(4000);
      expect(plan.proxy.log.writesSince(quiet)).toEqual([]);

      await plan.patchSpec({ monitoring: { tracing: { endpoint: 'https://otel.example:4319/v1/traces' } } });
      await eventuallySeen(plan, NOTHING);

      await plan.patchSpec({ monitoring: { tracing: null } });
      await plan.waitReady();
      await eventuallySeen(plan, NOTHING);
      expect(plan.proxy.log.denied.map(formatRecord)).toEqual([]);
    }),
  );
});
