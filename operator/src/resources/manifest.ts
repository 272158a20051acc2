import type { StockAnalysisSpec } from '../api/index.ts';
import { API_VERSION, KIND, labelsOf, type Component, type Labels } from '../naming/index.ts';

/** An object of the Kubernetes API as it goes over the wire. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ManifestMetadata;
  readonly [field: string]: unknown;
}

export interface ManifestMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

/** Images in use, resolved and pinned. */
export interface Images {
  readonly app: string;
  readonly postgres: string;
  readonly sampleData: string;
  readonly aktools: string;
}

/** What every builder needs: whose child is built and what is asked for. */
export interface Target {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly spec: StockAnalysisSpec;
  readonly images: Images;
  /** Where the operator runs: its pods ask the database. */
  readonly operatorNamespace: string;
}

/** One row of a Role, beside the module that needs it. */
export interface RbacRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly Verb[];
  /** Why: printed as a comment into the generated file. */
  readonly why: string;
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** A child kind that is watched, applied by server-side apply (create and patch) and pruned. */
export const MANAGE: readonly Verb[] = ['get', 'list', 'watch', 'create', 'patch', 'delete'];

export function ownerReference(target: Pick<Target, 'name' | 'uid'>): OwnerReference {
  return { apiVersion: API_VERSION, kind: KIND, name: target.name, uid: target.uid, controller: true };
}

/** Metadata of a child that dies with its owner. */
export function ownedMetadata(
  target: Target,
  name: string,
  component: Component,
  extraLabels: Labels = {},
): ManifestMetadata {
  return {
    ...retainedMetadata(target, name, component, extraLabels),
    ownerReferences: [ownerReference(target)],
  };
}

/**
 * Metadata of a child that may outlive its owner: labels only. With an owner reference the garbage collector would
 * remove the data together with the object (P5, P7).
 */
export function retainedMetadata(
  target: Pick<Target, 'name' | 'namespace'>,
  name: string,
  component: Component,
  extraLabels: Labels = {},
): ManifestMetadata {
  return {
    name,
    namespace: target.namespace,
    labels: { ...labelsOf(target.name, component), ...extraLabels },
  };
}

/** Members of a Secret's `data`. */
export function encodeData(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]),
  );
}
