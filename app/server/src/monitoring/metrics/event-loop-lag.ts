import { EventLoopWatch, type LoopDelays, LOOP_WINDOW_MS } from '../performance/event-loop-watch.ts';

/** As far back as the figures look: whoever reads at least so often misses nothing, as Prometheus every 30 s. */
export const LOOP_LAG_MS = 30_000;

/**
 * How late timers of this process were lately, for any number of readers: those of the client library are forgotten with
 * each reading, so of two readers each saw a part. The worst few seconds speak, so that a long window hides none.
 */
export class EventLoopLag {
  readonly #recent: LoopDelays[] = [];

  constructor() {
    new EventLoopWatch((delays) => this.#hear(delays)).start();
  }

  /** Undefined: the process has run for a few seconds only. Seconds. */
  worst(): { readonly p99: number; readonly max: number } | undefined {
    if (this.#recent.length === 0) return undefined;
    const worst = (valueOf: (delays: LoopDelays) => number): number =>
      Math.max(...this.#recent.map(valueOf)) / 1000;
    return { p99: worst(({ p99Ms }) => p99Ms), max: worst(({ maxMs }) => maxMs) };
  }

  #hear(delays: LoopDelays): void {
    this.#recent.push(delays);
    if (this.#recent.length > LOOP_LAG_MS / LOOP_WINDOW_MS) this.#recent.shift();
  }
}
