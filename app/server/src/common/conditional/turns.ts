import { setImmediate as nextTick } from 'node:timers/promises';
import { UnavailableError } from '../errors.ts';

/**
 * Large pieces of work take turns, one at a time and in the order in which they came. After each the event loop gets to
 * everything else that is ready, so small requests wait for one piece of work at most, however many were asked for.
 */
export class Turns {
  readonly #mostWaiting: number;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(mostWaiting: number) {
    this.#mostWaiting = mostWaiting;
  }

  /** @throws UnavailableError when too many wait already; what `work` throws */
  async take<Result>(work: () => Promise<Result> | Result): Promise<Result> {
    if (this.#waiting >= this.#mostWaiting)
      throw new UnavailableError('too many long answers are being made; ask for fewer bars or try again');
    const before = this.#last;
    const done = Promise.withResolvers<void>();
    this.#last = done.promise;
    this.#waiting += 1;
    try {
      await before;
      return await work();
    } finally {
      this.#waiting -= 1;
      // The answer is written in the meantime.
      void nextTick().then(done.resolve);
    }
  }
}
