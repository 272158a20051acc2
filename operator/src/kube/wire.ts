import type { DeleteResult } from './client-options.ts';
import { TransportError } from './errors.ts';
import { apiVersionOf, type ResourceType } from './resources.ts';
import type { KubeObject } from './types.ts';

/** Content types that the API server tells patches and partial answers apart by. */
export const APPLY_PATCH = 'application/apply-patch+yaml';
export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
const PARTIAL = 'application/json;g=meta.k8s.io;v=v1;as=PartialObjectMetadata';

/** `Accept` for one object and for watch events; with plain JSON as the second choice. */
export const METADATA_ONLY = `${PARTIAL},application/json`;
export const METADATA_ONLY_LIST = `${PARTIAL}List,application/json`;

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The only place where JSON becomes a typed object: it must have metadata. Items of a list come without apiVersion
 * and kind, metadata-only ones with those of the wrapper; every object leaves here with its own.
 */
export function asObject<T extends KubeObject>(type: ResourceType<T>, value: unknown, request: string): T {
  if (!isRecord(value) || !isRecord(value['metadata'])) {
    throw new TransportError(request, 'BAD_RESPONSE', `the answer is no ${type.kind}`);
  }
  return { ...value, apiVersion: apiVersionOf(type), kind: type.kind } as unknown as T;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continueToken: string;
}

export function asList<T extends KubeObject>(
  type: ResourceType<T>,
  value: unknown,
  request: string,
): ListPage<T> {
  const metadata = isRecord(value) ? value['metadata'] : undefined;
  // Go writes an empty list of some kinds as null.
  const items = isRecord(value) ? (value['items'] ?? []) : undefined;
  if (!isRecord(metadata) || !Array.isArray(items)) {
    throw new TransportError(request, 'BAD_RESPONSE', `the answer is no list of ${type.plural}`);
  }
  const text = (field: string): string => (typeof metadata[field] === 'string' ? metadata[field] : '');
  return {
    items: items.map((item) => asObject(type, item, request)),
    resourceVersion: text('resourceVersion'),
    continueToken: text('continue'),
  };
}

/** A delete is answered by a Status when the object is gone, by most kinds with the object when it was or will be. */
export function outcomeOfDelete(answer: unknown): {
  readonly result: DeleteResult;
  readonly uid: string | undefined;
} {
  const status = isRecord(answer) && answer['kind'] === 'Status';
  const about = isRecord(answer) ? answer[status ? 'details' : 'metadata'] : undefined;
  if (!isRecord(about)) return { result: 'deleted', uid: undefined };
  const uid = typeof about['uid'] === 'string' ? about['uid'] : undefined;
  const finalizers = about['finalizers'];
  const held =
    (Array.isArray(finalizers) && finalizers.length > 0) ||
    Number(about['deletionGracePeriodSeconds'] ?? 0) > 0;
  return {
    result: !status && about['deletionTimestamp'] !== undefined && held ? 'deleting' : 'deleted',
    uid,
  };
}
