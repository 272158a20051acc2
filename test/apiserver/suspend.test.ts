/** `spec.suspend`: what runs stops in order, what is kept stays, and it all comes back. */
import { describe, expect, inject, it } from 'vitest';
import type { KubeObject } from '../support/kube-objects.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan } from '../support/plan.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';

const tier = inject('tier');

const suspended = { type: 'Suspended', status: 'True', reason: 'Suspended' } as const;
const pods = async (plan: Plan): Promise<string[]> =>
  (await plan.list<KubeObject & { status?: { phase?: string } }>('v1', 'pods'))
    .filter(({ status }) => status?.phase !== 'Succeeded')
    .map(({ metadata }) => metadata.name);

/** Workloads that the operator wrote to since `index`, in order, each once. */
function touchedSince(plan: Plan, index: number): string[] {
  const objects = plan.proxy.log.writes
    .slice(index)
    .map(({ object }) => object)
    .filter((object) => /^(deployments|statefulsets)/.test(object));
  return [...new Set(objects)];
}

const POSTGRES = `statefulsets.apps/${OBJECT_NAME}-postgres`;
const SERVER = `deployments.apps/${OBJECT_NAME}-server`;
const WORKER = `deployments.apps/${OBJECT_NAME}-worker`;

describe.concurrent('suspension', () => {
  it('stops the application before its database, keeps data, and resumes', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'suspend', async (plan) => {
      await plan.converge();
      await plan.settle();
      const before = { claim: await plan.claimUID(), credentials: await plan.credentials() };
      const status = (await plan.object()).status?.database;
      let index = plan.proxy.log.writeCount;

      await plan.patchSpec({ suspend: true });
      await plan.waitForCondition(suspended);
      expect(await pods(plan)).toEqual([]);
      expect(touchedSince(plan, index).at(-1)).toBe(POSTGRES);
      const conditions = (await plan.object()).status?.conditions ?? [];
      const of = (type: string): unknown => conditions.find((one) => one.type === type);
      expect(of('Ready')).toMatchObject({ status: 'False', reason: 'Suspended' });
      expect(of('Reconciling')).toMatchObject({ status: 'False' });
      expect(of('Stalled')).toMatchObject({ status: 'False' });
      await plan.settle();
      index = plan.proxy.log.writeCount;
      await plan.settle(5000);
      expect(plan.proxy.log.writeCount).toBe(index);

      // What is kept is looked at: a loss is said now, and not only when the data is wanted back.
      const password = plan.path('v1', 'secrets', 'demo-postgres-admin-1');
      const secret = await plan.client.get<KubeObject>(password);
      await plan.client.delete(password);
      await plan.waitForCondition({
        type: 'CredentialsFresh',
        status: 'False',
        reason: 'CredentialsMissing',
      });
      await plan.waitForCondition(suspended);
      const { name, labels } = secret.metadata;
      await plan.client.create(plan.path('v1', 'secrets'), { ...secret, metadata: { name, labels } });
      await plan.waitForCondition({ type: 'CredentialsFresh', status: 'True' });
      await plan.settle();
      index = plan.proxy.log.writeCount;

      await plan.patchSpec({ suspend: false });
      await plan.waitReady();
      expect(touchedSince(plan, index)[0]).toBe(POSTGRES);
      expect(touchedSince(plan, index).toSorted()).toEqual([SERVER, WORKER, POSTGRES].toSorted());
      expect(await plan.claimUID()).toBe(before.claim);
      expect(await plan.credentials()).toEqual(before.credentials);
      expect((await plan.object()).status?.database).toEqual(status);
      expect(plan.proxy.log.denied).toEqual([]);
    }),
  );

  it('is when a certificate of the database is changed unnoticed', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'suspend-certificate', async (plan) => {
      await plan.converge();
      await plan.patchSpec({ suspend: true });
      await plan.waitForCondition(suspended);
      const certificate = (number: number): string =>
        plan.path('v1', 'secrets', `${OBJECT_NAME}-postgres-tls-${number}`);
      await plan.client.delete(certificate(1));
      await eventually({ what: 'the next number', timeoutMs: 90_000 }, async () =>
        (await plan.object()).status?.credentials?.databaseTLS === 2 ? true : undefined,
      );
      await plan.patchSpec({ suspend: false });
      await plan.waitReady();
      expect(await plan.client.find(certificate(2))).toBeDefined();
    }),
  );

  it('works on what cannot run, and the mended spec runs after it', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'suspend-broken', async (plan) => {
      await plan.converge();
      plan.kubelet.script.pullable = (image) => !image.includes('absent');
      await plan.patchSpec({ image: { repository: 'test.invalid/absent', tag: '1' } });
      await plan.waitForCondition({ type: 'Ready', status: 'False', reason: 'ImagePullFailed' });
      await plan.patchSpec({ suspend: true });
      await plan.waitForCondition(suspended);
      expect(await pods(plan)).toEqual([]);
      await plan.patchSpec({ suspend: false, image: null });
      await plan.waitReady();
    }),
  );

  it('from the start makes nothing, and lets the object go', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'suspend-first', async (plan) => {
      await plan.operator.start();
      await plan.createObject({ suspend: true });
      await plan.waitForCondition(suspended);
      expect([...plan.proxy.log.creates().keys()]).toEqual([]);
      await plan.patchSpec({ suspend: false });
      await plan.waitReady();
      await plan.patchSpec({ suspend: true });
      await plan.waitForCondition(suspended);
      await plan.client.delete(plan.objectPath());
      await eventually({ what: 'the object to be gone', timeoutMs: 60_000 }, async () =>
        (await plan.client.find(plan.objectPath())) === undefined ? true : undefined,
      );
    }),
  );
});
