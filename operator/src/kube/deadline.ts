import type { Clock } from './clock.ts';

/**
 * A signal that follows another one and, until `disarm`, a deadline. Not `AbortSignal.any`: the followed signal often
 * lives as long as the process, and every call would leave a dependant behind on it.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  #cancelTimer: () => void;
  #expired = false;
  readonly #follow = (): void => this.#controller.abort(this.#outer.reason);

  constructor(clock: Clock, timeoutMs: number, outer: AbortSignal, message = 'the deadline has passed') {
    this.#outer = outer;
    if (outer.aborted) this.#follow();
    else outer.addEventListener('abort', this.#follow, { once: true });
    this.#cancelTimer = clock.setTimeout(() => {
      this.#expired = true;
      this.#controller.abort(new Error(message));
    }, timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True when it was the deadline, not the followed signal, that aborted. */
  get expired(): boolean {
    return this.#expired;
  }

  /** The deadline is met; the followed signal still counts. */
  disarm(): void {
    this.#cancelTimer();
  }

  /** Must be called when the work is over, or the followed signal keeps a listener. */
  dispose(): void {
    this.#cancelTimer();
    this.#outer.removeEventListener('abort', this.#follow);
  }
}

/** What an aborted signal asks to be thrown, always an Error. */
export function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(`aborted: ${String(signal.reason)}`);
}

/** Settles as the work does, or rejects with the signal's reason when that comes first. */
export async function endedBy<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const end = (): void => aborted.reject(abortReason(signal));
  signal.addEventListener('abort', end, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
