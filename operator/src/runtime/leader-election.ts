import {
  abortReason,
  ApiError,
  Deadline,
  sleep,
  systemClock,
  type Clock,
  type Random,
} from '../kube/index.ts';
import { NotLeaderError } from './errors.ts';
import {
  JITTER_FACTOR,
  leaseDurations,
  type LeaderElectorOptions,
  type LeaseDurations,
} from './leader-election-options.ts';
import { LeaseClaim } from './lease-claim.ts';
import { LeaseLock } from './lease-lock.ts';
import { watchForRelease } from './lease-watch.ts';
import { ObservedLease } from './observed-lease.ts';

export type { LeaderElectorOptions } from './leader-election-options.ts';

const RELEASE_TIMEOUT_MS = 2_000;

/**
 * client-go's leader election on a Lease. Two processes never lead at once as long as their clocks run at about the
 * same speed: the leader stops when its last renewal *began* a renew deadline ago, the others wait a whole lease
 * duration from the moment they *saw* it.
 */
export class LeaderElector {
  readonly identity: string;
  readonly #options: LeaderElectorOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #durations: LeaseDurations;
  readonly #observed: ObservedLease;
  readonly #claim: LeaseClaim;
  #wake = (): void => {};
  /** Set while a look at the lease was under way: that look may have been older. */
  #wasFreed = false;

  constructor(options: LeaderElectorOptions) {
    this.identity = options.identity;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#durations = leaseDurations(options);
    this.#observed = new ObservedLease(this.identity, this.#durations, this.#clock);
    this.#claim = new LeaseClaim(new LeaseLock(options), this.#observed, this.#clock);
    options.metrics?.leader(options.name, false);
  }

  /**
   * True only while the last renewal is younger than the renew deadline on this machine's monotonic clock, so not
   * right after the event loop was blocked or the process was stopped for long. Ask right before each write.
   */
  isLeader(): boolean {
    return this.#observed.isLeading;
  }

  /** Resolves when the lease is ours; rejects only with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<void> {
    const { log, name, metrics } = this.#options;
    const waiting = new AbortController();
    const stop = (): void => waiting.abort();
    signal.addEventListener('abort', stop, { once: true });
    const watching = this.#watchLease(waiting.signal);
    log.info({ lease: name, identity: this.identity }, 'waiting for the leader lease');
    try {
      while (!signal.aborted) {
        if (await this.#attempt(signal)) {
          metrics?.leader(name, true);
          log.info({ lease: name, identity: this.identity }, 'this process leads now');
          return;
        }
        await this.#pause(this.#durations.retryPeriodMs * (1 + this.#random() * JITTER_FACTOR), signal);
      }
      throw abortReason(signal);
    } finally {
      signal.removeEventListener('abort', stop);
      waiting.abort();
      await watching;
    }
  }

  /** Renews; resolves when the signal aborts, rejects with NotLeaderError when the lease is lost. */
  async hold(signal: AbortSignal): Promise<void> {
    const { name, metrics } = this.#options;
    while (!signal.aborted) {
      await sleep(this.#clock, Math.min(this.#durations.retryPeriodMs, this.#observed.remainingMs), signal);
      if (signal.aborted) return;
      await this.#attempt(signal);
      if (this.isLeader()) continue;
      metrics?.leader(name, false);
      const { holder } = this.#observed;
      const why =
        holder && holder !== this.identity
          ? `it is held by ${holder}`
          : `it was not renewed for ${this.#durations.renewDeadlineMs / 1000} s`;
      throw new NotLeaderError(`the leader lease ${name} is lost: ${why}`);
    }
  }

  /** Empties the Lease when it is ours, so that a standby takes over at once. Never rejects. */
  async release(): Promise<void> {
    const { log, name, metrics } = this.#options;
    if (!this.#claim.mayBeOurs) return;
    const deadline = new Deadline(this.#clock, RELEASE_TIMEOUT_MS, new AbortController().signal);
    this.#observed.stepDown();
    metrics?.leader(name, false);
    try {
      await this.#claim.giveBack(deadline.signal);
      log.info({ lease: name }, 'the leader lease is released');
    } catch (error) {
      log.warn(
        { err: error, lease: name },
        'the leader lease could not be released; the next leader waits until it runs out',
      );
    } finally {
      deadline.dispose();
    }
  }

  /** Takes or renews the lease. False: not now. */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    const { log, name, metrics } = this.#options;
    this.#wasFreed = false;
    // Half the renew deadline, so that a request that hangs leaves time for another; no longer than we may lead.
    const half = this.#durations.renewDeadlineMs / 2;
    const timeoutMs = this.isLeader() ? Math.min(half, this.#observed.remainingMs) : half;
    const deadline = new Deadline(this.#clock, timeoutMs, signal, `no answer within ${timeoutMs / 1000} s`);
    try {
      if (this.isLeader() && (await this.#claim.renew(deadline.signal))) return true;
      if (this.#observed.isOurs) metrics?.leaderSlowPath(name);
      return await this.#claim.takeOrRenew(deadline.signal);
    } catch (error) {
      if (signal.aborted) return false;
      const lostRace = error instanceof ApiError && (error.isConflict || error.isAlreadyExists);
      log[lostRace ? 'debug' : 'warn'](
        { err: error, lease: name },
        'the leader lease could not be taken or renewed, trying again',
      );
      return false;
    } finally {
      deadline.dispose();
    }
  }

  /** Ends early when the watch sees that the lease is free. */
  async #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    if (this.#wasFreed || signal.aborted) return;
    const awake = new AbortController();
    const stop = (): void => awake.abort();
    this.#wake = stop;
    signal.addEventListener('abort', stop, { once: true });
    await sleep(this.#clock, delayMs, awake.signal);
    signal.removeEventListener('abort', stop);
  }

  #watchLease(signal: AbortSignal): Promise<void> {
    return watchForRelease({
      ...this.#options,
      clock: this.#clock,
      retryMs: this.#durations.retryPeriodMs,
      resourceVersion: () => this.#observed.lease?.metadata.resourceVersion,
      onFree: () => {
        this.#wasFreed = true;
        this.#wake();
      },
      signal,
    });
  }
}
