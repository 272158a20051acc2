import { OBJECT_NAME } from './plan-objects.ts';
import type { Plan } from './plan.ts';
import type { KubeObject } from './kube-objects.ts';

type Kind = readonly [group: string, resource: string];

/** What runs. */
export const WORKLOADS: readonly Kind[] = [
  ['apps/v1', 'deployments'],
  ['apps/v1', 'statefulsets'],
  ['batch/v1', 'jobs'],
  ['v1', 'pods'],
];

const OTHERS: readonly Kind[] = [
  ['v1', 'secrets'],
  ['v1', 'configmaps'],
  ['v1', 'services'],
  ['v1', 'serviceaccounts'],
  ['networking.k8s.io/v1', 'networkpolicies'],
  ['policy/v1', 'poddisruptionbudgets'],
  ['v1', 'persistentvolumeclaims'],
];

/** What the operator makes, and the pods that come of it. */
export const CHILDREN = [...WORKLOADS, ...OTHERS];

/** Everything that carries the labels of the object, as sorted `resource/name`. */
export async function inventory(plan: Plan): Promise<string[]> {
  const selector = encodeURIComponent(`app.kubernetes.io/instance=${OBJECT_NAME}`);
  const lists = CHILDREN.map(async ([group, resource]) => {
    const items = await plan.list<KubeObject>(group, `${resource}?labelSelector=${selector}`);
    return items.map(({ metadata }) => `${resource}/${metadata.name}`);
  });
  return (await Promise.all(lists)).flat().toSorted();
}
