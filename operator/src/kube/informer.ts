import type { AcceptedWrite } from './client-options.ts';
import { deepFreeze, withoutManagedFields } from './freeze.ts';
import type {
  EventHandler,
  InformerDependencies,
  InformerOptions,
  InformerStatus,
} from './informer-options.ts';
import { OwnWrites, type PendingWrite } from './own-writes.ts';
import { Reflector } from './reflector.ts';
import { resourceName, type ResourceType } from './resources.ts';
import { ObjectStore, type Indexer } from './store.ts';
import { keyOf, type KubeObject, type ObjectRef } from './types.ts';

/** A copy of a collection, kept up to date; made by `Cache.informer`. */
export class Informer<T extends KubeObject = KubeObject> {
  readonly type: ResourceType<T>;
  readonly #options: InformerOptions<T>;
  readonly #with: InformerDependencies;
  readonly #scopes: readonly string[];
  readonly #store = new ObjectStore<T>();
  readonly #writes: OwnWrites<T>;
  readonly #handlers = new Set<EventHandler<T>>();
  readonly #reflectors: readonly Reflector<T>[];
  readonly #synced = Promise.withResolvers<void>();

  constructor(type: ResourceType<T>, options: InformerOptions<T>, dependencies: InformerDependencies) {
    this.type = type;
    this.#options = options;
    this.#with = dependencies;
    this.#writes = new OwnWrites(this.#store, dependencies.clock);
    const namespaces = type.namespaced ? (options.namespaces ?? []) : [];
    this.#scopes = namespaces.length ? namespaces : [''];
    for (const [name, indexer] of Object.entries(options.indexers ?? {}))
      this.#store.addIndexer(name, indexer);
    this.#reflectors = this.#scopes.map((scope) => this.#reflectorOf(scope));
  }

  /** True when the first list of each namespace is in the store. */
  get hasSynced(): boolean {
    return this.#reflectors.every((reflector) => reflector.hasSynced);
  }

  /** Resolves with the first complete list. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.run(signal)));
  }

  /** Handlers added late get the stored objects as adds first. Returns the function that removes it. */
  addHandler(handler: EventHandler<T>): () => void {
    this.#handlers.add(handler);
    for (const object of this.#store.all()) this.#guarded(() => handler.onAdd?.(object, true));
    return () => this.#handlers.delete(handler);
  }

  addIndexer(name: string, indexer: Indexer<T>): void {
    this.#store.addIndexer(name, indexer);
  }

  /** The store as it is now, which may lag behind our own writes. */
  peek(ref: ObjectRef): T | undefined {
    return this.#store.get(ref);
  }

  peekAll(namespace?: string): readonly T[] {
    return this.#store.all(namespace);
  }

  /** Waits (at most 2 s, then asks the API server) until the store has seen our own writes to this object. */
  async get(ref: ObjectRef, signal: AbortSignal): Promise<T | undefined> {
    const key = keyOf(ref);
    const isOfObject = (write: PendingWrite): boolean => keyOf(write.ref) === key;
    if (this.#covers(ref.namespace) && (await this.#isCurrent(isOfObject, signal)))
      return this.#store.get(ref);
    const live = await this.#with.client.get(this.type, ref, signal, {
      metadataOnly: this.#options.metadataOnly ?? false,
    });
    return live && this.#ingest(live);
  }

  /** As `get`, for all pending writes of this kind (and namespace); after 2 s a live list. */
  async list(
    options: { readonly namespace?: string | undefined },
    signal: AbortSignal,
  ): Promise<readonly T[]> {
    const { namespace } = options;
    const isInScope = ({ ref }: PendingWrite): boolean =>
      namespace === undefined || ref.namespace === namespace;
    if ((namespace === undefined || this.#covers(namespace)) && (await this.#isCurrent(isInScope, signal)))
      return this.#store.all(namespace);
    return this.#listLive(namespace, signal);
  }

  async #listLive(namespace: string | undefined, signal: AbortSignal): Promise<readonly T[]> {
    const { labelSelector, fieldSelector, metadataOnly, pageSize } = this.#options;
    const scopes = namespace === undefined ? this.#scopes : [namespace];
    const lists = await Promise.all(
      scopes.map((scope) =>
        this.#with.client.list(
          this.type,
          { namespace: scope, labelSelector, fieldSelector, metadataOnly, limit: pageSize },
          signal,
        ),
      ),
    );
    return lists.flatMap((list) => list.items.map((object) => this.#ingest(object)));
  }

  /**
   * As `list`, restricted to the objects that the indexer files under the value; only writes to such objects are waited
   * for, so that one write which is long in coming concerns nobody else.
   */
  async byIndex(name: string, value: string, signal: AbortSignal): Promise<readonly T[]> {
    const indexer = this.#store.indexer(name);
    const isFiled = ({ ref, object }: PendingWrite): boolean => {
      const shapes = [object, this.#store.get(ref)].filter((shape) => shape !== undefined);
      // What was written is of the kind, whatever shape it had in the answer.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return shapes.length === 0 || shapes.some((shape) => indexer(shape as T).includes(value));
    };
    if (await this.#isCurrent(isFiled, signal)) return this.#store.byIndex(name, value);
    const live = await this.#listLive(undefined, signal);
    return live.filter((object) => indexer(object).includes(value));
  }

  /** As `peek`, for what the indexer files under the value. */
  peekByIndex(name: string, value: string): readonly T[] {
    return this.#store.byIndex(name, value);
  }

  /** Called by the cache for every write of its client. */
  recordWrite(write: Omit<AcceptedWrite, 'type'>): void {
    if (this.#covers(write.ref.namespace)) this.#writes.record(write.ref, write);
  }

  status(): InformerStatus {
    const silentForMs = Math.max(...this.#reflectors.map((reflector) => reflector.silentForMs));
    return {
      resource: resourceName(this.type),
      synced: this.hasSynced,
      silentForMs,
      objects: this.#store.size,
    };
  }

  #covers(namespace: string | undefined): boolean {
    return this.#scopes.includes('') || this.#scopes.includes(namespace ?? '');
  }

  async #isCurrent(matters: (write: PendingWrite) => boolean, signal: AbortSignal): Promise<boolean> {
    return this.hasSynced && (await this.#writes.seen(matters, this.#with.consistencyTimeoutMs, signal));
  }

  #reflectorOf(scope: string): Reflector<T> {
    const { client, clock, random, log, metrics, timings } = this.#with;
    const { labelSelector, fieldSelector, metadataOnly, pageSize } = this.#options;
    let initial = true;
    const reflector = new Reflector<T>({
      ...{ transport: client.transport, type: this.type, clock, random, log, metrics, timings },
      ...{ labelSelector, fieldSelector, metadataOnly, pageSize, namespace: scope || undefined },
      shrink: (object) => this.#shrink(object),
      sink: {
        replace: (items) => {
          this.#replace(scope, items, initial);
          initial = false;
        },
        put: (object) => this.#put(object, false),
        // Handlers get the state in the delete event: it has the final status.
        remove: (object) => this.#forget(this.#ingest(object)),
        progress: (resourceVersion) => {
          this.#writes.progressed(scope, resourceVersion);
          if (this.hasSynced) this.#synced.resolve();
        },
      },
    });
    return reflector;
  }

  #replace(scope: string, items: readonly T[], isInitialList: boolean): void {
    const present = new Set<string>();
    for (const item of items) {
      present.add(keyOf(item.metadata));
      this.#put(item, isInitialList);
    }
    for (const known of this.#store.all(scope || undefined)) {
      if (!present.has(keyOf(known.metadata))) this.#forget(known);
    }
  }

  #put(raw: T, isInitialList: boolean): void {
    const known = this.#store.get(raw.metadata);
    // A list repeats what we have: the same version of the same object is no news.
    if (
      known &&
      known.metadata.resourceVersion === raw.metadata.resourceVersion &&
      known.metadata.uid === raw.metadata.uid
    )
      return;
    const object = this.#ingest(raw);
    const old = this.#store.put(object);
    this.#writes.changed(object.metadata);
    // Deleted and made anew while we were not watching: two objects that share a name.
    const replaced = old !== undefined && old.metadata.uid !== object.metadata.uid;
    for (const handler of this.#handlers) {
      if (replaced) this.#guarded(() => handler.onDelete?.(old));
      if (!old || replaced) this.#guarded(() => handler.onAdd?.(object, isInitialList));
      else this.#guarded(() => handler.onUpdate?.(old, object));
    }
  }

  #forget(last: T): void {
    const old = this.#store.remove(last.metadata);
    this.#writes.changed(last.metadata);
    if (!old) return;
    for (const handler of this.#handlers) this.#guarded(() => handler.onDelete?.(last));
  }

  #ingest(raw: T): T {
    return deepFreeze(this.#shrink(raw));
  }

  #shrink(raw: T): T {
    const object = withoutManagedFields(raw);
    const { transform } = this.#options;
    return transform ? (this.#guarded(() => transform(object)) ?? object) : object;
  }

  /** An exception in a handler would end the watch, or the process: it is the handler's bug, and stays there. */
  #guarded<R>(work: () => R): R | undefined {
    try {
      return work();
    } catch (error) {
      const resource = resourceName(this.type);
      this.#with.metrics?.handlerFailed(resource);
      this.#with.log.error({ err: error, resource }, `${resource}: an event handler failed`);
      return undefined;
    }
  }
}
