import type { Sql } from '../../../database/sql.ts';
import type { AlertFact, LoadFact, MessageFact } from '../model/facts.ts';
import type { Span } from '../model/spans.ts';

/** Of one period; there are no more but in a storm, and then these tell enough. */
const MOST_ALERTS = 5_000;

/** An alert that came back is one incident from its first firing; of what a release before this one wrote that is `fired_at`. */
const FIRED_AT = 'coalesce(first_fired_at, fired_at)';
const FIELDS = `id, rule, severity, summary, started_at AS "startedAt", ${FIRED_AT} AS "firedAt",
  resolved_at AS "resolvedAt",
  coalesce(seconds_to_acknowledge, greatest(0, extract(epoch FROM acknowledged_at - fired_at)))::float8
    AS "secondsToAcknowledge"`;

/** Those that are over by when they ended, those that are not by an index of their own. */
const ALERTS = `
  SELECT ${FIELDS} FROM app.alerts
   WHERE state = 'resolved' AND resolved_at > $1 AND ${FIRED_AT} < $2
   UNION ALL
  SELECT ${FIELDS} FROM app.alerts
   WHERE state IN ('pending', 'firing') AND ${FIRED_AT} < $2
   ORDER BY "firedAt" LIMIT ${MOST_ALERTS}`;

interface AlertRow extends Pick<AlertFact, 'id' | 'rule' | 'severity' | 'summary'> {
  readonly startedAt: Date;
  readonly firedAt: Date;
  readonly resolvedAt: Date | null;
  readonly secondsToAcknowledge: number | null;
}

const dates = ({ from, to }: Span): [Date, Date] => [new Date(from), new Date(to)];

function alertOf({ startedAt, firedAt, resolvedAt, secondsToAcknowledge, ...rest }: AlertRow): AlertFact {
  return {
    ...rest,
    ...{ startedAt: startedAt.getTime(), firedAt: firedAt.getTime() },
    resolvedAt: resolvedAt?.getTime(),
    secondsToAcknowledge: secondsToAcknowledge ?? undefined,
  };
}

/** Alerts that fired before the end of the span and went on in it, the oldest first. */
export async function alertsIn(sql: Sql, span: Span): Promise<AlertFact[]> {
  return (await sql.query<AlertRow>(ALERTS, dates(span))).map(alertOf);
}

/** What was handed to each channel. What a later message took over is told with that one; attempts at both were made. */
const MESSAGES = `
  SELECT channel, count(*) FILTER (WHERE state = 'sent')::int AS sent, count(*) FILTER (WHERE state = 'dead')::int AS dead,
         count(*) FILTER (WHERE state IN ('queued', 'sending', 'failed'))::int AS waiting,
         sum(attempt - CASE WHEN state = 'sent' THEN 1 ELSE 0 END)::int AS "failedAttempts"
    FROM app.notification_sendings
   WHERE channel IN ('email', 'webhook') AND created_at >= $1 AND created_at < $2
   GROUP BY channel ORDER BY channel`;

export function messagesIn(sql: Sql, span: Span): Promise<MessageFact[]> {
  return sql.query<MessageFact>(MESSAGES, dates(span));
}

/** Loads that ended, with the rows that they stored and refused. */
const LOADS = `
  SELECT run.kind, count(*) FILTER (WHERE run.status = 'completed')::int AS completed,
         count(*) FILTER (WHERE run.status = 'failed')::int AS failed,
         coalesce(sum(counted.rows), 0)::float8 AS rows, coalesce(sum(counted.quarantined), 0)::float8 AS quarantined
    FROM app.ingestion_runs AS run
   CROSS JOIN LATERAL (SELECT sum(rows_done) AS rows, sum(rows_quarantined) AS quarantined
                         FROM app.ingestion_progress WHERE run_id = run.id) AS counted
   WHERE run.status IN ('completed', 'failed') AND run.finished_at >= $1 AND run.finished_at < $2
   GROUP BY run.kind ORDER BY run.kind`;

export function loadsIn(sql: Sql, span: Span): Promise<LoadFact[]> {
  return sql.query<LoadFact>(LOADS, dates(span));
}

const HISTORY_BEGINS = `
  SELECT least((SELECT min(at) FROM app.metric_frames),
               (SELECT min(at) FROM app.metric_rollups WHERE step_seconds = 300),
               (SELECT min(at) FROM app.metric_rollups WHERE step_seconds = 3600)) AS at`;

/** Time of the oldest that is recorded, in milliseconds since 1970; undefined: nothing is. */
export async function historyBegins(sql: Sql): Promise<number | undefined> {
  const [row] = await sql.query<{ at: Date | null }>(HISTORY_BEGINS);
  return row?.at?.getTime();
}

/** Whether anything was recorded before: of a time before the platform there is nothing to report. */
export async function hasHistoryBefore(sql: Sql, at: number): Promise<boolean> {
  const begins = await historyBegins(sql);
  return begins !== undefined && begins <= at;
}
