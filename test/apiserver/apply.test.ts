/** What a spec no longer asks for goes away, also from children that were made by POST. */
import { expect, inject, it } from 'vitest';
import type { KubeObject } from '../support/kube-objects.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan } from '../support/plan.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { eventually } from '../support/wait.ts';
import { isDiscovery, type RequestRecord } from '../support/write-log.ts';

const tier = inject('tier');
const MANAGER = 'stock-analysis-operator';

interface Deployment extends KubeObject {
  readonly metadata: KubeObject['metadata'] & {
    readonly managedFields?: readonly {
      readonly manager: string;
      readonly operation: string;
      readonly subresource?: string;
    }[];
  };
  readonly spec: {
    readonly template: {
      readonly spec: { readonly imagePullSecrets?: readonly unknown[] };
    };
  };
}

const server = async (plan: Plan): Promise<Deployment> => {
  const found = await plan.find<Deployment>('apps/v1', 'deployments', `${OBJECT_NAME}-server`);
  if (!found) throw new Error('there is no server');
  return found;
};

const operationsOf = ({ metadata }: Deployment): string[] =>
  (metadata.managedFields ?? [])
    .filter(({ manager, subresource }) => manager === MANAGER && subresource === undefined)
    .map(({ operation }) => operation);

it('a field that the spec no longer holds leaves the child', { timeout: SLOT_TEST_MS }, () =>
  withPlan(tier, 'apply-removal', async (plan) => {
    await plan.converge({ image: { pullSecrets: [{ name: 'registry' }] } });
    const made = await server(plan);
    expect(made.spec.template.spec.imagePullSecrets).toEqual([{ name: 'registry' }]);
    expect(operationsOf(made)).toEqual(['Update']);
    await plan.patchSpec({ image: { pullSecrets: null } });
    await plan.waitReady();
    const applied = await server(plan);
    expect(applied.spec.template.spec.imagePullSecrets).toBeUndefined();
    expect(operationsOf(applied)).toEqual(['Apply']);
    expect(Object.keys(applied.metadata.annotations ?? {})).not.toContain('stockanalysis.dev/created');
    await plan.patchSpec({ server: { replicas: 1 } });
    await eventually({ what: 'one replica', timeoutMs: 90_000 }, async () =>
      JSON.stringify((await server(plan)).spec).includes('"replicas":1') ? true : undefined,
    );
    expect(operationsOf(await server(plan))).toEqual(['Apply']);
  }),
);

/** After some seconds the operator looks why a volume or a pod is not there yet: a busy machine has it look. */
const isForDelay = ({ verb, path }: RequestRecord): boolean =>
  verb === 'list' && /\/(events|pods)\?.*fieldSelector=/.test(path);

it('creation asks the API server for little more than its writes', { timeout: SLOT_TEST_MS }, () =>
  withPlan(tier, 'apply-economy', async (plan) => {
    const { log } = plan.proxy;
    await plan.operator.start();
    await eventually({ what: 'the Lease', timeoutMs: 90_000 }, () => log.leaseCount > 1 || undefined);
    const begun = log.records.length;
    await plan.createObject();
    await plan.waitReady();
    await plan.settle();
    const requests = log.records
      .slice(begun)
      .filter((record) => record.kind !== 'lease' && record.verb !== 'watch')
      .filter((record) => !isDiscovery(record) && !isForDelay(record));
    const children = [...log.creates().keys()].length;
    const statuses = requests.filter(({ object }) => object.endsWith('/status')).length;
    const others = requests.filter(
      ({ object, verb, status }) => !object.endsWith('/status') && !(verb === 'create' && status === 201),
    );
    console.log(
      `creation: ${requests.length} requests for ${children} children and ${statuses} status writes; beside them:\n` +
        others.map(({ verb, path }) => `  ${verb} ${path}`).join('\n'),
    );
    expect(requests.length).toBeLessThanOrEqual(1.15 * (children + statuses));
  }),
);
