import type { Client, Clock, Log, Random } from '../kube/index.ts';
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

export interface LeaseDurations {
  /** How long the others wait from the moment they saw a renewal. */
  readonly leaseDurationMs: number;
  /** How long a renewal lasts for the leader itself, from the moment it began. */
  readonly renewDeadlineMs: number;
  /** Between two attempts. */
  readonly retryPeriodMs: number;
}

/** At most so many retry periods more are waited between two attempts to take a lease. */
export const JITTER_FACTOR = 1.2;

/** @throws Error where two processes could lead at once, or a leader could not renew in time */
export function leaseDurations({
  leaseDurationMs = 15_000,
  renewDeadlineMs = 10_000,
  retryPeriodMs = 2_000,
}: LeaderElectorOptions): LeaseDurations {
  if (leaseDurationMs <= renewDeadlineMs || renewDeadlineMs <= retryPeriodMs * JITTER_FACTOR) {
    throw new Error(
      `leader election: the lease duration (${leaseDurationMs} ms) must be longer than the renew deadline ` +
        `(${renewDeadlineMs} ms), and that longer than ${JITTER_FACTOR} retry periods (${retryPeriodMs} ms)`,
    );
  }
  return { leaseDurationMs, renewDeadlineMs, retryPeriodMs };
}
