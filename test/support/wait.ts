import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** What is waited for, as it shall stand in the error text. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly intervalMs?: number;
  /** What to wait for between two probes, in place of all of the interval: see Informer.changes. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/**
 * Calls `probe` until it returns something other than undefined and returns that. The error of a time-out carries the
 * last error of the probe, if it had one.
 */
export async function eventually<T>(
  options: WaitOptions,
  probe: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const { intervalMs = 100, pause = sleep } = options;
  const deadline = performance.now() + options.timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      const because = last instanceof Error ? `; last error: ${last.message}` : '';
      throw new Error(`waited ${options.timeoutMs} ms in vain for ${options.what}${because}`, {
        cause: last,
      });
    }
    await pause(intervalMs);
  }
}

/** Runs `task` for every item, at most `limit` at once, and waits for all; the first error is thrown at the end. */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const errors: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        await task(item);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
  if (errors.length > 0) throw errors[0];
}
