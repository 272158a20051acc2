import type { KubeObject, ResourceType } from '../kube/index.ts';
import { refOf } from '../kube/index.ts';
import type { Request } from './reconcile.ts';

/** Which objects to reconcile because of this one. On an update it sees the old and the current object. */
export type EnqueueHandler<T extends KubeObject> = (object: T) => readonly Request[];

export const enqueueSelf = (object: KubeObject): readonly Request[] => [refOf(object)];

/**
 * The owner of a child, by group and kind of its owner references; the version is not compared, so a new API version
 * loses no child. Only the controller reference unless `anyOwner`.
 */
export function enqueueOwner(
  owner: ResourceType,
  options: { readonly anyOwner?: boolean } = {},
): EnqueueHandler<KubeObject> {
  return (object) => {
    const requests: Request[] = [];
    for (const reference of object.metadata.ownerReferences ?? []) {
      const slash = reference.apiVersion.indexOf('/');
      const group = slash < 0 ? '' : reference.apiVersion.slice(0, slash);
      if (group !== owner.group || reference.kind !== owner.kind) continue;
      if (!options.anyOwner && reference.controller !== true) continue;
      requests.push({
        namespace: owner.namespaced ? object.metadata.namespace : undefined,
        name: reference.name,
      });
    }
    return requests;
  };
}

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
