import { ANNOTATION, contentHash } from '../../naming/index.ts';
import { resources, type KubeObject } from '../../kube/index.ts';
import { firstDrift } from '../../policies/index.ts';
import type { Manifest } from '../../resources/index.ts';
import { condensed } from './condensed.ts';

/** The manifest with the hash of itself in an annotation. */
export function withHash(manifest: Manifest): Manifest {
  return withAnnotation(manifest, ANNOTATION.appliedHash, contentHash(manifest));
}

export function withAnnotation(manifest: Manifest, name: string, value: string): Manifest {
  const annotations = { ...manifest.metadata.annotations, [name]: value };
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}

const DRIFT = 'drift at ';

const WHOLE_KINDS: ReadonlySet<string> = new Set([
  resources.networkPolicies.kind,
  resources.podDisruptionBudgets.kind,
]);

/**
 * Why a live object has to be written, undefined where it need not be. The hash finds what we no longer want, the
 * comparison what somebody else changed; both are needed, and neither looks at fields that are not ours. But some kinds
 * are ours as a whole: one more peer of a network policy lets somebody in, and one more label of its selector, or of that
 * of a budget, makes it hold for nobody.
 */
export function difference(desired: Manifest, live: KubeObject): string | undefined {
  const hash = live.metadata.annotations?.[ANNOTATION.appliedHash];
  if (hash !== desired.metadata.annotations?.[ANNOTATION.appliedHash]) return 'desired state changed';
  const isWhole = WHOLE_KINDS.has(desired.kind);
  const path =
    firstDrift(condensed(desired), condensed(live)) ??
    (isWhole ? firstDrift(live.spec, desired['spec'], '.spec') : undefined);
  return path === undefined ? undefined : `${DRIFT}${path}`;
}

/** Whether somebody else changed what is written, and not we what is wanted. */
export const isDrift = (why: string): boolean => why.startsWith(DRIFT);
