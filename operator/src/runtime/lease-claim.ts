import { ApiError, type Clock } from '../kube/index.ts';
import type { LeaseLock } from './lease-lock.ts';
import type { LeaseSpec } from './lease.ts';
import type { ObservedLease } from './observed-lease.ts';

/** Takes, renews and gives back the lease, one attempt at a time. */
export class LeaseClaim {
  readonly #lock: LeaseLock;
  readonly #observed: ObservedLease;
  readonly #clock: Clock;
  /** A claim was sent and nothing was heard of it. */
  #isUnanswered = false;

  constructor(lock: LeaseLock, observed: ObservedLease, clock: Clock) {
    this.#lock = lock;
    this.#observed = observed;
    this.#clock = clock;
  }

  /** The Lease in the API server may name us. */
  get mayBeOurs(): boolean {
    return this.#observed.isOurs || this.#isUnanswered;
  }

  /**
   * Without reading first: the resourceVersion of our last write says whether anyone else was there. False: somebody
   * was.
   */
  async renew(signal: AbortSignal): Promise<boolean> {
    try {
      await this.#claim(signal);
      return true;
    } catch (error) {
      if (error instanceof ApiError && (error.isConflict || error.isNotFound)) return false;
      throw error;
    }
  }

  /** Reads first. False: another holds it. */
  async takeOrRenew(signal: AbortSignal): Promise<boolean> {
    const lease = await this.#lock.read(signal);
    if (lease) {
      this.#observed.observe(lease);
      if (!this.#observed.isOurs && !this.#observed.isFree) return false;
    } else {
      this.#observed.forget();
    }
    await this.#claim(signal);
    return true;
  }

  /**
   * The stop of the process cuts a claim or a renewal off that may have been carried out all the same: then the Lease is
   * ours in a version that we never heard of.
   */
  async giveBack(signal: AbortSignal): Promise<void> {
    if (this.#observed.isOurs) {
      try {
        return await this.#write(this.#observed.emptied(), signal);
      } catch (error) {
        if (!(error instanceof ApiError && error.isConflict)) throw error;
      }
    }
    const lease = await this.#lock.read(signal);
    if (!lease) return;
    this.#observed.observe(lease);
    if (this.#observed.isOurs) await this.#write(this.#observed.emptied(), signal);
  }

  async #claim(signal: AbortSignal): Promise<void> {
    const began = this.#clock.monotonic();
    this.#isUnanswered = true;
    try {
      await this.#write(this.#observed.claimed(), signal);
    } catch (error) {
      if (error instanceof ApiError) this.#isUnanswered = false;
      throw error;
    }
    this.#isUnanswered = false;
    this.#observed.renewed(began);
  }

  async #write(spec: LeaseSpec, signal: AbortSignal): Promise<void> {
    this.#observed.observe(await this.#lock.write(this.#observed.lease, spec, signal));
  }
}
