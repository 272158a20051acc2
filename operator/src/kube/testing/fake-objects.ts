import { randomUUID } from 'node:crypto';

export type Json = Record<string, unknown>;

export interface StoredObject extends Json {
  metadata: Json & { name: string; namespace?: string; uid: string; resourceVersion: string };
}

export interface StoredEvent {
  readonly version: number;
  readonly collection: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: StoredObject;
}

/** A refusal, answered as a Status object. */
export class Refusal extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  get status(): Json {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      code: this.code,
    };
  }
}

/**
 * What an API server remembers: objects with versions and UIDs, optimistic locking, finalizers, and the history that
 * watches resume from. It knows no schema and no field ownership: those are tested against the real one.
 */
export class FakeObjects {
  #version = 100;
  /** Versions up to this one are compacted away. */
  #compacted = 0;
  readonly #objects = new Map<string, Map<string, StoredObject>>();
  readonly #history: StoredEvent[] = [];
  readonly #listeners = new Set<(event: StoredEvent) => void>();

  get version(): number {
    return this.#version;
  }

  compact(): void {
    this.#compacted = this.#version;
  }

  subscribe(listener: (event: StoredEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  since(collection: string, version: number): StoredEvent[] {
    if (version < this.#compacted) throw new Refusal(410, 'Expired', `too old resource version: ${version}`);
    return this.#history.filter((event) => event.collection === collection && event.version > version);
  }

  all(collection: string): StoredObject[] {
    return [...(this.#objects.get(collection)?.values() ?? [])];
  }

  find(collection: string, key: string): StoredObject | undefined {
    return this.#objects.get(collection)?.get(key);
  }

  get(collection: string, key: string): StoredObject {
    const object = this.find(collection, key);
    if (!object) throw new Refusal(404, 'NotFound', `${collection} "${key}" not found`);
    return object;
  }

  create(collection: string, namespace: string | undefined, manifest: Json): StoredObject {
    const metadata = manifest['metadata'] as Json & { name: string };
    const key = namespace ? `${namespace}/${metadata.name}` : metadata.name;
    if (this.find(collection, key))
      throw new Refusal(409, 'AlreadyExists', `${collection} "${metadata.name}" already exists`);
    const stored = {
      ...manifest,
      metadata: {
        ...metadata,
        ...(namespace ? { namespace } : {}),
        uid: randomUUID(),
        generation: 1,
        creationTimestamp: new Date().toISOString(),
        resourceVersion: '',
      },
    };
    return this.#store(collection, key, stored, 'ADDED');
  }

  update(
    collection: string,
    key: string,
    change: (current: StoredObject) => Json,
    expected?: string,
  ): StoredObject {
    const current = this.get(collection, key);
    if (expected && expected !== current.metadata.resourceVersion) {
      throw new Refusal(
        409,
        'Conflict',
        `the object ${key} has been modified; please apply your changes to the latest version`,
      );
    }
    const changed = change(current);
    const next: StoredObject = {
      ...changed,
      metadata: { ...(changed['metadata'] as Json), ...identity(current) },
    };
    if (JSON.stringify(next) === JSON.stringify(current)) return current;
    if (next.metadata['deletionTimestamp'] && !hasFinalizers(next)) return this.#drop(collection, key, next);
    return this.#store(collection, key, next, 'MODIFIED');
  }

  /** The object as it was removed, or as it waits for its finalizers. */
  delete(collection: string, key: string, uid?: string): StoredObject {
    const current = this.get(collection, key);
    if (uid && uid !== current.metadata.uid)
      throw new Refusal(409, 'Conflict', `the UID in the precondition (${uid}) does not match`);
    if (!hasFinalizers(current)) return this.#drop(collection, key, current);
    return this.update(collection, key, (object) => ({
      ...object,
      metadata: { ...object.metadata, deletionTimestamp: new Date().toISOString() },
    }));
  }

  #store(collection: string, key: string, object: StoredObject, type: 'ADDED' | 'MODIFIED'): StoredObject {
    const stored = this.#stamp(object);
    const objects = this.#objects.get(collection) ?? new Map<string, StoredObject>();
    this.#objects.set(collection, objects);
    objects.set(key, stored);
    this.#publish(collection, type, stored);
    return stored;
  }

  #drop(collection: string, key: string, object: StoredObject): StoredObject {
    this.#objects.get(collection)?.delete(key);
    const last = this.#stamp(object);
    this.#publish(collection, 'DELETED', last);
    return last;
  }

  #stamp(object: StoredObject): StoredObject {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
  }

  #publish(collection: string, type: StoredEvent['type'], object: StoredObject): void {
    const event = { version: this.#version, collection, type, object };
    this.#history.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}

function identity(object: StoredObject): { name: string; uid: string; resourceVersion: string } {
  const { name, uid, resourceVersion } = object.metadata;
  return { name, uid, resourceVersion };
}

function hasFinalizers(object: StoredObject): boolean {
  const finalizers = object.metadata['finalizers'];
  return Array.isArray(finalizers) && finalizers.length > 0;
}

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isPlain(patch)) return patch;
  const result: Json = isPlain(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

function isPlain(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
