import type { Clock, Random } from './clock.ts';

export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
  /** Starts again at the base when the last failure is this long ago. */
  readonly resetMs: number;
}

export const REFLECTOR_BACKOFF: BackoffOptions = { baseMs: 800, maxMs: 30_000, resetMs: 120_000 };

/**
 * Exponential with full jitter: uniform between the base and the doubled bound, so that many clients that lost the
 * same API server do not come back together.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  #failures = 0;
  #lastFailure = Number.NEGATIVE_INFINITY;

  constructor(options: BackoffOptions, clock: Clock, random: Random) {
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
  }

  /** The delay after one more failure. */
  next(): number {
    const { baseMs, maxMs, resetMs } = this.#options;
    const now = this.#clock.monotonic();
    if (now - this.#lastFailure >= resetMs) this.#failures = 0;
    this.#failures += 1;
    const bound = Math.min(maxMs, baseMs * 2 ** Math.min(this.#failures, 30));
    const delay = baseMs + this.#random() * (bound - baseMs);
    // The wait itself is no time of health.
    this.#lastFailure = now + delay;
    return delay;
  }
}
