import { systemClock, type Clock } from '../../kube/index.ts';

/** Decides how long a key waits. `when` counts the call. */
export interface RateLimiter {
  /** Milliseconds until the key may run again. */
  when(key: string): number;
  forget(key: string): void;
  numRequeues(key: string): number;
}

export interface ExponentialOptions {
  /** Default 5 ms. */
  readonly baseMs?: number;
  /** Default 1000 s. */
  readonly maxMs?: number;
  /** Each delay is multiplied by a random factor in [1 - jitter, 1 + jitter]. Default 0. */
  readonly jitter?: number;
  readonly random?: () => number;
}

/** `base * 2^failures`, at most `max`, per key. */
export class ItemExponentialLimiter implements RateLimiter {
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #jitter: number;
  readonly #random: () => number;
  readonly #failures = new Map<string, number>();

  constructor(options: ExponentialOptions = {}) {
    this.#baseMs = options.baseMs ?? 5;
    this.#maxMs = options.maxMs ?? 1_000_000;
    this.#jitter = options.jitter ?? 0;
    this.#random = options.random ?? Math.random;
  }

  when(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    // 2^failures overflows to Infinity at worst, which the bound takes care of.
    const delay = Math.min(this.#baseMs * 2 ** failures, this.#maxMs);
    return delay * (1 + this.#jitter * (2 * this.#random() - 1));
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  numRequeues(key: string): number {
    return this.#failures.get(key) ?? 0;
  }
}

export interface BucketOptions {
  /** Tokens a second. Default 10. */
  readonly rate?: number;
  /** Default 100. */
  readonly burst?: number;
  readonly clock?: Clock;
}

/** One bucket for all keys. Every call reserves a token, if need be a future one, and says when that one is there. */
export class TokenBucketLimiter implements RateLimiter {
  readonly #rate: number;
  readonly #burst: number;
  readonly #clock: Clock;
  #tokens: number;
  #at: number;

  constructor(options: BucketOptions = {}) {
    this.#rate = options.rate ?? 10;
    this.#burst = options.burst ?? 100;
    this.#clock = options.clock ?? systemClock;
    this.#tokens = this.#burst;
    this.#at = this.#clock.monotonic();
  }

  when(): number {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#rate);
    this.#at = now;
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#rate) * 1000;
  }

  forget(): void {}

  numRequeues(): number {
    return 0;
  }
}

/** The longest delay of several limiters; each of them counts each call. */
export class MaxOfLimiter implements RateLimiter {
  readonly #limiters: readonly RateLimiter[];

  constructor(...limiters: readonly RateLimiter[]) {
    this.#limiters = limiters;
  }

  when(key: string): number {
    return Math.max(...this.#limiters.map((limiter) => limiter.when(key)));
  }

  forget(key: string): void {
    for (const limiter of this.#limiters) limiter.forget(key);
  }

  numRequeues(key: string): number {
    return Math.max(...this.#limiters.map((limiter) => limiter.numRequeues(key)));
  }
}

/** client-go's default for controllers. */
export function defaultLimiter(clock: Clock = systemClock): RateLimiter {
  return new MaxOfLimiter(new ItemExponentialLimiter(), new TokenBucketLimiter({ clock }));
}
