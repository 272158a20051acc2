/** A PostgreSQL that somebody else runs: the operator needs its Secret and makes no database of its own. */
import { expect, inject, it } from 'vitest';
import { EXTERNAL_SECRET, externalDatabase } from '../support/external-database.ts';
import type { KubeObject } from '../support/kube-objects.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';

const tier = inject('tier');

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
    expect(plan.proxy.log.denied).toEqual([]);
  }),
);
