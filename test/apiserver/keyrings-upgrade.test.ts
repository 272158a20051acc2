/** An object of an operator before keyrings: it has data, and must get the keys that a later loss would ask for. */
import { expect, inject, it, vi } from 'vitest';
import type * as Credentials from '../../operator/src/policies/credentials.ts';
import type { Manifest } from '../../operator/src/resources/index.ts';
import type * as Server from '../../operator/src/resources/server.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import { lose, podsOf, secretName, waitMounted } from '../support/server-secrets.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';

const tier = inject('tier');

/** Of the builders inside this process: an operator before keyrings made none, and servers that mount none. */
const version = vi.hoisted(() => ({ knowsKeyrings: true }));
vi.mock('../../operator/src/policies/credentials.ts', async (importOriginal) => {
  const original = await importOriginal<typeof Credentials>();
  const purposesOf: typeof original.purposesOf = (spec) =>
    original.purposesOf(spec).filter((purpose) => version.knowsKeyrings || !purpose.endsWith('Keys'));
  return { ...original, purposesOf };
});
vi.mock('../../operator/src/resources/server.ts', async (importOriginal) => {
  const original = await importOriginal<typeof Server>();
  const serverDeployment: typeof original.serverDeployment = (target, mounts) => {
    const manifest = original.serverDeployment(target, mounts);
    return version.knowsKeyrings ? manifest : withoutKeyrings(manifest);
  };
  return { ...original, serverDeployment };
});

interface Named {
  readonly name: string;
}
interface Template {
  readonly spec: {
    containers: { env: Named[]; volumeMounts: Named[] }[];
    volumes: Named[];
  };
}

function withoutKeyrings(manifest: Manifest): Manifest {
  const copy: Manifest & { spec: { template: Template } } = JSON.parse(JSON.stringify(manifest));
  const { spec } = copy.spec.template;
  const others = <T extends Named>(list: readonly T[]): T[] =>
    list.filter(({ name }) => !['keyrings', 'KEYRINGS_DIR'].includes(name));
  spec.volumes = others(spec.volumes);
  for (const container of spec.containers) {
    container.env = others(container.env);
    container.volumeMounts = others(container.volumeMounts);
  }
  return copy;
}

it('gets its first keyrings, and its pods stay as they are', { timeout: SLOT_TEST_MS }, () =>
  withPlan(
    tier,
    'keyrings-upgrade',
    async (plan) => {
      version.knowsKeyrings = false;
      await plan.converge();
      await plan.settle();
      const before = await plan.credentials();
      expect(Object.keys(before).filter((name) => name.includes('-keys-'))).toEqual([]);
      expect((await plan.object()).status).not.toHaveProperty('encryptionKey');
      const pods = (await podsOf(plan, 'server')).map(({ metadata }) => metadata.uid ?? '').toSorted();

      await plan.operator.stop('SIGTERM');
      version.knowsKeyrings = true;
      await plan.operator.start();
      const all = await eventually({ what: 'three keyrings', timeoutMs: 60_000 }, async () => {
        const now = await plan.credentials();
        return Object.keys(now).length === Object.keys(before).length + 3 ? now : undefined;
      });
      expect(all).toMatchObject(before);
      await plan.settle();
      const pending = await plan.waitForCondition({ type: 'PendingRollout', status: 'True' });
      expect(pending.message).toContain(`${OBJECT_NAME}-server: `);
      await plan.waitReady();
      expect((await podsOf(plan, 'server')).map(({ metadata }) => metadata.uid ?? '').toSorted()).toEqual(
        pods,
      );

      // From now on they count as made, whoever mounts them.
      const restore = await lose(plan, secretName('encryption'));
      await plan.waitForCondition({ type: 'Ready', status: 'False', reason: 'CredentialsMissing' });
      await restore();
      await plan.waitReady();
      await plan.client.patch(plan.objectPath(), {
        metadata: { annotations: { 'stockanalysis.dev/rollout': 'now' } },
      });
      await waitMounted(plan, secretName('encryption'));
      expect(await plan.credentials()).toEqual(all);
      expect(plan.proxy.log.denied).toEqual([]);
    },
    { inProcess: {} },
  ),
);
