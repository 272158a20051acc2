import type { Clock } from '../../kube/index.ts';

/** `low`: the initial list and what concerns every object, which step back for what happens now. */
export type Priority = 'normal' | 'low';

export interface QueueItem {
  readonly key: string;
  readonly priority: Priority;
}

/** Durations in seconds. */
export interface QueueMetrics {
  depth(priority: Priority, items: number): void;
  added(): void;
  retried(): void;
  waited(seconds: number): void;
  worked(seconds: number): void;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly metrics?: QueueMetrics | undefined;
  /** A low-priority key that has waited this long takes turns with the others. Default 5 s. */
  readonly ageingMs?: number | undefined;
}

/**
 * client-go's workqueue. `dirty` holds the keys that need processing, `processing` those handed out; a ready key is
 * dirty and not in processing. From this follows: one worker for a key at a time; any number of adds before it is
 * handed out is one run; an add during a run is exactly one more run after it.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #metrics: QueueMetrics | undefined;
  readonly #ageingMs: number;
  readonly #dirty = new Map<string, Priority>();
  /** Key to the moment it was handed out. */
  readonly #processing = new Map<string, number>();
  /** Key to the moment it became ready; a Map keeps the order of insertion, so it is the FIFO. */
  readonly #ready: Record<Priority, Map<string, number>> = { normal: new Map(), low: new Map() };
  /** Key to the moment of its first add since it was last handed out. */
  readonly #addedAt = new Map<string, number>();
  readonly #waiting: ((item: QueueItem | undefined) => void)[] = [];
  #lastWasAged = false;
  #shuttingDown = false;
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#metrics = options.metrics;
    this.#ageingMs = options.ageingMs ?? 5_000;
  }

  /** Keys ready to be handed out. */
  get length(): number {
    return this.#ready.normal.size + this.#ready.low.size;
  }

  get isShuttingDown(): boolean {
    return this.#shuttingDown;
  }

  /** For how long each handed-out key has been worked on, in seconds. */
  get running(): readonly number[] {
    const now = this.#clock.monotonic();
    return [...this.#processing.values()].map((since) => (now - since) / 1000);
  }

  add(key: string, priority: Priority = 'normal'): void {
    if (this.#shuttingDown) return;
    const known = this.#dirty.get(key);
    if (known !== undefined) {
      if (known === 'low' && priority === 'normal') this.#promote(key);
      return;
    }
    this.#metrics?.added();
    this.#addedAt.set(key, this.#clock.monotonic());
    this.#dirty.set(key, priority);
    if (!this.#processing.has(key)) this.#push(key, priority);
  }

  /** The next key; undefined when the queue is shut down and empty. Call `done` in a `finally`. */
  get(): Promise<QueueItem | undefined> {
    const priority = this.#nextLevel();
    if (priority) return Promise.resolve(this.#handOut(priority));
    if (this.#shuttingDown) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  done(key: string): void {
    const since = this.#processing.get(key);
    if (since === undefined) return;
    this.#processing.delete(key);
    this.#metrics?.worked((this.#clock.monotonic() - since) / 1000);
    const priority = this.#dirty.get(key);
    if (priority) this.#push(key, priority);
    else if (this.#processing.size === 0) this.#drained?.resolve();
  }

  /** No more adds; what is ready is still handed out. Also ends a running `shutDownWithDrain`. */
  shutDown(): void {
    this.#stop();
    this.#drained?.resolve();
  }

  /** As `shutDown`; resolves when nothing is being worked on any more. */
  async shutDownWithDrain(): Promise<void> {
    this.#drained ??= Promise.withResolvers<void>();
    this.#stop();
    if (this.#processing.size === 0) this.#drained.resolve();
    await this.#drained.promise;
  }

  /** Drops what is ready but not handed out: level-triggered work is found again at the next start. */
  discard(): void {
    for (const level of Object.values(this.#ready)) {
      for (const key of level.keys()) this.#dirty.delete(key);
      level.clear();
    }
    this.#reportDepth();
  }

  #stop(): void {
    this.#shuttingDown = true;
    for (const resolve of this.#waiting.splice(0)) resolve(undefined);
  }

  #push(key: string, priority: Priority): void {
    this.#ready[priority].set(key, this.#clock.monotonic());
    const waiter = this.#waiting.shift();
    if (waiter) waiter(this.#handOut(priority));
    else this.#reportDepth();
  }

  #promote(key: string): void {
    this.#dirty.set(key, 'normal');
    if (!this.#ready.low.delete(key)) return;
    this.#ready.normal.set(key, this.#clock.monotonic());
    this.#reportDepth();
  }

  /**
   * Normal first. But a low key that has waited long enough takes every second turn, so that constant traffic delays
   * the initial list and never starves it.
   */
  #nextLevel(): Priority | undefined {
    const { normal, low } = this.#ready;
    if (low.size === 0) return normal.size > 0 ? 'normal' : undefined;
    if (normal.size === 0) return 'low';
    const [oldest] = low.values();
    const aged = oldest !== undefined && this.#clock.monotonic() - oldest >= this.#ageingMs;
    this.#lastWasAged = aged && !this.#lastWasAged;
    return this.#lastWasAged ? 'low' : 'normal';
  }

  #handOut(priority: Priority): QueueItem {
    const [key] = this.#ready[priority].keys();
    if (key === undefined) throw new Error(`the ${priority} level of the queue is empty`);
    const now = this.#clock.monotonic();
    this.#ready[priority].delete(key);
    this.#dirty.delete(key);
    this.#processing.set(key, now);
    this.#metrics?.waited((now - (this.#addedAt.get(key) ?? now)) / 1000);
    this.#addedAt.delete(key);
    this.#reportDepth();
    return { key, priority };
  }

  #reportDepth(): void {
    this.#metrics?.depth('normal', this.#ready.normal.size);
    this.#metrics?.depth('low', this.#ready.low.size);
  }
}
