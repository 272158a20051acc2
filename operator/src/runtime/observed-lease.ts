import type { Clock } from '../kube/index.ts';
import { microTime, type Lease, type LeaseSpec } from './lease.ts';
import type { LeaseDurations } from './leader-election-options.ts';

/**
 * What a candidate knows of the lease, judged by this machine's monotonic clock alone: whether another's lease has run
 * out, by how long *this* process has seen no change in it; whether we lead, by when our last renewal began. The times
 * inside of the Lease were written by another machine's clock and are for people.
 */
export class ObservedLease {
  readonly #identity: string;
  readonly #durations: LeaseDurations;
  readonly #clock: Clock;
  #lease: Lease | undefined;
  #content = '';
  #changedAt = 0;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(identity: string, durations: LeaseDurations, clock: Clock) {
    this.#identity = identity;
    this.#durations = durations;
    this.#clock = clock;
  }

  get lease(): Lease | undefined {
    return this.#lease;
  }

  get holder(): string {
    return this.#lease?.spec?.holderIdentity ?? '';
  }

  get isOurs(): boolean {
    return this.holder === this.#identity;
  }

  /** Nobody holds it, or the holder was not heard of for the duration that it promised. */
  get isFree(): boolean {
    if (!this.#lease || this.holder === '') return true;
    const durationMs = (this.#lease.spec?.leaseDurationSeconds ?? 0) * 1000;
    return this.#clock.monotonic() - this.#changedAt >= durationMs;
  }

  /** It is ours and our last renewal is younger than the renew deadline. */
  get isLeading(): boolean {
    return this.isOurs && this.#clock.monotonic() - this.#renewedAt < this.#durations.renewDeadlineMs;
  }

  /** How much longer the last renewal lasts. */
  get remainingMs(): number {
    return Math.max(0, this.#renewedAt + this.#durations.renewDeadlineMs - this.#clock.monotonic());
  }

  observe(lease: Lease): void {
    const content = JSON.stringify(lease.spec ?? {});
    if (content !== this.#content || lease.metadata.uid !== this.#lease?.metadata.uid) {
      this.#content = content;
      this.#changedAt = this.#clock.monotonic();
    }
    this.#lease = lease;
  }

  /** There is none. */
  forget(): void {
    this.#lease = undefined;
    this.#content = '';
  }

  /** A renewal was answered; it counts from when it was sent, `began` on the monotonic clock. */
  renewed(began: number): void {
    this.#renewedAt = began;
  }

  /** We lead no more, whatever the Lease says. */
  stepDown(): void {
    this.#renewedAt = Number.NEGATIVE_INFINITY;
  }

  /** What a Lease that is ours from now on, or still, holds. */
  claimed(): LeaseSpec {
    const current = this.#lease?.spec;
    const now = microTime(this.#clock.now());
    const ours = current?.holderIdentity === this.#identity;
    return {
      holderIdentity: this.#identity,
      leaseDurationSeconds: Math.ceil(this.#durations.leaseDurationMs / 1000),
      acquireTime: (ours && current.acquireTime) || now,
      renewTime: now,
      leaseTransitions: (current?.leaseTransitions ?? 0) + (ours || !current ? 0 : 1),
    };
  }

  /** What a Lease that nobody holds any more holds. */
  emptied(): LeaseSpec {
    const now = microTime(this.#clock.now());
    return {
      ...{ holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now },
      leaseTransitions: this.#lease?.spec?.leaseTransitions ?? 0,
    };
  }
}
