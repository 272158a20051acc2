import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../kube/index.ts';

/** What passes: a member that is absent lets everything through. */
export interface Predicate<T extends KubeObject = KubeObject> {
  readonly onAdd?: (object: T) => boolean;
  readonly onUpdate?: (old: T, current: T) => boolean;
  readonly onDelete?: (last: T) => boolean;
}

/** Spec changes only; blind to labels, annotations, finalizers and status. */
export const generationChanged: Predicate = {
  onUpdate: (old, current) => old.metadata.generation !== current.metadata.generation,
};

export const labelsChanged: Predicate = {
  onUpdate: (old, current) => !isDeepStrictEqual(old.metadata.labels ?? {}, current.metadata.labels ?? {}),
};

export const annotationsChanged: Predicate = {
  onUpdate: (old, current) =>
    !isDeepStrictEqual(old.metadata.annotations ?? {}, current.metadata.annotations ?? {}),
};

export const deletionChanged: Predicate = {
  onUpdate: (old, current) =>
    old.metadata.deletionTimestamp !== current.metadata.deletionTimestamp ||
    !isDeepStrictEqual(old.metadata.finalizers ?? [], current.metadata.finalizers ?? []),
};

export function anyOf<T extends KubeObject>(...predicates: readonly Predicate<T>[]): Predicate<T> {
  return {
    onAdd: (object) => predicates.some((each) => each.onAdd?.(object) ?? true),
    onUpdate: (old, current) => predicates.some((each) => each.onUpdate?.(old, current) ?? true),
    onDelete: (last) => predicates.some((each) => each.onDelete?.(last) ?? true),
  };
}

/** For a primary resource: its spec, labels, annotations, finalizers or deletion changed; own status writes do not count. */
export const primaryChanged: Predicate = anyOf(
  generationChanged,
  labelsChanged,
  annotationsChanged,
  deletionChanged,
);
