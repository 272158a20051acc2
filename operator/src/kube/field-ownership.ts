import type { Client } from './client.ts';
import type { ResourceType } from './resources.ts';
import type { KubeObject, ObjectRef } from './types.ts';

interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
}

/** managedFields as the API server sends them; what comes from a cache has none. */
function managedFieldsOf(object: KubeObject): readonly ManagedFieldsEntry[] {
  const { managedFields } = object.metadata as { managedFields?: readonly ManagedFieldsEntry[] };
  return managedFields ?? [];
}

/**
 * Lets server-side apply remove what we wrote by POST. A POST files its fields under "Update"; an apply of the same
 * manager is another owner to the API server, so a field that is left out of the apply stays, held by the POST. Filed
 * under "Apply", the fields of the POST are what the next apply replaces. Does nothing where that is so already.
 * @throws ApiError.isConflict when the object changed meanwhile
 */
export async function fileCreationUnderApply(
  client: Client,
  type: ResourceType,
  ref: ObjectRef,
  manager: string,
  signal: AbortSignal,
): Promise<void> {
  const live = await client.get(type, ref, signal);
  if (!live) return;
  const entries = managedFieldsOf(live);
  const isOurs = (entry: ManagedFieldsEntry, operation: string): boolean =>
    entry.manager === manager && entry.operation === operation && !entry.subresource;
  const created = entries.findIndex((entry) => isOurs(entry, 'Update'));
  if (created < 0 || entries.some((entry) => isOurs(entry, 'Apply'))) return;
  const operations = [
    { op: 'test', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
    { op: 'replace', path: `/metadata/managedFields/${created}/operation`, value: 'Apply' },
  ] as const;
  await client.jsonPatch(type, ref, operations, {}, signal);
}
