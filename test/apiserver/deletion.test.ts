/** The end of an object: what stays, what goes, and what a successor finds. */
import { describe, expect, inject, it } from 'vitest';
import { HeldWatches } from '../support/held-watches.ts';
import { WORKLOADS, inventory } from '../support/inventory.ts';
import type { KubeObject, PersistentVolumeClaim } from '../support/kube-objects.ts';
import { logOf } from '../support/operator-runner.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan } from '../support/plan.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { eventually } from '../support/wait.ts';
import { formatRecord } from '../support/write-log.ts';

const tier = inject('tier');

/** Waits until the garbage collector has taken everything that ran. */
async function waitNothingRuns(plan: Plan): Promise<void> {
  for (const [group, resource] of WORKLOADS) {
    await eventually({ what: `${resource} to be gone`, timeoutMs: 120_000 }, async () =>
      (await plan.list(group, resource)).length === 0 ? true : undefined,
    );
  }
}

const CREDENTIALS = [
  'postgres-admin-1',
  'postgres-migrator-1',
  'postgres-app-a-1',
  'postgres-tls-1',
  'bootstrap',
  'encryption-keys-1',
  'session-keys-1',
  'pepper-keys-1',
];

/** Waits until nothing of ours is left but the volume and what was generated, and in a namespace in which it stays so. */
async function waitOnlyData(plan: Plan): Promise<void> {
  const isData = (name: string): boolean => /^(secrets|persistentvolumeclaims)\//.test(name);
  const generated = async (): Promise<number> =>
    Object.keys(await plan.credentials()).length + ((await plan.claimUID()) === undefined ? 0 : 1);
  await eventually({ what: 'nothing but data to be left', timeoutMs: 120_000 }, async () => {
    const left = await inventory(plan);
    return left.every(isData) && left.length === (await generated()) ? true : undefined;
  }).catch(async (error: unknown) => {
    throw new Error(`there is ${(await inventory(plan)).join(', ')}`, { cause: error });
  });
}

/** Deletes the object while its children are being made: when the database is, and the application is not yet. */
async function deleteMidway(plan: Plan, before: () => void = () => undefined): Promise<void> {
  await plan.operator.start();
  await plan.createObject();
  await eventually({ what: 'the database to be made', timeoutMs: 120_000, intervalMs: 20 }, () =>
    plan.proxy.log.creates().has(`statefulsets.apps/${OBJECT_NAME}-postgres`) ? true : undefined,
  );
  before();
  await plan.client.delete(plan.objectPath());
  await plan.waitGone();
}

/** Once, and once more by whoever did not know yet; anything above that is a loop. */
const excessive = (counts: ReadonlyMap<string, number>): string[] =>
  [...counts].filter(([, times]) => times > 2).map(([object, times]) => `${object} made ${times} times`);

/**
 * The writes after so many that changed anything, as text. An operator that hears late of the end may still send the
 * status that it has seen; where the object is gone by then the API server answers 404, and there is nothing that could
 * have changed. Everything else counts, whatever the answer: a child that was written, or would have been.
 */
const changesSince = (plan: Plan, count: number): string[] =>
  plan.proxy.log.writes
    .slice(count)
    .filter(({ object, status }) => !(status === 404 && object.endsWith(`/${OBJECT_NAME}/status`)))
    .map(formatRecord);

/** A Secret that copied all our labels and is controlled by somebody else. */
async function createStranger(plan: Plan): Promise<void> {
  const { namespace } = plan;
  const keeper = await plan.client.create<KubeObject>(`/api/v1/namespaces/${namespace}/configmaps`, {
    metadata: { name: 'keeper' },
  });
  const owner = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'keeper',
    uid: keeper.metadata.uid,
    controller: true,
  };
  const labels = {
    'app.kubernetes.io/managed-by': 'stock-analysis-operator',
    'app.kubernetes.io/instance': OBJECT_NAME,
    'app.kubernetes.io/component': 'credentials',
  };
  await plan.client.create(`/api/v1/namespaces/${namespace}/secrets`, {
    metadata: { name: 'stranger', labels, ownerReferences: [owner] },
  });
}

describe.concurrent('deletion', () => {
  it(
    'with Retain keeps the volume and its credentials, and a successor adopts them',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(tier, 'delete-retain', async (plan) => {
        await plan.converge();
        const before = {
          claim: await plan.claimUID(),
          credentials: await plan.credentials(),
          status: (await plan.object()).status?.database,
        };
        await plan.client.delete(plan.objectPath());
        await plan.waitGone();
        await waitNothingRuns(plan);
        const kept = [
          ...CREDENTIALS.map((name) => `secrets/${OBJECT_NAME}-${name}`),
          `persistentvolumeclaims/${OBJECT_NAME}-postgres-data`,
        ];
        await eventually({ what: 'the rest to be collected', timeoutMs: 120_000 }, async () =>
          (await inventory(plan)).length === kept.length ? true : undefined,
        ).catch(() => undefined);
        expect(await inventory(plan)).toEqual(kept.toSorted());

        await plan.createObject();
        await plan.waitReady();
        expect(await plan.claimUID()).toBe(before.claim);
        expect(await plan.credentials()).toEqual(before.credentials);
        expect((await plan.object()).status?.database).toEqual(before.status);
      }),
  );

  it(
    'with Delete waits for the confirmation and then leaves nothing that is ours',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(tier, 'delete-delete', async (plan) => {
        await plan.converge({ deletionPolicy: 'Delete' });
        await createStranger(plan);
        const claim = await plan.claimUID();
        await plan.client.delete(plan.objectPath());
        const condition = await plan.waitForCondition({
          type: 'Ready',
          status: 'False',
          reason: 'DeletionNotConfirmed',
        });
        expect(condition.message).toContain('stockanalysis.dev/confirm-delete');
        await plan.settle(3000);
        expect(await plan.claimUID()).toBe(claim);
        const confirm = (value: string): Promise<unknown> =>
          plan.client.patch(plan.objectPath(), {
            metadata: { annotations: { 'stockanalysis.dev/confirm-delete': value } },
          });
        await confirm('another');
        await plan.settle(3000);
        expect(await plan.claimUID()).toBe(claim);
        await confirm(OBJECT_NAME);
        await plan.waitGone();
        await waitNothingRuns(plan);
        await eventually({ what: 'everything to be collected', timeoutMs: 120_000 }, async () =>
          (await inventory(plan)).length <= 1 ? true : undefined,
        ).catch(() => undefined);
        expect(await inventory(plan)).toEqual(['secrets/stranger']);
      }),
  );

  it('of an object that never became ready comes to an end', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'delete-early', async (plan) => {
      plan.kubelet.script.pullable = () => false;
      await plan.operator.start();
      await plan.createObject();
      await plan.waitForCondition({ type: 'Ready', status: 'False', reason: 'ImagePullFailed' });
      await plan.client.delete(plan.objectPath());
      await plan.waitGone();
      await waitNothingRuns(plan);
      expect(plan.proxy.log.denied).toEqual([]);
    }),
  );

  it('with Retain needs no operator', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'delete-absent', async (plan) => {
      await plan.converge();
      await plan.operator.stop('SIGKILL');
      await plan.client.delete(plan.objectPath());
      await plan.waitGone();
      await waitNothingRuns(plan);
      expect(Object.keys(await plan.credentials())).toHaveLength(CREDENTIALS.length);
    }),
  );

  it('with Delete waits for an operator, unless the policy is taken back', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'delete-policy', async (plan) => {
      const finalizers = async (): Promise<readonly string[]> =>
        (await plan.object()).metadata.finalizers ?? [];
      await plan.converge();
      expect(await finalizers()).toEqual([]);
      await plan.patchSpec({ deletionPolicy: 'Delete' });
      await plan.waitReady();
      expect(await finalizers()).toEqual(['stockanalysis.dev/finalizer']);
      await plan.patchSpec({ deletionPolicy: 'Retain' });
      await plan.waitReady();
      expect(await finalizers()).toEqual([]);
      await plan.patchSpec({ deletionPolicy: 'Delete' });
      await plan.waitReady();
      await plan.operator.stop('SIGKILL');
      await plan.client.delete(plan.objectPath());
      expect((await plan.object()).metadata.deletionTimestamp).toBeDefined();
      await plan.patchSpec({ deletionPolicy: 'Retain' });
      await plan.operator.start();
      await plan.waitGone();
      await waitNothingRuns(plan);
      expect(Object.keys(await plan.credentials())).toHaveLength(CREDENTIALS.length);
    }),
  );

  it('with orphans leaves everything running', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'delete-orphan', async (plan) => {
      await plan.converge();
      await plan.settle();
      const before = await inventory(plan);
      const since = plan.proxy.log.writeCount;
      await plan.client.delete(plan.objectPath(), { propagationPolicy: 'Orphan' });
      await plan.waitGone();
      await plan.settle(4000);
      expect(await inventory(plan)).toEqual(before);
      expect(changesSince(plan, since)).toEqual([]);
    }),
  );

  it(
    'with orphans that the operator has not heard of leaves everything running and adopts nothing',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(
        tier,
        'delete-orphan-unheard',
        async (plan) => {
          const objects = new HeldWatches(plan.proxy, 'stockanalyses');
          await plan.converge();
          await plan.settle();
          const before = await inventory(plan);
          const since = plan.proxy.log.writeCount;
          objects.hold();
          await plan.client.delete(plan.objectPath(), { propagationPolicy: 'Orphan' });
          await plan.waitGone();
          await plan.settle(4000);
          // A child with an owner that is gone would be collected.
          expect(await inventory(plan)).toEqual(before);
          expect(changesSince(plan, since)).toEqual([]);
          expect(logOf(plan.operator)).toContain('is gone: nothing is made for it');
        },
        { inProcess: {} },
      ),
  );

  it(
    'in the foreground leaves volume and credentials, and nothing is written',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(tier, 'delete-foreground', async (plan) => {
        await plan.converge();
        await plan.settle();
        const since = plan.proxy.log.writeCount;
        await plan.client.delete(plan.objectPath(), { propagationPolicy: 'Foreground' });
        await plan.waitGone();
        await waitOnlyData(plan);
        await plan.settle(4000);
        expect(changesSince(plan, since)).toEqual([]);
      }),
  );

  it('in the middle of a creation leaves only what was generated', { timeout: SLOT_TEST_MS }, () =>
    withPlan(
      tier,
      'delete-midway',
      async (plan) => {
        await deleteMidway(plan);
        await waitOnlyData(plan);
        await plan.settle(4000);
        expect(plan.proxy.log.denied).toEqual([]);
        expect(excessive(plan.proxy.log.creates())).toEqual([]);
      },
      { inProcess: {} },
    ),
  );

  it(
    'in the middle of a creation that the operator has not heard of comes to rest',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(
        tier,
        'delete-midway-unheard',
        async (plan) => {
          const objects = new HeldWatches(plan.proxy, 'stockanalyses');
          await deleteMidway(plan, () => objects.hold());
          // For longer than the operator waits for its own writes to come back.
          await plan.settle(4000);
          objects.release();
          await waitOnlyData(plan);
          await plan.settle(4000);
          expect(plan.proxy.log.denied).toEqual([]);
          expect(excessive(plan.proxy.log.creates())).toEqual([]);
        },
        { inProcess: {} },
      ),
  );

  it('with Delete put on a platform that runs leaves nothing that is ours', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'delete-put-on', async (plan) => {
      await plan.converge();
      await plan.client.patch(plan.objectPath(), {
        metadata: { annotations: { 'stockanalysis.dev/confirm-delete': OBJECT_NAME } },
        spec: { deletionPolicy: 'Delete' },
      });
      await plan.waitReady();
      await plan.client.delete(plan.objectPath());
      await plan.waitGone();
      const what = 'everything to be collected';
      await eventually({ what, timeoutMs: 120_000 }, async () =>
        (await inventory(plan)).length === 0 ? true : undefined,
      ).catch(() => undefined);
      expect(await inventory(plan)).toEqual([]);
    }),
  );

  it('with Delete takes a volume too that has lost its label', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'delete-unlabelled', async (plan) => {
      await plan.converge({ deletionPolicy: 'Delete' });
      await plan.operator.stop('SIGKILL');
      const claim = plan.path('v1', 'persistentvolumeclaims', `${OBJECT_NAME}-postgres-data`);
      await plan.client.patch(claim, { metadata: { labels: { 'app.kubernetes.io/instance': null } } });
      await plan.client.patch(plan.objectPath(), {
        metadata: { annotations: { 'stockanalysis.dev/confirm-delete': OBJECT_NAME } },
      });
      await plan.client.delete(plan.objectPath());
      await plan.restartOperator();
      await plan.waitGone();
      expect(await plan.claimUID()).toBeUndefined();
      await waitNothingRuns(plan);
    }),
  );

  it('with Delete leaves a volume that somebody put in the place of ours', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'delete-replaced', async (plan) => {
      await plan.converge({ deletionPolicy: 'Delete' });
      await plan.operator.stop('SIGKILL');
      const name = `${OBJECT_NAME}-postgres-data`;
      const path = plan.path('v1', 'persistentvolumeclaims', name);
      const before = await plan.client.get<PersistentVolumeClaim>(path);
      // A pod that its StatefulSet makes anew in time would keep the claim from going.
      const database = plan.path('apps/v1', 'statefulsets', `${OBJECT_NAME}-postgres`);
      await plan.client.patch(database, { spec: { replicas: 0 } });
      await plan.client.delete(path);
      await eventually({ what: 'the claim to be replaced', timeoutMs: 120_000 }, async () => {
        const body = { metadata: { name }, spec: { ...before.spec, volumeName: undefined } };
        const claims = plan.path('v1', 'persistentvolumeclaims');
        return (await plan.client.call('POST', claims, { body })).status === 201 || undefined;
      });
      const theirs = await plan.claimUID();
      expect(theirs).not.toBe(before.metadata.uid);
      await plan.client.patch(plan.objectPath(), {
        metadata: { annotations: { 'stockanalysis.dev/confirm-delete': OBJECT_NAME } },
      });
      await plan.client.delete(plan.objectPath());
      await plan.restartOperator();
      await plan.waitGone();
      expect(await plan.claimUID()).toBe(theirs);
      await waitNothingRuns(plan);
    }),
  );

  it('that the operator has not heard of yet has nothing made anew', { timeout: SLOT_TEST_MS }, () =>
    withPlan(
      tier,
      'delete-unheard',
      async (plan) => {
        await plan.converge();
        await plan.settle();
        const since = plan.proxy.log.writeCount;
        // Its object was deleted and its watch does not say so; its children vanish one by one.
        const objects = new HeldWatches(plan.proxy, 'stockanalyses');
        await plan.restartOperator();
        await plan.settle();
        objects.hold();
        await plan.client.delete(plan.objectPath());
        await waitNothingRuns(plan);
        await plan.settle(4000);
        expect(changesSince(plan, since)).toEqual([]);
        expect(logOf(plan.operator)).toContain('is gone: nothing is made for it');
      },
      { inProcess: {} },
    ),
  );
});
