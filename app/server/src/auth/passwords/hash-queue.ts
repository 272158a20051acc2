import { Injectable } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { TooManyRequestsError } from '../../common/errors.ts';
import { type CounterMetric, Metrics, type NoLabels } from '../../monitoring/metrics/metrics.ts';
import { hashPassword, impossibleHash, type Verification, verifyPassword } from './password-hash.ts';

/**
 * Two of the four threads of libuv's pool, which also resolves names and reads files. Fewer where there are fewer CPUs:
 * each hash takes one for 0.3 s, and one is left to the event loop. That counts double in a pod, whose limit is a quota
 * of 100 ms: two hashes in a pod of one CPU use it up in half the time, and then the whole process stands still.
 */
export const MOST_RUNNING = Math.min(2, Math.max(1, availableParallelism() - 1));
/** What comes last waits for some seconds; who would wait longer is told so at once and holds no connection. */
const MOST_WAITING = 16;
/** When a full queue has gone: 16 hashes of 0.3 s, one after the other. */
const RETRY_AFTER_SECONDS = 5;

/** The one way to make and compare password hashes, which cost so much that anyone could stop the server with them. */
@Injectable()
export class PasswordHasher {
  readonly #waiting: (() => void)[] = [];
  readonly #nobody = impossibleHash();
  readonly #refused: CounterMetric<NoLabels>;
  #running = 0;

  constructor(metrics: Metrics) {
    metrics.observableGauge('password_hash_running', 'Password hashes being computed', {}, (set) =>
      set({}, this.#running),
    );
    metrics.observableGauge('password_hash_waiting', 'Password hashes waiting for their turn', {}, (set) =>
      set({}, this.#waiting.length),
    );
    this.#refused = metrics.counter(
      'password_hash_refused_total',
      'Password hashes that were not computed because too many waited already',
      {},
    );
  }

  /** @throws TooManyRequestsError when too many wait already, as do the others */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => hashPassword(password));
  }

  verify(password: string, stored: string): Promise<Verification> {
    return this.#inTurn(() => verifyPassword(password, stored));
  }

  /** The same work for a user who does not exist: the time of the answer must not tell who does. */
  async verifyAgainstNothing(password: string): Promise<void> {
    await this.#inTurn(() => verifyPassword(password, this.#nobody));
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#turn();
    try {
      return await work();
    } finally {
      // The place goes to the next in line directly, so that nobody who comes now gets ahead.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  async #turn(): Promise<void> {
    if (this.#running < MOST_RUNNING) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= MOST_WAITING) {
      this.#refused.inc({});
      throw new TooManyRequestsError(
        'too many passwords are being checked at the moment; try again in a few seconds',
        RETRY_AFTER_SECONDS,
      );
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
