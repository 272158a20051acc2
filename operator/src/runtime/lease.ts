import type { Clock, KubeObject, ResourceType } from '../kube/index.ts';

export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

export const leases: ResourceType<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

/** MicroTime: exactly six fractional digits, anything else is answered with 400. */
export function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}

/**
 * What a candidate knows of the lease. Whether it has run out is judged by how long *this* process has seen no change
 * in it; the times inside were written by another machine's clock.
 */
export class ObservedLease {
  readonly #clock: Clock;
  #lease: Lease | undefined;
  #content = '';
  #changedAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get lease(): Lease | undefined {
    return this.#lease;
  }

  get holder(): string {
    return this.#lease?.spec?.holderIdentity ?? '';
  }

  /** Nobody holds it, or the holder was not heard of for the duration that it promised. */
  get isFree(): boolean {
    if (!this.#lease || this.holder === '') return true;
    const durationMs = (this.#lease.spec?.leaseDurationSeconds ?? 0) * 1000;
    return this.#clock.monotonic() - this.#changedAt >= durationMs;
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
}
