import type { AcceptedWrite } from './client-options.ts';
import type { Clock } from './clock.ts';
import { hasReached } from './resource-version.ts';
import type { ObjectStore } from './store.ts';
import { keyOf, type KubeObject, type ObjectRef } from './types.ts';

/** A write that the store has not seen yet. */
export interface PendingWrite {
  readonly ref: ObjectRef;
  /** As it was written; before a delete, as the store had it. Undefined: nobody knows. */
  object: KubeObject | undefined;
}

interface Pending extends PendingWrite {
  /** The store must have seen at least this version. */
  resourceVersion?: string;
  /** The object with this UID must be gone from the store, or be known as being deleted. */
  deletedUid?: string;
  /** A reader waited in vain: later readers ask the API server at once until the write shows up. */
  overdue: boolean;
}

/**
 * Read your writes. A controller that reads its cache right after a write sees the world before it and writes again:
 * the classic way to create things twice. Every accepted write is noted here; readers wait until the watch has
 * delivered it.
 */
export class OwnWrites<T extends KubeObject> {
  readonly #store: ObjectStore<T>;
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();
  readonly #waiters = new Map<string, Set<() => void>>();
  /** How far each reflector has come, by its namespace; '' watches all. */
  readonly #progress = new Map<string, string>();

  constructor(store: ObjectStore<T>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  record(ref: ObjectRef, write: Pick<AcceptedWrite, 'object' | 'resourceVersion' | 'deletedUid'>): void {
    const key = keyOf(ref);
    const pending: Pending = this.#pending.get(key) ?? { ref, object: undefined, overdue: false };
    pending.object = write.object ?? pending.object ?? this.#store.get(ref);
    if (write.resourceVersion !== undefined) {
      pending.resourceVersion = write.resourceVersion;
      // The name was deleted and then created anew, so the delete is a thing of the past.
      delete pending.deletedUid;
    }
    if (write.deletedUid !== undefined) pending.deletedUid = write.deletedUid;
    if (!this.#isSeen(pending)) this.#pending.set(key, pending);
  }

  /** The store changed at this key. */
  changed(ref: ObjectRef): void {
    const key = keyOf(ref);
    const pending = this.#pending.get(key);
    if (pending && this.#isSeen(pending)) this.#settle(key);
  }

  /** The reflector of this namespace ('' for all) has delivered everything up to this version. */
  progressed(namespace: string, resourceVersion: string): void {
    this.#progress.set(namespace, resourceVersion);
    if (this.#pending.size === 0) return;
    for (const [key, pending] of this.#pending) {
      if (this.#isSeen(pending)) this.#settle(key);
    }
  }

  /**
   * Waits for the writes that are pending now and matter to the reader. False when the time ran out, the signal aborted,
   * or an earlier reader waited in vain: then ask the API server.
   */
  async seen(
    matters: (write: PendingWrite) => boolean,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const keys = [...this.#pending].filter(([, pending]) => matters(pending)).map(([key]) => key);
    const seen = await Promise.all(keys.map((key) => this.#seenKey(key, timeoutMs, signal)));
    return seen.every(Boolean);
  }

  async #seenKey(key: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const pending = this.#pending.get(key);
    if (!pending) return true;
    if (pending.overdue || signal.aborted) return false;
    await this.#wait(key, timeoutMs, signal);
    if (!this.#pending.has(key)) return true;
    if (!signal.aborted) pending.overdue = true;
    return false;
  }

  #isSeen(pending: Pending): boolean {
    const stored = this.#store.get(pending.ref);
    if (pending.resourceVersion !== undefined) {
      const progress = this.#progress.get(pending.ref.namespace ?? '') ?? this.#progress.get('');
      const wanted = pending.resourceVersion;
      if (!hasReached(stored?.metadata.resourceVersion, wanted) && !hasReached(progress, wanted))
        return false;
    }
    if (pending.deletedUid === undefined) return true;
    return stored?.metadata.uid !== pending.deletedUid || stored.metadata.deletionTimestamp !== undefined;
  }

  #settle(key: string): void {
    this.#pending.delete(key);
    for (const resume of this.#waiters.get(key) ?? []) resume();
  }

  #wait(key: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(key) ?? new Set();
      this.#waiters.set(key, waiters);
      const finish = (): void => {
        cancel();
        signal.removeEventListener('abort', finish);
        waiters.delete(finish);
        if (waiters.size === 0) this.#waiters.delete(key);
        resolve();
      };
      const cancel = this.#clock.setTimeout(finish, timeoutMs);
      waiters.add(finish);
      signal.addEventListener('abort', finish, { once: true });
    });
  }
}
