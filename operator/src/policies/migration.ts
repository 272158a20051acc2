import { millisecondsOf } from '../api/index.ts';
import { LABEL } from '../naming/index.ts';
import { conditionOf, type LiveJob } from './live.ts';

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 600_000;

export type MigrationDecision =
  | { readonly action: 'succeeded'; readonly job: LiveJob }
  | { readonly action: 'wait'; readonly job: LiveJob; readonly attempt: number }
  | { readonly action: 'create'; readonly attempt: number }
  /** The newest attempt failed; the next one is due at `retryAt` (ms since the epoch). */
  | { readonly action: 'pause'; readonly job: LiveJob; readonly attempt: number; readonly retryAt: number };

/** What to do about the migration `key`, judged by the Jobs that exist. Jobs carry their attempt, so nothing is counted in memory. */
export function decideMigration(jobs: readonly LiveJob[], key: string, now: number): MigrationDecision {
  const attempts = jobs
    .filter(
      (job) => job.metadata.labels?.[LABEL.migration] === key && job.metadata.deletionTimestamp === undefined,
    )
    .sort((a, b) => attemptOf(b) - attemptOf(a));
  const succeeded = attempts.find((job) => isTrue(job, 'Complete'));
  if (succeeded) return { action: 'succeeded', job: succeeded };
  const newest = attempts[0];
  if (!newest) return { action: 'create', attempt: 1 };
  const attempt = attemptOf(newest);
  const failed = conditionOf(newest.status?.conditions, 'Failed');
  if (failed?.status !== 'True') return { action: 'wait', job: newest, attempt };
  const failedAt = millisecondsOf(failed.lastTransitionTime ?? newest.metadata.creationTimestamp) || now;
  const retryAt = failedAt + pauseAfter(attempt);
  return now >= retryAt
    ? { action: 'create', attempt: attempt + 1 }
    : { action: 'pause', job: newest, attempt, retryAt };
}

/** Pause after the n-th failed attempt: 30 s, doubling up to 10 min. */
export function pauseAfter(attempt: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 10), LONGEST_PAUSE_MS);
}

function attemptOf(job: LiveJob): number {
  return Number(job.metadata.labels?.[LABEL.attempt] ?? 1) || 1;
}

function isTrue(job: LiveJob, type: string): boolean {
  return conditionOf(job.status?.conditions, type)?.status === 'True';
}

export function isFinished(job: LiveJob): boolean {
  return isTrue(job, 'Complete') || isTrue(job, 'Failed');
}

/** Jobs of other migrations that still run: they are stopped before ours starts, the spec no longer wants them. */
export function supersededJobs(jobs: readonly LiveJob[], key: string): LiveJob[] {
  return jobs.filter((job) => job.metadata.labels?.[LABEL.migration] !== key && !isFinished(job));
}
