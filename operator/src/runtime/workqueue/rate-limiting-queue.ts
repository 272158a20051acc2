import { MAX_TIMER_MS, systemClock, type Clock } from '../../kube/index.ts';
import { DelayHeap } from './delay-heap.ts';
import { defaultLimiter, type RateLimiter } from './limiters.ts';
import { WorkQueue, type Priority, type QueueItem, type QueueMetrics } from './work-queue.ts';

export interface RateLimitingQueueOptions {
  readonly clock?: Clock | undefined;
  readonly metrics?: QueueMetrics | undefined;
  /** Default: client-go's. */
  readonly limiter?: RateLimiter | undefined;
  readonly ageingMs?: number | undefined;
}

/** client-go's rate limiting queue: a work queue, keys that become ready later, and how much later after failures. */
export class RateLimitingQueue {
  readonly #clock: Clock;
  readonly #metrics: QueueMetrics | undefined;
  readonly #limiter: RateLimiter;
  readonly #queue: WorkQueue;
  readonly #delayed = new DelayHeap();
  readonly #delayedPriority = new Map<string, Priority>();
  #timer: { readonly dueAt: number; readonly cancel: () => void } | undefined;

  constructor(options: RateLimitingQueueOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#metrics = options.metrics;
    this.#limiter = options.limiter ?? defaultLimiter(this.#clock);
    this.#queue = new WorkQueue({ clock: this.#clock, metrics: options.metrics, ageingMs: options.ageingMs });
  }

  get length(): number {
    return this.#queue.length;
  }

  /** Keys that wait for their moment. */
  get delayed(): number {
    return this.#delayed.size;
  }

  get running(): readonly number[] {
    return this.#queue.running;
  }

  /** A key that also waits for a later moment runs again then. */
  add(key: string, priority: Priority = 'normal'): void {
    this.#queue.add(key, priority);
  }

  /** A key that waits already only ever becomes ready earlier. */
  addAfter(key: string, delayMs: number, priority: Priority = 'normal'): void {
    if (this.#queue.isShuttingDown) return;
    this.#metrics?.retried();
    if (!(delayMs > 0)) return this.add(key, priority);
    this.#delayed.push(key, this.#clock.monotonic() + delayMs);
    if (this.#delayedPriority.get(key) !== 'normal') this.#delayedPriority.set(key, priority);
    this.#arm();
  }

  /** After a failure: what the limiter says, but at least `notBeforeMs`. Returns the delay. */
  addRateLimited(key: string, priority: Priority = 'normal', notBeforeMs = 0): number {
    const delayMs = Math.max(this.#limiter.when(key), notBeforeMs);
    this.addAfter(key, delayMs, priority);
    return delayMs;
  }

  forget(key: string): void {
    this.#limiter.forget(key);
  }

  numRequeues(key: string): number {
    return this.#limiter.numRequeues(key);
  }

  get(): Promise<QueueItem | undefined> {
    return this.#queue.get();
  }

  done(key: string): void {
    this.#queue.done(key);
  }

  shutDown(): void {
    this.#dropDelayed();
    this.#queue.shutDown();
  }

  async shutDownWithDrain(): Promise<void> {
    this.#dropDelayed();
    await this.#queue.shutDownWithDrain();
  }

  /** Drops keys that are ready but not handed out. */
  discard(): void {
    this.#queue.discard();
  }

  /** One timer, for the earliest key. Node turns delays above 2^31-1 ms into 1 ms, so it is bounded and re-armed. */
  #arm(): void {
    const next = this.#delayed.peek();
    if (!next || (this.#timer && this.#timer.dueAt <= next.dueAt)) return;
    this.#timer?.cancel();
    const delayMs = Math.min(Math.max(0, next.dueAt - this.#clock.monotonic()), MAX_TIMER_MS);
    this.#timer = { dueAt: next.dueAt, cancel: this.#clock.setTimeout(() => this.#fire(), delayMs) };
  }

  #fire(): void {
    this.#timer = undefined;
    // A timer may fire a fraction of a millisecond early.
    const now = this.#clock.monotonic() + 0.5;
    for (let next = this.#delayed.peek(); next && next.dueAt <= now; next = this.#delayed.peek()) {
      this.#delayed.pop();
      const priority = this.#delayedPriority.get(next.key) ?? 'normal';
      this.#delayedPriority.delete(next.key);
      this.#queue.add(next.key, priority);
    }
    this.#arm();
  }

  #dropDelayed(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#delayed.clear();
    this.#delayedPriority.clear();
  }
}
