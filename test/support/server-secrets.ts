/** What the servers alone mount, and ways to lose it. */
import type { Pod, Secret } from './kube-objects.ts';
import type { Plan } from './plan.ts';
import { OBJECT_NAME } from './plan-objects.ts';
import { PodVolumes } from './pod-volumes.ts';
import { eventually } from './wait.ts';

export const KEYRINGS = ['encryption', 'session', 'pepper'] as const;
export const secretName = (purpose: string, number = 1): string => `${OBJECT_NAME}-${purpose}-keys-${number}`;
export const BOOTSTRAP = `${OBJECT_NAME}-bootstrap`;
export const secretPath = (plan: Plan, name: string): string => plan.path('v1', 'secrets', name);

export async function podsOf(plan: Plan, component: string): Promise<readonly Pod[]> {
  const selector = encodeURIComponent(`app.kubernetes.io/component=${component}`);
  const pods = await plan.list<Pod>('v1', `pods?labelSelector=${selector}`);
  return pods.filter(({ metadata }) => !('deletionTimestamp' in metadata));
}

/** What the pods of a component find, by path. */
export async function filesOf(plan: Plan, component: string): Promise<ReadonlyMap<string, string>[]> {
  const volumes = new PodVolumes(plan.client, plan.namespace);
  const pods = await podsOf(plan, component);
  return Promise.all(pods.map(async (pod) => (await volumes.mount(pod)).files));
}

/** Takes the Secret away; the returned function puts it back as from a backup. */
export async function lose(plan: Plan, name: string): Promise<() => Promise<unknown>> {
  const secret = await plan.client.get<Secret>(secretPath(plan, name));
  await plan.client.delete(secretPath(plan, name));
  const { labels } = secret.metadata;
  return () => plan.client.create(plan.path('v1', 'secrets'), { ...secret, metadata: { name, labels } });
}

/** Waits until all servers are pods of one template that mounts this Secret. */
export async function waitMounted(plan: Plan, secret: string): Promise<void> {
  await eventually({ what: `all servers to mount ${secret}`, timeoutMs: 120_000 }, async () => {
    const pods = await podsOf(plan, 'server');
    return (
      (pods.length === 2 && pods.every((pod) => JSON.stringify(pod.spec.volumes).includes(secret))) ||
      undefined
    );
  });
  await plan.waitReady();
}
