import { ANNOTATION, FINALIZER } from '../naming/index.ts';
import type { StockAnalysis, StockAnalysisSpec } from '../api/index.ts';

export type DeletionDecision =
  /** The object does not wait for us: the garbage collector takes what it owns. */
  | { readonly action: 'none' }
  | { readonly action: 'await-confirmation'; readonly message: string }
  /** The object waits for us, and there is nothing that we may remove. */
  | { readonly action: 'release' }
  | { readonly action: 'remove-data' };

type Policy = StockAnalysisSpec['deletionPolicy'];

/**
 * Only an object whose data goes with it has to wait for the operator: what it owns is collected without us. So an
 * operator that is gone keeps neither an object nor its namespace, and what `kubectl delete --cascade` says is done.
 */
export const needsFinalizer = (policy: Policy): boolean => policy === 'Delete';

/** An object that went with a policy that asks for the end of its data, before any operator could answer for it. */
export function leftDataBehind({ metadata }: StockAnalysis, policy: Policy): boolean {
  return (
    needsFinalizer(policy) &&
    metadata.finalizers?.includes(FINALIZER) !== true &&
    metadata.deletionTimestamp === undefined
  );
}

/**
 * What deleting this object means. Removing data takes two statements: the policy in the spec and an annotation that
 * names the object (P5). Retain wins where the spec cannot be read.
 */
export function decideDeletion(object: StockAnalysis, policy: Policy): DeletionDecision {
  const { metadata } = object;
  if (!metadata.finalizers?.includes(FINALIZER)) return { action: 'none' };
  if (policy === 'Retain') return { action: 'release' };
  if (metadata.annotations?.[ANNOTATION.confirmDelete] === metadata.name) return { action: 'remove-data' };
  const message =
    `deletionPolicy is Delete: annotate the object with ${ANNOTATION.confirmDelete}=${metadata.name} to remove ` +
    'volume and credentials, or set spec.deletionPolicy to Retain to keep them';
  return { action: 'await-confirmation', message };
}
