import { keyOf, type KubeObject, type ObjectRef } from './types.ts';

export type Indexer<T> = (object: T) => readonly string[];

const NAMESPACE = '\0namespace';

/** Objects by key, and by whatever the indexers file them under. */
export class ObjectStore<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexers = new Map<string, Indexer<T>>();
  readonly #indices = new Map<string, Map<string, Set<string>>>();

  constructor() {
    this.addIndexer(NAMESPACE, (object) => [object.metadata.namespace ?? '']);
  }

  get size(): number {
    return this.#objects.size;
  }

  addIndexer(name: string, indexer: Indexer<T>): void {
    if (this.#indexers.has(name)) throw new Error(`the index ${name} exists already`);
    this.#indexers.set(name, indexer);
    this.#indices.set(name, new Map());
    for (const [key, object] of this.#objects) this.#file(name, indexer, key, object);
  }

  indexer(name: string): Indexer<T> {
    const indexer = this.#indexers.get(name);
    if (!indexer) throw new Error(`there is no index ${name}`);
    return indexer;
  }

  get(ref: ObjectRef): T | undefined {
    return this.#objects.get(keyOf(ref));
  }

  /** In no order. */
  all(namespace?: string): T[] {
    return namespace === undefined ? [...this.#objects.values()] : this.byIndex(NAMESPACE, namespace);
  }

  byIndex(name: string, value: string): T[] {
    const index = this.#indices.get(name);
    if (!index) throw new Error(`there is no index ${name}`);
    const found: T[] = [];
    for (const key of index.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object) found.push(object);
    }
    return found;
  }

  /** What was there before. */
  put(object: T): T | undefined {
    const key = keyOf(object.metadata);
    const old = this.#objects.get(key);
    if (old) this.#unfile(key, old);
    this.#objects.set(key, object);
    for (const [name, indexer] of this.#indexers) this.#file(name, indexer, key, object);
    return old;
  }

  remove(ref: ObjectRef): T | undefined {
    const key = keyOf(ref);
    const old = this.#objects.get(key);
    if (!old) return undefined;
    this.#unfile(key, old);
    this.#objects.delete(key);
    return old;
  }

  #file(name: string, indexer: Indexer<T>, key: string, object: T): void {
    const index = this.#indices.get(name);
    for (const value of indexer(object)) {
      const keys = index?.get(value);
      if (keys) keys.add(key);
      else index?.set(value, new Set([key]));
    }
  }

  #unfile(key: string, object: T): void {
    for (const [name, indexer] of this.#indexers) {
      const index = this.#indices.get(name);
      for (const value of indexer(object)) {
        const keys = index?.get(value);
        keys?.delete(key);
        if (keys?.size === 0) index?.delete(value);
      }
    }
  }
}
