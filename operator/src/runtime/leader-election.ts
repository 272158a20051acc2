import {
  abortReason,
  ApiError,
  Deadline,
  sleep,
  systemClock,
  type Client,
  type Clock,
  type Log,
  type Manifest,
  type Random,
} from '../kube/index.ts';
import { NotLeaderError } from './errors.ts';
import { watchForRelease } from './lease-watch.ts';
import { leases, microTime, ObservedLease, type LeaseSpec } from './lease.ts';
import type { RuntimeMetrics } from './metrics.ts';

export interface LeaderElectorOptions {
  readonly client: Client;
  readonly namespace: string;
  /** Name of the Lease. */
  readonly name: string;
  /** Unique for each process: pod name, `_`, a UUID. */
  readonly identity: string;
  readonly log: Log;
  readonly metrics?: RuntimeMetrics;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Default 15 s. */
  readonly leaseDurationMs?: number;
  /** Default 10 s. */
  readonly renewDeadlineMs?: number;
  /** Default 2 s. */
  readonly retryPeriodMs?: number;
}

const JITTER_FACTOR = 1.2;
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
  readonly #leaseDurationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryPeriodMs: number;
  readonly #observed: ObservedLease;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #wake = (): void => {};
  /** Set while a look at the lease was under way: that look may have been older. */
  #wasFreed = false;
  /** A claim was sent and nothing was heard of it. */
  #isClaimUnanswered = false;

  constructor(options: LeaderElectorOptions) {
    this.identity = options.identity;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#leaseDurationMs = options.leaseDurationMs ?? 15_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
    this.#retryPeriodMs = options.retryPeriodMs ?? 2_000;
    if (
      this.#leaseDurationMs <= this.#renewDeadlineMs ||
      this.#renewDeadlineMs <= this.#retryPeriodMs * JITTER_FACTOR
    ) {
      throw new Error(
        `leader election: the lease duration (${this.#leaseDurationMs} ms) must be longer than the renew deadline ` +
          `(${this.#renewDeadlineMs} ms), and that longer than ${JITTER_FACTOR} retry periods (${this.#retryPeriodMs} ms)`,
      );
    }
    this.#observed = new ObservedLease(this.#clock);
    options.metrics?.leader(options.name, false);
  }

  /**
   * True only while the last renewal is younger than the renew deadline on this machine's monotonic clock, so not
   * right after the event loop was blocked or the process was stopped for long. Ask right before each write.
   */
  isLeader(): boolean {
    return (
      this.#observed.holder === this.identity &&
      this.#clock.monotonic() - this.#renewedAt < this.#renewDeadlineMs
    );
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
        await this.#pause(this.#retryPeriodMs * (1 + this.#random() * JITTER_FACTOR), signal);
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
      await sleep(this.#clock, Math.min(this.#retryPeriodMs, this.#remainingMs), signal);
      if (signal.aborted) return;
      await this.#attempt(signal);
      if (this.isLeader()) continue;
      metrics?.leader(name, false);
      const { holder } = this.#observed;
      const why =
        holder && holder !== this.identity
          ? `it is held by ${holder}`
          : `it was not renewed for ${this.#renewDeadlineMs / 1000} s`;
      throw new NotLeaderError(`the leader lease ${name} is lost: ${why}`);
    }
  }

  /** Empties the Lease when it is ours, so that a standby takes over at once. Never rejects. */
  async release(): Promise<void> {
    const { log, name, metrics } = this.#options;
    if (this.#observed.holder !== this.identity && !this.#isClaimUnanswered) return;
    const deadline = new Deadline(this.#clock, RELEASE_TIMEOUT_MS, new AbortController().signal);
    this.#renewedAt = Number.NEGATIVE_INFINITY;
    metrics?.leader(name, false);
    try {
      await this.#empty(deadline.signal);
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

  /**
   * The stop of the process cuts a claim or a renewal off that may have been carried out all the same: then the Lease is
   * ours in a version that we never heard of.
   */
  async #empty(signal: AbortSignal): Promise<void> {
    const { client, namespace, name } = this.#options;
    const now = microTime(this.#clock.now());
    const emptied = (): LeaseSpec => ({
      ...{ holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now },
      leaseTransitions: this.#observed.lease?.spec?.leaseTransitions ?? 0,
    });
    if (this.#observed.holder === this.identity) {
      try {
        return await this.#write(emptied(), signal);
      } catch (error) {
        if (!(error instanceof ApiError && error.isConflict)) throw error;
      }
    }
    const lease = await client.get(leases, { namespace, name }, signal);
    if (lease?.spec?.holderIdentity !== this.identity) return undefined;
    this.#observed.observe(lease);
    return this.#write(emptied(), signal);
  }

  /** How much longer the last renewal lasts. */
  get #remainingMs(): number {
    return Math.max(0, this.#renewedAt + this.#renewDeadlineMs - this.#clock.monotonic());
  }

  /** Takes or renews the lease. False: not now. */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    const { log, name, metrics } = this.#options;
    this.#wasFreed = false;
    // Half the renew deadline, so that a request that hangs leaves time for another; no longer than we may lead.
    const half = this.#renewDeadlineMs / 2;
    const timeoutMs = this.isLeader() ? Math.min(half, this.#remainingMs) : half;
    const deadline = new Deadline(this.#clock, timeoutMs, signal, `no answer within ${timeoutMs / 1000} s`);
    try {
      if (this.isLeader() && (await this.#renewFast(deadline.signal))) return true;
      if (this.#observed.holder === this.identity) metrics?.leaderSlowPath(name);
      return await this.#takeOrRenew(deadline.signal);
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

  /** Without reading first: the resourceVersion of our last write says whether anyone else was there. */
  async #renewFast(signal: AbortSignal): Promise<boolean> {
    try {
      await this.#claim(signal);
      return true;
    } catch (error) {
      if (error instanceof ApiError && (error.isConflict || error.isNotFound)) return false;
      throw error;
    }
  }

  async #takeOrRenew(signal: AbortSignal): Promise<boolean> {
    const { client, namespace, name } = this.#options;
    const lease = await client.get(leases, { namespace, name }, signal);
    if (lease) {
      this.#observed.observe(lease);
      if (this.#observed.holder !== this.identity && !this.#observed.isFree) return false;
    } else {
      this.#observed.forget();
    }
    await this.#claim(signal);
    return true;
  }

  async #claim(signal: AbortSignal): Promise<void> {
    const current = this.#observed.lease?.spec;
    const began = this.#clock.monotonic();
    const now = microTime(this.#clock.now());
    const ours = current?.holderIdentity === this.identity;
    const spec = {
      holderIdentity: this.identity,
      leaseDurationSeconds: Math.ceil(this.#leaseDurationMs / 1000),
      acquireTime: (ours && current.acquireTime) || now,
      renewTime: now,
      leaseTransitions: (current?.leaseTransitions ?? 0) + (ours || !current ? 0 : 1),
    };
    this.#isClaimUnanswered = true;
    try {
      await this.#write(spec, signal);
    } catch (error) {
      if (error instanceof ApiError) this.#isClaimUnanswered = false;
      throw error;
    }
    this.#isClaimUnanswered = false;
    this.#renewedAt = began;
  }

  /** Every write carries the version it is based on; a create carries that there was none. */
  async #write(spec: LeaseSpec, signal: AbortSignal): Promise<void> {
    const { client, namespace, name } = this.#options;
    const known = this.#observed.lease;
    const metadata = { ...known?.metadata, name, namespace };
    const manifest: Manifest & { spec: LeaseSpec } = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata,
      spec,
    };
    const stored = known
      ? await client.replace(leases, manifest, {}, signal)
      : await client.create(leases, manifest, {}, signal);
    this.#observed.observe(stored);
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
      retryMs: this.#retryPeriodMs,
      resourceVersion: () => this.#observed.lease?.metadata.resourceVersion,
      onFree: () => {
        this.#wasFreed = true;
        this.#wake();
      },
      signal,
    });
  }
}
