import { randomUUID } from 'node:crypto';
import {
  keyOf,
  refOfKey,
  sleep,
  systemClock,
  type Clock,
  type Informer,
  type KubeObject,
  type Log,
  type ObjectRef,
} from '../kube/index.ts';
import type { EnqueueHandler } from './handlers.ts';
import type { ControllerMetrics, RuntimeMetrics } from './metrics.ts';
import type { Predicate } from './predicates.ts';
import { runReconcile, type Reconcile } from './reconcile.ts';
import type { RateLimiter } from './workqueue/limiters.ts';
import { RateLimitingQueue } from './workqueue/rate-limiting-queue.ts';
import type { QueueItem } from './workqueue/work-queue.ts';

export interface ControllerOptions {
  readonly name: string;
  readonly reconcile: Reconcile;
  readonly log: Log;
  readonly metrics: RuntimeMetrics;
  readonly clock?: Clock;
  /** Default 1. */
  readonly maxConcurrentReconciles?: number;
  /** Aborts the run's signal; the key stays taken until the promise settles. Default 2 min. */
  readonly reconcileTimeoutMs?: number;
  /** Default: exponential 5 ms to 1000 s per key, and 10/s with a burst of 100 over all. */
  readonly limiter?: RateLimiter;
  /** Default: always. */
  readonly isLeader?: () => boolean;
  /** How long `run` waits for the first lists. Default 2 min. */
  readonly syncTimeoutMs?: number;
}

interface Source {
  readonly informer: {
    readonly hasSynced: boolean;
    readonly synced: Promise<void>;
    readonly type: { readonly plural: string };
  };
  /** Enqueues from now on; returns the function that ends it. */
  readonly attach: () => () => void;
}

/**
 * controller-runtime's controller: events become names in a queue, workers take a name and reconcile it. No name is
 * worked on twice at a time, whatever happens.
 */
export class Controller {
  readonly name: string;
  readonly #options: ControllerOptions;
  readonly #clock: Clock;
  readonly #queue: RateLimitingQueue;
  readonly #metrics: ControllerMetrics;
  readonly #sources: Source[] = [];
  #active = 0;
  #started = false;

  constructor(options: ControllerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#metrics = options.metrics.controller(
      options.name,
      options.maxConcurrentReconciles ?? 1,
      () => this.#queue.running,
    );
    this.#queue = new RateLimitingQueue({
      clock: this.#clock,
      limiter: options.limiter,
      metrics: this.#metrics.queue,
    });
  }

  /** Events of this kind that pass every predicate enqueue what the handler makes of them. Before `run`. */
  watch<T extends KubeObject>(
    informer: Informer<T>,
    handler: EnqueueHandler<T>,
    ...predicates: Predicate<T>[]
  ): this {
    if (this.#started)
      throw new Error(`controller ${this.name} runs already: watch ${informer.type.plural} before run`);
    const enqueue = (objects: readonly T[], lowPriority: boolean): void => {
      // One event asks for one run: an idle worker takes a key at once, so a second add would be a second run.
      const requests = new Map(objects.flatMap(handler).map((request) => [keyOf(request), request]));
      for (const request of requests.values()) this.enqueue(request, { lowPriority });
    };
    const attach = (): (() => void) =>
      informer.addHandler({
        onAdd: (object, initial) => {
          if (predicates.every((each) => each.onAdd?.(object) ?? true)) enqueue([object], initial);
        },
        onUpdate: (old, current) => {
          // Both, so that an owner which a child has left hears of it too.
          if (predicates.every((each) => each.onUpdate?.(old, current) ?? true))
            enqueue([old, current], false);
        },
        onDelete: (last) => {
          if (predicates.every((each) => each.onDelete?.(last) ?? true)) enqueue([last], false);
        },
      });
    this.#sources.push({ informer, attach });
    return this;
  }

  /**
   * Enqueue from outside, e.g. by a timer or a poller. Nothing before `run`: it begins with everything that it watches, and
   * until then, on a standby for weeks perhaps, keys would only pile up.
   */
  enqueue(
    request: ObjectRef,
    options: { readonly afterMs?: number; readonly lowPriority?: boolean } = {},
  ): void {
    if (!this.#started) return;
    const key = keyOf(request);
    const priority = options.lowPriority ? 'low' : 'normal';
    if (options.afterMs !== undefined) this.#queue.addAfter(key, options.afterMs, priority);
    else this.#queue.add(key, priority);
  }

  /**
   * Waits for the first lists of what it watches (rejects after 2 min), works until the signal aborts, resolves when
   * the running reconciles have ended. What is queued then is left to the next start.
   */
  async run(signal: AbortSignal): Promise<void> {
    this.#started = true;
    await this.#waitForSync(signal);
    if (signal.aborted) return;
    const detach = this.#sources.map((source) => source.attach());
    const stop = (): void => {
      this.#queue.discard();
      this.#queue.shutDown();
    };
    signal.addEventListener('abort', stop, { once: true });
    const workers = Array.from({ length: this.#options.maxConcurrentReconciles ?? 1 }, () =>
      this.#work(signal),
    );
    await Promise.all(workers);
    for (const each of detach) each();
  }

  async #waitForSync(signal: AbortSignal): Promise<void> {
    const timeoutMs = this.#options.syncTimeoutMs ?? 120_000;
    const enough = new AbortController();
    const both = AbortSignal.any([signal, enough.signal]);
    await Promise.race([
      Promise.all(this.#sources.map(({ informer }) => informer.synced)),
      sleep(this.#clock, timeoutMs, both),
    ]);
    enough.abort();
    if (signal.aborted) return;
    const missing = this.#sources
      .filter(({ informer }) => !informer.hasSynced)
      .map(({ informer }) => informer.type.plural);
    if (missing.length === 0) return;
    throw new Error(
      `controller ${this.name}: no first list of ${missing.join(', ')} within ${timeoutMs / 1000} s; ` +
        `are the CRDs installed and does the service account have list and watch?`,
    );
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (let item = await this.#queue.get(); item; item = await this.#queue.get()) {
      try {
        if (!signal.aborted) await this.#reconcile(item, signal);
      } finally {
        this.#queue.done(item.key);
      }
    }
  }

  async #reconcile({ key, priority }: QueueItem, signal: AbortSignal): Promise<void> {
    this.#metrics.activeWorkers((this.#active += 1));
    const started = this.#clock.monotonic();
    const verdict = await runReconcile(refOfKey(key), {
      ...{
        reconcile: this.#options.reconcile,
        controller: this.name,
        reconcileID: randomUUID(),
        log: this.#options.log,
      },
      ...{ clock: this.#clock, timeoutMs: this.#options.reconcileTimeoutMs ?? 120_000 },
      ...{ isLeader: this.#options.isLeader ?? (() => true), signal },
    });
    this.#metrics.activeWorkers((this.#active -= 1));
    for (const failure of verdict.failures) this.#metrics.failed(failure);
    if (verdict.outcome)
      this.#metrics.reconciled(verdict.outcome, (this.#clock.monotonic() - started) / 1000);
    // The one place where it is decided whether and when a key comes back.
    switch (verdict.next.kind) {
      case 'backoff':
        this.#queue.addRateLimited(key, priority, verdict.next.notBeforeMs);
        break;
      case 'at':
        this.#queue.forget(key);
        this.#queue.addAfter(key, verdict.next.afterMs, priority);
        break;
      case 'event':
        break;
      case 'done':
        this.#queue.forget(key);
    }
  }
}
