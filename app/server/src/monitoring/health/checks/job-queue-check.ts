import type { DatabaseConnector } from '../../../database/connector.ts';
import type { Database } from '../../../database/sql.ts';
import type { ComponentCheck, Finding } from '../component.ts';

const INTERVAL_MS = 30_000;
/** A job that nobody has taken while so many slow ones could have been done one after the other is late. */
const LATE_TIMES = 30;

interface Counts {
  readonly waiting: number;
  readonly oldest_seconds: number | null;
  readonly active: number;
  readonly failed: number;
}

const COUNTS = `
  SELECT count(*) FILTER (WHERE state IN ('created', 'retry') AND start_after <= now())::int AS waiting,
         extract(epoch FROM now() - min(greatest(start_after, created_on))
           FILTER (WHERE state IN ('created', 'retry') AND start_after <= now()))::float8 AS oldest_seconds,
         count(*) FILTER (WHERE state = 'active')::int AS active,
         count(*) FILTER (WHERE state = 'failed' AND completed_on > now() - interval '1 hour')::int AS failed
    FROM jobs.job`;

/** Jobs are begun when they are due, and none has been given up in the last hour. */
export class JobQueueCheck implements ComponentCheck {
  readonly component = 'job-queue';
  readonly intervalMs = INTERVAL_MS;

  constructor(
    private readonly database: Database,
    private readonly connector: DatabaseConnector,
    /** What counts as a slow job. */
    private readonly slowSeconds: number,
  ) {}

  async check(): Promise<Finding> {
    if (!this.connector.isReady) throw new Error(this.connector.obstacle);
    const [counts] = await this.database.query<Counts>(COUNTS);
    const none = { waiting: 0, oldest_seconds: null, active: 0, failed: 0 };
    return judgeJobs(counts ?? none, this.slowSeconds);
  }
}

export function judgeJobs({ waiting, oldest_seconds, active, failed }: Counts, slowSeconds: number): Finding {
  const oldestDueSeconds = oldest_seconds === null ? null : Math.round(oldest_seconds);
  const troubles = [
    ...(oldestDueSeconds !== null && oldestDueSeconds > slowSeconds * LATE_TIMES
      ? [`a job has been due for ${oldestDueSeconds} s and nobody took it: see whether a worker runs`]
      : []),
    ...(failed > 0
      ? [`${failed} jobs were given up in the last hour: GET /api/v1/ingestions tells why`]
      : []),
  ];
  return {
    status: troubles.length === 0 ? 'up' : 'degraded',
    message: troubles.join('; '),
    details: { waiting, active, failedLastHour: failed, oldestDueSeconds },
  };
}
