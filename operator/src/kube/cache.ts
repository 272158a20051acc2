import type { Client } from './client.ts';
import { systemClock, type Clock, type Random } from './clock.ts';
import type { InformerDependencies, InformerOptions, InformerStatus } from './informer-options.ts';
import { Informer } from './informer.ts';
import { silentLog, type Log } from './log.ts';
import type { ReflectorMetrics, ReflectorTimings } from './reflector.ts';
import { resourceName, type ResourceType } from './resources.ts';
import type { KubeObject } from './types.ts';

export interface CacheOptions {
  /** Namespaces watched by informers that name none. Empty: all. */
  readonly namespaces?: readonly string[];
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly metrics?: ReflectorMetrics;
  /** How long a read waits for our own write to arrive. Default 2 s. */
  readonly consistencyTimeoutMs?: number;
  readonly timings?: Partial<ReflectorTimings>;
}

/** One informer for each kind, shared by all controllers, aware of every write of its client. */
export class Cache {
  readonly #dependencies: InformerDependencies;
  readonly #namespaces: readonly string[];
  readonly #informers = new Map<string, Informer>();
  /** Of kinds that may come and go, by the name of the kind: what ends each. */
  readonly #optional = new Map<string, AbortController>();
  readonly #running = new Set<Promise<void>>();
  #signal: AbortSignal | undefined;

  constructor(client: Client, options: CacheOptions = {}) {
    this.#namespaces = options.namespaces ?? [];
    this.#dependencies = {
      client,
      clock: options.clock ?? systemClock,
      random: options.random ?? Math.random,
      log: options.log ?? silentLog,
      metrics: options.metrics,
      timings: options.timings,
      consistencyTimeoutMs: options.consistencyTimeoutMs ?? 2_000,
    };
    client.onWrite((write) => this.#informers.get(resourceName(write.type))?.recordWrite(write));
  }

  /** The informer of a kind, made on first call; options are allowed on that call only. */
  informer<T extends KubeObject>(type: ResourceType<T>, options?: InformerOptions<T>): Informer<T> {
    const name = resourceName(type);
    if (options && this.#informers.has(name))
      throw new Error(`the informer of ${name} exists already: options are for the first call`);
    return this.#obtain(name, type, options);
  }

  /**
   * The informer of a kind that the API server may stop serving, until `release`: nobody waits for its first list, and that
   * it hears nothing is no trouble of this process.
   */
  optional<T extends KubeObject>(type: ResourceType<T>, options: InformerOptions<T>): Informer<T> {
    const name = resourceName(type);
    if (!this.#optional.has(name)) this.#optional.set(name, new AbortController());
    return this.#obtain(name, type, options);
  }

  /** Ends the informer of an optional kind, and forgets what it holds. */
  release(type: ResourceType): void {
    const name = resourceName(type);
    this.#optional.get(name)?.abort();
    if (this.#optional.delete(name)) this.#informers.delete(name);
  }

  /** The informer of an optional kind, undefined while there is none. */
  find<T extends KubeObject>(type: ResourceType<T>): Informer<T> | undefined {
    // Stored under the name of its type, which is what made it an Informer<T>.
    return this.#informers.get(resourceName(type)) as unknown as Informer<T> | undefined;
  }

  /**
   * A second look at a kind, with other options than its informer, under a name of its own; made on first call. It
   * knows nothing of our writes, so it is for what others write.
   */
  view<T extends KubeObject>(name: string, type: ResourceType<T>, options: InformerOptions<T>): Informer<T> {
    return this.#obtain(`${resourceName(type)} ${name}`, type, options);
  }

  #obtain<T extends KubeObject>(
    key: string,
    type: ResourceType<T>,
    options: InformerOptions<T> | undefined,
  ): Informer<T> {
    // Stored under the name of its type, which is what made it an Informer<T>.
    const existing = this.#informers.get(key) as unknown as Informer<T> | undefined;
    if (existing) return existing;
    const informer = new Informer<T>(type, { namespaces: this.#namespaces, ...options }, this.#dependencies);
    this.#informers.set(key, informer as unknown as Informer);
    this.#run(key, informer);
    return informer;
  }

  /** Runs all informers, also those added later, until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    for (const [key, informer] of this.#informers) this.#run(key, informer);
    if (!signal.aborted) {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    await Promise.all(this.#running);
  }

  /** Resolves true when every informer has its first list, false when the signal aborts first. */
  async waitForSync(signal: AbortSignal): Promise<boolean> {
    const aborted = Promise.withResolvers<void>();
    const onAbort = (): void => aborted.resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const informers = this.#awaited();
    await Promise.race([Promise.all(informers.map((informer) => informer.synced)), aborted.promise]);
    signal.removeEventListener('abort', onAbort);
    return informers.every((informer) => informer.hasSynced);
  }

  statuses(): readonly InformerStatus[] {
    return this.#awaited().map((informer) => informer.status());
  }

  #awaited(): readonly Informer[] {
    return [...this.#informers].filter(([key]) => !this.#optional.has(key)).map(([, informer]) => informer);
  }

  #run<T extends KubeObject>(key: string, informer: Informer<T>): void {
    if (!this.#signal) return;
    const own = this.#optional.get(key)?.signal;
    this.#start(informer.run(own ? AbortSignal.any([this.#signal, own]) : this.#signal));
  }

  #start(run: Promise<void>): void {
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
  }
}
