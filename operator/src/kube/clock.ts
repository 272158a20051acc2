/** Time as a dependency, so that tests own it. All durations are milliseconds. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch: for what other machines read, never for deadlines. */
  now(): number;
  /** Never runs backwards and knows no time zone: for every duration and deadline. */
  monotonic(): number;
  /** Returns the cancel function. Delays above one hour fire after one hour (see `MAX_TIMER_MS`). */
  setTimeout(callback: () => void, delayMs: number): () => void;
}

/**
 * Node fires a timer above 2^31-1 ms after 1 ms. Whoever waits longer than this re-arms; an hour also keeps a timer
 * honest across a suspended machine.
 */
export const MAX_TIMER_MS = 3_600_000;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, delayMs) => {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Uniform in [0, 1). */
export type Random = () => number;

/** Resolves after the delay, or at once (never rejects) when the signal aborts: the caller checks the signal. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const cancel = clock.setTimeout(finish, delayMs);
    function finish(): void {
      cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    }
    signal.addEventListener('abort', finish, { once: true });
  });
}
