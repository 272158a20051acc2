import type { Client } from './client.ts';
import type { ResourceType } from './resources.ts';
import type { KubeObject, ObjectRef } from './types.ts';
import { isRecord } from './wire.ts';

interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: FieldsV1;
}

interface FieldsV1 {
  readonly [name: string]: FieldsV1;
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

/**
 * The part of a live object that a field manager owns, in the shape of the object; undefined where it owns nothing.
 * What it applied is preferred over what it wrote otherwise. `object` comes from a GET: caches drop managedFields.
 */
export function ownedPart(object: KubeObject, manager: string): unknown {
  const own = managedFieldsOf(object).filter((entry) => entry.manager === manager && !entry.subresource);
  const entry = own.find(({ operation }) => operation === 'Apply') ?? own[0];
  return entry?.fieldsV1 === undefined ? undefined : partOf(object, entry.fieldsV1);
}

/** Members that say nothing of what is below them: that the thing itself is owned. */
const SELF = '.';

/** See "FieldsV1" of the API: `f:NAME` a member, `k:{…}` the item with these keys, `v:VALUE` the item that is this. */
function partOf(value: unknown, fields: FieldsV1): unknown {
  const names = Object.keys(fields).filter((name) => name !== SELF);
  // A leaf: a scalar, or a list or map that has one owner as a whole.
  if (names.length === 0) return value;
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => {
      const name = names.find((candidate) => selects(candidate, item));
      return name === undefined ? [] : [partOf(item, fields[name] ?? {})];
    });
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    names
      .map((name) => [name, name.slice('f:'.length)] as const)
      .filter(([, member]) => value[member] !== undefined)
      .map(([name, member]) => [member, partOf(value[member], fields[name] ?? {})]),
  );
}

function selects(name: string, item: unknown): boolean {
  const wanted: unknown = JSON.parse(name.slice('k:'.length));
  if (!name.startsWith('k:')) return JSON.stringify(item) === JSON.stringify(wanted);
  if (!isRecord(wanted) || !isRecord(item)) return false;
  return Object.entries(wanted).every(([key, value]) => item[key] === value);
}
