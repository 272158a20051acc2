/** The volume is what nobody can make anew: what happens to its claim is said, and nothing is put in its place. */
import { expect, inject, it } from 'vitest';
import type { KubeObject } from '../support/kube-objects.ts';
import type { Plan } from '../support/plan.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';

const tier = inject('tier');
const CLAIM = 'demo-postgres-data';

const claim = (plan: Plan): Promise<KubeObject | undefined> =>
  plan.find('v1', 'persistentvolumeclaims', CLAIM);

it(
  'a claim that is deleted is said while it lives, and again when it is gone',
  { timeout: SLOT_TEST_MS },
  () =>
    withPlan(tier, 'volume-lost', async (plan) => {
      await plan.converge();
      const { uid } = (await claim(plan))?.metadata ?? {};
      await plan.client.delete(plan.path('v1', 'persistentvolumeclaims', CLAIM));
      // Its pod keeps it for now.
      const going = await plan.waitForCondition({
        type: 'Ready',
        status: 'False',
        reason: 'VolumeTerminating',
      });
      expect(going.message).toContain(CLAIM);
      expect((await claim(plan))?.metadata.uid).toBe(uid);

      await plan.patchSpec({ suspend: true });
      await eventually({ what: 'the claim to be gone', timeoutMs: 60_000 }, async () =>
        (await claim(plan)) === undefined ? true : undefined,
      );
      // Said at once, and not only when somebody wants it back.
      await plan.waitForCondition({ type: 'DatabaseReady', status: 'False', reason: 'VolumeLost' });
      await plan.waitForCondition({ type: 'Suspended', status: 'True' });
      await plan.patchSpec({ suspend: false });
      const lost = await plan.waitForCondition({ type: 'Ready', status: 'False', reason: 'VolumeLost' });
      expect(lost.message).toContain(CLAIM);
      await plan.settle(4000);
      expect(await claim(plan)).toBeUndefined();
      expect(await plan.waitForCondition({ type: 'Stalled', status: 'True' })).toMatchObject({
        reason: 'VolumeLost',
      });
    }),
);

it('a claim that lost its label is known by its UID, and gets it back', { timeout: SLOT_TEST_MS }, () =>
  withPlan(tier, 'volume-label', async (plan) => {
    await plan.converge();
    const before = (await claim(plan))?.metadata;
    await plan.client.patch(plan.path('v1', 'persistentvolumeclaims', CLAIM), {
      metadata: { labels: { 'app.kubernetes.io/instance': 'other' } },
    });
    await eventually({ what: 'the label to be back', timeoutMs: 60_000 }, async () =>
      (await claim(plan))?.metadata.labels?.['app.kubernetes.io/instance'] === 'demo' ? true : undefined,
    );
    await plan.waitReady();
    expect((await claim(plan))?.metadata.uid).toBe(before?.uid);
  }),
);

it('a claim of its name that holds another database is left alone', { timeout: SLOT_TEST_MS }, () =>
  withPlan(tier, 'volume-other', async (plan) => {
    await plan.converge();
    const before = await claim(plan);
    await plan.patchSpec({ suspend: true });
    await plan.waitForCondition({ type: 'Suspended', status: 'True', reason: 'Suspended' });
    await plan.client.delete(plan.path('v1', 'persistentvolumeclaims', CLAIM));
    await eventually({ what: 'the claim to be gone', timeoutMs: 60_000 }, async () =>
      (await claim(plan)) === undefined ? true : undefined,
    );
    const { metadata, spec } = before as KubeObject & { readonly spec: Record<string, unknown> };
    const { volumeName: _, ...wanted } = spec;
    const other = { metadata: { name: CLAIM, labels: metadata.labels }, spec: wanted };
    await plan.client.create(plan.path('v1', 'persistentvolumeclaims'), other);
    await plan.patchSpec({ suspend: false });
    const mismatch = await plan.waitForCondition({
      type: 'Ready',
      status: 'False',
      reason: 'VolumeMismatch',
    });
    expect(mismatch.message).toContain(metadata.uid);
  }),
);
