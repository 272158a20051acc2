/** A PostgreSQL that somebody else runs: the operator needs its Secret and makes no database of its own. */
import { expect, inject, it } from 'vitest';
import { EXTERNAL_SECRET, externalDatabase, type ExternalDatabase } from '../support/external-database.ts';
import type { KubeObject } from '../support/kube-objects.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan } from '../support/plan.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { formatRecord, isDiscovery } from '../support/write-log.ts';

const tier = inject('tier');

/** A visit of a steady object takes what the watch says to be the newest version. */
async function readsNothingWhenSteady(plan: Plan): Promise<void> {
  await plan.settle(4000);
  const since = plan.proxy.log.records.length;
  // Somebody else's label has the object visited.
  await plan.client.patch(plan.objectPath(), { metadata: { labels: { 'example.org/visit': 'now' } } });
  await plan.settle(4000);
  expect(
    plan.proxy.log.records
      .slice(since)
      .filter((record) => record.kind !== 'lease' && !isDiscovery(record))
      .map(formatRecord),
  ).toEqual([]);
}

const appSecrets = async (plan: Plan): Promise<readonly string[]> =>
  (await plan.list<KubeObject>('v1', 'secrets'))
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith(`${OBJECT_NAME}-database-app-`));

async function rollsOutANewPassword(plan: Plan, elsewhere: ExternalDatabase): Promise<void> {
  const before = await appSecrets(plan);
  await elsewhere.setAppPassword('another password');
  const started = performance.now();
  await plan.client.patch(plan.path('v1', 'secrets', EXTERNAL_SECRET), {
    stringData: { password: 'another password' },
  });
  await eventually(
    { what: 'a Secret with the new password', timeoutMs: 90_000 },
    async () => (await appSecrets(plan)).some((name) => !before.includes(name)) || undefined,
  );
  // Five seconds where nothing else works on this machine.
  expect(performance.now() - started).toBeLessThan(15_000);
  await plan.settle();
  await plan.waitReady();
}

it('waits for the Secret, then becomes ready without a database of its own', { timeout: SLOT_TEST_MS }, () =>
  withPlan(tier, 'external', async (plan) => {
    const elsewhere = await plan.startExternalDatabase();
    await plan.operator.start();
    await plan.createObject({ database: externalDatabase() });
    const missing = await plan.waitForCondition({ type: 'Ready', status: 'False', reason: 'SecretMissing' });
    expect(missing.message).toContain(EXTERNAL_SECRET);
    const secrets = plan.path('v1', 'secrets');
    await plan.client.create(secrets, {
      metadata: { name: EXTERNAL_SECRET },
      stringData: elsewhere.appAccess(),
    });
    const invalid = await plan.waitForCondition({ type: 'Ready', status: 'False', reason: 'SecretInvalid' });
    expect(invalid.message).toContain('migratorUsername');
    await plan.client.patch(`${secrets}/${EXTERNAL_SECRET}`, { stringData: elsewhere.migratorAccess });
    await plan.waitReady();
    for (const [group, resource] of [
      ['apps/v1', 'statefulsets'],
      ['v1', 'persistentvolumeclaims'],
    ] as const) {
      expect(await plan.list<KubeObject>(group, resource)).toEqual([]);
    }
    await readsNothingWhenSteady(plan);
    await rollsOutANewPassword(plan, elsewhere);
    expect(plan.proxy.log.denied).toEqual([]);
  }),
);
