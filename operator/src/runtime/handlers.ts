import type { KubeObject } from '../kube/index.ts';
import { refOf } from '../kube/index.ts';
import type { Request } from './reconcile.ts';

/** Which objects to reconcile because of this one. On an update it sees the old and the current object. */
export type EnqueueHandler<T extends KubeObject> = (object: T) => readonly Request[];

export const enqueueSelf = (object: KubeObject): readonly Request[] => [refOf(object)];

/**
 * The object a label names, in the same namespace: for children that carry no owner reference because they outlive
 * their owner.
 */
export function enqueueLabel(
  label: string,
  only: (object: KubeObject) => boolean = () => true,
): EnqueueHandler<KubeObject> {
  return (object) => {
    const name = object.metadata.labels?.[label];
    return name && only(object) ? [{ namespace: object.metadata.namespace, name }] : [];
  };
}
