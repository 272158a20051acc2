import { ANNOTATION, FINALIZER } from '../naming/index.ts';
import type { StockAnalysis } from '../api/index.ts';

export type DeletionDecision =
  /** Nothing of ours is left to do: the object may go. */
  | { readonly action: 'none' }
  | { readonly action: 'await-confirmation'; readonly message: string }
  | { readonly action: 'remove'; readonly data: boolean };

/**
 * What deleting this object means. Removing data takes two statements: the policy in the spec and an annotation that
 * names the object (P5). Retain wins where the spec cannot be read.
 */
export function decideDeletion(object: StockAnalysis, policy: 'Retain' | 'Delete'): DeletionDecision {
  const { metadata } = object;
  if (!metadata.finalizers?.includes(FINALIZER)) return { action: 'none' };
  if (policy === 'Retain') return { action: 'remove', data: false };
  if (metadata.annotations?.[ANNOTATION.confirmDelete] === metadata.name)
    return { action: 'remove', data: true };
  const message =
    `deletionPolicy is Delete: annotate the object with ${ANNOTATION.confirmDelete}=${metadata.name} to remove ` +
    'volume and credentials, or set spec.deletionPolicy to Retain to keep them';
  return { action: 'await-confirmation', message };
}
