/** Workloads that cannot run: a reason that names the object, no hot loop, and recovery once mended. */
import { describe, expect, inject, it } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import type { Pod } from '../support/kube-objects.ts';
import { storageClass } from '../support/stub-provisioner.ts';

const tier = inject('tier');

const componentOf = (pod: Pod): string | undefined => pod.metadata.labels?.['app.kubernetes.io/component'];

describe.concurrent('bad workloads', () => {
  it('an image that does not exist, from the start, and then does', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'bad-image', async (plan) => {
      plan.kubelet.script.pullable = (image) => !image.includes('absent');
      await plan.operator.start();
      await plan.createObject({ image: { repository: 'test.invalid/absent', tag: '1' } });
      await expectFailure(plan, {
        reason: 'ImagePullFailed',
        names: ['test.invalid/absent:1', 'demo-migrate'],
      });
      plan.kubelet.script.pullable = () => true;
      expect(await plan.waitReady()).toMatchObject({ status: 'True' });
    }),
  );

  it(
    'an image that does not exist, set later: the old pods keep serving until the spec is mended',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(tier, 'bad-postgres-image', async (plan) => {
        plan.kubelet.script.pullable = (image) => !image.includes('absent');
        await plan.converge();
        const claim = await plan.claimUID();
        await plan.patchSpec({ database: { builtIn: { image: 'test.invalid/absent:1' } } });
        await expectFailure(plan, {
          reason: 'ImagePullFailed',
          names: ['test.invalid/absent:1', 'demo-postgres-0'],
        });
        await plan.patchSpec({ database: { builtIn: { image: 'test.invalid/postgres:1' } } });
        await plan.waitReady();
        expect(await plan.claimUID()).toBe(claim);
      }),
  );

  it('a pod that no node takes', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'bad-size', async (plan) => {
      await plan.operator.start();
      await plan.createObject({ server: { resources: { requests: { cpu: 1000 } } } });
      await expectFailure(plan, { reason: 'PodUnschedulable', names: ['demo-server', 'Insufficient cpu'] });
      await plan.patchSpec({ server: { resources: { requests: { cpu: 1 } } } });
      expect(await plan.waitReady()).toMatchObject({ status: 'True' });
    }),
  );

  it('a container that ends again and again', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'bad-start', async (plan) => {
      const failure = { exitCode: 3, message: 'no market data' };
      plan.kubelet.script.crash = (pod) => (componentOf(pod) === 'worker' ? failure : undefined);
      await plan.operator.start();
      await plan.createObject();
      await expectFailure(plan, {
        reason: 'ContainerCrashed',
        names: ['demo-worker', '3', 'no market data'],
      });
      plan.kubelet.script.crash = () => undefined;
      expect(await plan.waitReady()).toMatchObject({ status: 'True' });
    }),
  );

  it.each(['postgres', 'migrate', 'worker'])(
    'a volume of a pod of %s that a node cannot mount',
    { timeout: SLOT_TEST_MS },
    (component) =>
      withPlan(tier, `bad-mount-${component}`, async (plan) => {
        const problem = `MountVolume.SetUp failed for volume "data" : rpc error: volume is in use`;
        plan.kubelet.script.unmountable = (pod) => (componentOf(pod) === component ? problem : undefined);
        await plan.operator.start();
        await plan.createObject();
        await expectFailure(plan, {
          reason: 'PodStartFailed',
          names: [`pod demo-${component}-`, 'FailedMount', problem],
        });
        plan.kubelet.script.unmountable = () => undefined;
        expect(await plan.waitReady()).toMatchObject({ status: 'True' });
        expect(plan.proxy.log.denied).toEqual([]);
      }),
  );

  it('a StorageClass that does not exist', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'bad-storage', async (plan) => {
      await plan.operator.start();
      await plan.createObject({ database: { builtIn: { storage: { storageClassName: 'bad-storage' } } } });
      await expectFailure(plan, {
        reason: 'StorageClassMissing',
        names: ['bad-storage', 'demo-postgres-data'],
      });
      await plan.client.create('/apis/storage.k8s.io/v1/storageclasses', storageClass('bad-storage', false));
      expect(await plan.waitReady()).toMatchObject({ status: 'True' });
    }),
  );

  it(
    'a volume that cannot grow: the database goes on, and a warning says so',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(tier, 'bad-growth', async (plan) => {
        const fixed = storageClass('bad-growth', false) as object;
        await plan.client.create('/apis/storage.k8s.io/v1/storageclasses', {
          ...fixed,
          allowVolumeExpansion: false,
        });
        const storage = (size: string): unknown => ({
          database: { builtIn: { storage: { storageClassName: 'bad-growth', size } } },
        });
        await plan.converge(storage('1Gi'));
        await plan.patchSpec(storage('2Gi'));
        const warning = await plan.waitForCondition({
          type: 'Warnings',
          status: 'True',
          reason: 'VolumeResizeRefused',
        });
        expect(warning.message).toContain('demo-postgres-data');
        expect(warning.message).toContain('allowVolumeExpansion');
        expect(await plan.waitReady()).toMatchObject({ status: 'True' });
      }),
  );

  it('a migration that fails', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'bad-migration', async (plan) => {
      const failure = { exitCode: 1, message: 'relation "bars" is in the way' };
      plan.kubelet.script.crash = (pod) => (componentOf(pod) === 'migrate' ? failure : undefined);
      await plan.operator.start();
      await plan.createObject();
      await plan.waitForCondition({ type: 'Ready', status: 'False', reason: 'MigrationFailed' });
      const condition = await plan.waitForCondition({ type: 'SchemaCurrent', status: 'False' });
      expect(condition.message).toContain('relation "bars" is in the way');
      expect(await plan.find('apps/v1', 'deployments', 'demo-server')).toBeUndefined();
      plan.kubelet.script.crash = () => undefined;
      expect(await plan.waitReady()).toMatchObject({ status: 'True' });
    }),
  );
});
