import type { Sql } from '../../database/sql.ts';
import { SAMPLES_EACH } from './presence.sql.ts';

/** Seconds of the spans that are rolled up: the first out of frames, the second out of the first. */
export type RollUpStep = 300 | 3_600;

const PROGRESS = `
  SELECT clock.now, (SELECT max(at) FROM app.metric_rollups WHERE step_seconds = $1 AND at <= clock.now) AS done
    FROM (SELECT least($2::timestamptz, clock_timestamp()) AS now) AS clock`;

/**
 * @param now on the clock of this process
 * @returns the same, but not later than the database's clock: what is rolled up of the future would be taken for complete; and
 *   the end of the last span that is rolled up by then
 */
export async function progressOf(
  sql: Sql,
  stepSeconds: RollUpStep,
  now: Date,
): Promise<{ readonly now: Date; readonly done: Date | undefined }> {
  const [row] = await sql.query<{ now: Date; done: Date | null }>(PROGRESS, [stepSeconds, now]);
  if (row === undefined) throw new Error('the database did not say what time it is');
  return { now: row.now, done: row.done ?? undefined };
}

/** The oldest of what is to be rolled up, after this. */
export async function oldestAfter(sql: Sql, stepSeconds: RollUpStep, after: Date): Promise<Date | undefined> {
  const [row] = await (stepSeconds === 300
    ? sql.query<{ at: Date | null }>('SELECT min(at) AS at FROM app.metric_frames WHERE at > $1', [after])
    : sql.query<{ at: Date | null }>(
        'SELECT min(at) AS at FROM app.metric_rollups WHERE step_seconds = 300 AND at > $1',
        [after],
      ));
  return row?.at ?? undefined;
}

const KEEP = `
  ON CONFLICT (step_seconds, at, role, layout) DO UPDATE
    SET counts = excluded.counts, sums = excluded.sums, smallest = excluded.smallest, largest = excluded.largest,
        samples_each = excluded.samples_each, seconds = excluded.seconds`;

const ROLL_UP_FRAMES = `
  WITH frames AS MATERIALIZED (
    SELECT to_timestamp(ceil(extract(epoch FROM at) / 300) * 300) AS until, at, since, role, instance, layout, readings
      FROM app.metric_frames WHERE at > $1 AND at <= $2),
  roles AS (
    SELECT until, role, ${SAMPLES_EACH} AS samples_each, max(seconds) AS seconds
      FROM (
        SELECT until, until - interval '300 seconds' AS begun, role, count(*) AS samples,
               min(at) - make_interval(secs => $3::double precision / 2) AS since,
               max(at) + make_interval(secs => $3::double precision / 2) AS upto,
               sum(coalesce(extract(epoch FROM at - since), $3::double precision))::double precision AS seconds
          FROM frames GROUP BY until, role, instance) AS processes
     GROUP BY until, role)
  INSERT INTO app.metric_rollups (step_seconds, at, role, layout, counts, sums, smallest, largest, samples_each, seconds)
  SELECT 300, until, role, layout, array_agg(count ORDER BY position), array_agg(sum ORDER BY position),
         array_agg(smallest ORDER BY position), array_agg(largest ORDER BY position), samples_each, seconds
  FROM (
    SELECT f.until, f.role, f.layout, v.position,
           (count(*) FILTER (WHERE v.value <> 'NaN'))::int AS count,
           coalesce(sum(v.value) FILTER (WHERE v.value <> 'NaN'), 0) AS sum,
           coalesce(min(v.value) FILTER (WHERE v.value <> 'NaN'), 'NaN') AS smallest,
           coalesce(max(v.value) FILTER (WHERE v.value <> 'NaN'), 'NaN') AS largest
    FROM frames f CROSS JOIN LATERAL unnest(f.readings) WITH ORDINALITY AS v (value, position)
    GROUP BY f.until, f.role, f.layout, v.position) AS spans
  JOIN roles USING (until, role)
  GROUP BY until, role, layout, samples_each, seconds
  ${KEEP}`;

/** An hour with a row from before processes were counted does not know them either. */
const ROLL_UP_FURTHER = `
  WITH rollups AS MATERIALIZED (
    SELECT to_timestamp(ceil(extract(epoch FROM at) / 3600) * 3600) AS until, r.*
      FROM app.metric_rollups r WHERE step_seconds = 300 AND at > $1 AND at <= $2),
  roles AS (
    SELECT until, role, CASE WHEN bool_and(samples_each IS NOT NULL) THEN sum(samples_each) END AS samples_each,
           CASE WHEN bool_and(seconds IS NOT NULL) THEN sum(seconds) END AS seconds
      FROM (SELECT DISTINCT until, at, role, samples_each, seconds FROM rollups) AS spans
     GROUP BY until, role)
  INSERT INTO app.metric_rollups (step_seconds, at, role, layout, counts, sums, smallest, largest, samples_each, seconds)
  SELECT 3600, until, role, layout, array_agg(count ORDER BY position), array_agg(sum ORDER BY position),
         array_agg(smallest ORDER BY position), array_agg(largest ORDER BY position), samples_each, seconds
  FROM (
    SELECT r.until, r.role, r.layout, v.position, sum(v.count)::int AS count, sum(v.sum) AS sum,
           coalesce(min(v.smallest) FILTER (WHERE v.count > 0), 'NaN') AS smallest,
           coalesce(max(v.largest) FILTER (WHERE v.count > 0), 'NaN') AS largest
    FROM rollups r
    CROSS JOIN LATERAL unnest(r.counts, r.sums, r.smallest, r.largest)
      WITH ORDINALITY AS v (count, sum, smallest, largest, position)
    GROUP BY r.until, r.role, r.layout, v.position) AS spans
  JOIN roles USING (until, role)
  GROUP BY until, role, layout, samples_each, seconds
  ${KEEP}`;

/**
 * Makes the spans that end after `from` and not after `to`, both whole steps; doing it again changes nothing.
 * @param sampleSeconds between two samples of a process, where they do not say it themselves
 */
export async function rollUp(
  sql: Sql,
  stepSeconds: RollUpStep,
  { from, to }: { readonly from: Date; readonly to: Date },
  sampleSeconds: number,
): Promise<void> {
  if (stepSeconds === 300) await sql.query(ROLL_UP_FRAMES, [from, to, sampleSeconds]);
  else await sql.query(ROLL_UP_FURTHER, [from, to]);
}

export interface Ages {
  readonly frames: Date;
  readonly fiveMinutes: Date;
  readonly hours: Date;
}

/** Forgets what is not newer, and layouts that nothing is stored in any more. */
export async function forgetUpTo(sql: Sql, { frames, fiveMinutes, hours }: Ages): Promise<void> {
  await sql.query('DELETE FROM app.metric_frames WHERE at <= $1', [frames]);
  await sql.query(
    `DELETE FROM app.metric_rollups WHERE (step_seconds = 300 AND at <= $1) OR (step_seconds = 3600 AND at <= $2)`,
    [fiveMinutes, hours],
  );
  await sql.query(
    `DELETE FROM app.metric_layouts l
     WHERE NOT EXISTS (SELECT FROM app.metric_frames f WHERE f.layout = l.id)
       AND NOT EXISTS (SELECT FROM app.metric_rollups r WHERE r.layout = l.id)`,
  );
}
