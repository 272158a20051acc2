import type { RateLimitStore } from './rate-limit-store.ts';
import { type Count, minuteOf, type Usage, usageAt } from './sliding-window.ts';

/** Some 200 bytes each. Who sends from more networks than this within a minute pushes out the quietest ones. */
const MOST_KEYS = 20_000;
/** Keys of one exchange, the busiest first: the rest waits for the next one. */
const MOST_EXCHANGED = 2_000;

interface Counter extends Count {
  /** Hits of this process that the store has not been told. */
  readonly pending: number;
}

/**
 * Counts in the process and shares the counts with the other processes by the store now and then, so that a request
 * waits for no database. Between two exchanges a process knows nothing of what the others admit: together they admit at
 * most the limit once per process, where all of it comes within one interval, and afterwards what the others admitted
 * since they were heard of last.
 */
export class SharedCounters {
  /** Least recently used first. */
  readonly #counters = new Map<string, Counter>();
  readonly #store: RateLimitStore;
  readonly #mostKeys: number;
  readonly #now: () => number;
  /** What the clock of the store is ahead of ours. */
  #aheadMs = 0;

  constructor(store: RateLimitStore, now: () => number = Date.now, mostKeys = MOST_KEYS) {
    this.#store = store;
    this.#now = now;
    this.#mostKeys = mostKeys;
  }

  get size(): number {
    return this.#counters.size;
  }

  usage(key: string): Usage {
    return usageAt(this.#counters.get(key), this.#nowMs());
  }

  /** Adds hits, or takes them back where they are negative. */
  add(key: string, hits: number): void {
    const nowMs = this.#nowMs();
    const counter = this.#counters.get(key);
    const usage = usageAt(counter, nowMs);
    this.#set(key, {
      minute: Math.max(minuteOf(nowMs), counter?.minute ?? 0),
      hits: Math.max(0, usage.hits + hits),
      previousHits: usage.previousHits,
      pending: (counter?.pending ?? 0) + hits,
    });
  }

  /**
   * Tells the store what was counted here and learns what all have counted.
   * @returns whether there was anything to tell
   * @throws what the store throws; then nothing is lost, and the next exchange brings it
   */
  async exchange(): Promise<boolean> {
    this.#forgetPast();
    const hits = this.#busiest();
    if (hits.size === 0) return false;
    const { counts, nowMs } = await this.#store.exchange(hits);
    this.#aheadMs = nowMs - this.#now();
    for (const [key, count] of counts) {
      const counter = this.#counters.get(key);
      if (counter === undefined) continue;
      const pending = counter.pending - (hits.get(key) ?? 0);
      // In place: hearing of a key is no use of it.
      this.#counters.set(key, { ...count, hits: Math.max(0, count.hits + pending), pending });
    }
    return true;
  }

  #nowMs(): number {
    return this.#now() + this.#aheadMs;
  }

  #set(key: string, counter: Counter): void {
    this.#counters.delete(key);
    const [quietest] = this.#counters.keys();
    if (quietest !== undefined && this.#counters.size >= this.#mostKeys) this.#counters.delete(quietest);
    this.#counters.set(key, counter);
  }

  #forgetPast(): void {
    const past = minuteOf(this.#nowMs()) - 1;
    for (const [key, { minute }] of this.#counters) {
      if (minute >= past) return;
      this.#counters.delete(key);
    }
  }

  #busiest(): Map<string, number> {
    const pending = [...this.#counters]
      .filter(([, counter]) => counter.pending !== 0)
      .map(([key, counter]) => [key, counter.pending] as const);
    if (pending.length <= MOST_EXCHANGED) return new Map(pending);
    return new Map(pending.sort(([, one], [, other]) => other - one).slice(0, MOST_EXCHANGED));
  }
}
