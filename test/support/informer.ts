import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from './kube-client.ts';
import type { KubeObject, ObjectList } from './kube-objects.ts';

/**
 * Keeps the objects of one collection at hand, by UID, and calls `changed` for each addition and change and `gone` for
 * each disappearance. Runs until the signal is aborted; any trouble leads to a new list.
 */
export class Informer<T extends KubeObject> {
  readonly objects = new Map<string, T>();
  readonly #client: KubeClient;
  readonly #path: string;
  readonly #changed: (object: T) => unknown;
  readonly #gone: (object: T) => unknown;
  readonly #waiting = new Set<() => void>();
  /** Counts additions, changes and disappearances. */
  #version = 0;

  constructor(
    client: KubeClient,
    path: string,
    changed: (object: T) => unknown,
    gone: (object: T) => unknown,
  ) {
    this.#client = client;
    this.#path = path;
    this.#changed = changed;
    this.#gone = gone;
  }

  /** A pause between two looks: over as soon as something has changed since the one before, and after `ms` at the latest. */
  changes(): (ms: number) => Promise<void> {
    let seen = this.#version;
    return async (ms) => {
      if (this.#version === seen) await this.#nextChange(ms);
      seen = this.#version;
    };
  }

  #nextChange(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
    });
  }

  #wake(): void {
    this.#version += 1;
    for (const done of this.#waiting) done();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(await this.#relist(), signal);
      } catch {
        await sleep(200);
      }
    }
  }

  async #relist(): Promise<string> {
    const list = await this.#client.get<ObjectList<T>>(this.#path);
    const seen = new Set(list.items.map(({ metadata }) => metadata.uid ?? ''));
    for (const [uid, object] of this.objects) if (!seen.has(uid)) this.#remove(uid, object);
    for (const item of list.items) this.#store(item);
    return list.metadata.resourceVersion;
  }

  async #follow(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const query = `watch=true&resourceVersion=${resourceVersion}&allowWatchBookmarks=true`;
    for await (const event of this.#client.watch<T>(`${this.#path}?${query}`, signal)) {
      if (event.type === 'ERROR') return;
      if (event.type === 'DELETED') this.#remove(event.object.metadata.uid ?? '', event.object);
      else if (event.type !== 'BOOKMARK') this.#store(event.object);
    }
  }

  #store(object: T): void {
    this.objects.set(object.metadata.uid ?? '', object);
    this.#changed(object);
    this.#wake();
  }

  #remove(uid: string, object: T): void {
    this.objects.delete(uid);
    this.#gone(object);
    this.#wake();
  }
}
