import { MANAGED_BY, LABEL, instanceOf } from '../naming/index.ts';
import type { LiveObject } from './live.ts';

/**
 * Whose an object is that carries a name we need:
 * - `ours`: a child of this very object;
 * - `adoptable`: our labels and no controller: a retained object, or one whose owner reference was taken off;
 * - `earlier`: a child of an earlier object of this name, which the garbage collector is about to remove;
 * - `foreign`: somebody else's; it is never touched.
 */
export type Ownership = 'ours' | 'adoptable' | 'earlier' | 'foreign';

export interface Owner {
  readonly name: string;
  readonly uid: string;
  readonly kind: string;
}

/** Whose child it is, undefined where it is nobody's. */
export const controllerOf = ({ metadata }: LiveObject) =>
  metadata.ownerReferences?.find((reference) => reference.controller === true);

export function ownershipOf(live: LiveObject, owner: Owner): Ownership {
  const controller = controllerOf(live);
  const labelled = instanceOf(live.metadata.labels) === owner.name;
  if (controller) {
    // Owner references decide over labels: those are what the garbage collector follows.
    if (controller.uid === owner.uid) return 'ours';
    return labelled && controller.kind === owner.kind && controller.name === owner.name
      ? 'earlier'
      : 'foreign';
  }
  return labelled ? 'adoptable' : 'foreign';
}

/** For what stands under a name that we, or a controller for us, need. */
export const leftAlone = (where: string, live: LiveObject): string =>
  `${where} exists and is left alone: ${describeForeign(live)}. Rename or delete it`;

/** Says who holds the name, as far as the object tells. */
export function describeForeign(live: LiveObject): string {
  const controller = controllerOf(live);
  if (controller) return `it is controlled by ${controller.kind} ${controller.name}`;
  const manager = live.metadata.labels?.[LABEL.managedBy];
  if (manager === MANAGED_BY) return 'it belongs to another StockAnalysis';
  return manager ? `it is managed by ${manager}` : 'it does not carry the labels of this object';
}
