import type { Sql } from '../../../database/sql.ts';
import type { Outage, Presence } from '../model/facts.ts';
import type { Span } from '../model/spans.ts';

/** One sample that is late is no gap; two that are missing are one. */
const GAP_SAMPLES = 2.5;
/** In so many intervals one sample is due, also where it is late. */
const DUE_SAMPLES = 1.5;
/** A frame bears the time at which it was begun, and may wait for the database as long as a statement may take. */
const LATE_SECONDS = 45;

/**
 * $1 the longest that is no gap, $2 how long frames may be late, both in seconds. The newest span of each role grows by the
 * frames that came since; doing it again changes nothing. `since` is for the index: of two days of frames a minute is read.
 */
const EXTEND = `
  WITH newest AS (
    SELECT DISTINCT ON (role) role, began_at, ended_at FROM app.presence ORDER BY role, began_at DESC),
  since AS (
    SELECT min(coalesce(newest.ended_at, '-infinity')) AS at
      FROM unnest(ARRAY['server', 'worker']) AS role LEFT JOIN newest USING (role)),
  points AS (
    SELECT role, ended_at AS at, began_at AS began FROM newest
     UNION ALL
    SELECT f.role, f.at, f.at FROM app.metric_frames AS f LEFT JOIN newest ON newest.role = f.role
     WHERE f.at > (SELECT at FROM since) AND f.at > coalesce(newest.ended_at, '-infinity') AND f.at <= now() - make_interval(secs => $2)),
  marked AS (
    SELECT role, at, began,
           coalesce(at - lag(at) OVER (PARTITION BY role ORDER BY at) > make_interval(secs => $1), true) AS is_new
      FROM points),
  islands AS (
    SELECT role, at, began, count(*) FILTER (WHERE is_new) OVER (PARTITION BY role ORDER BY at) AS island FROM marked)
  INSERT INTO app.presence (role, began_at, ended_at)
  SELECT role, min(began), max(at) FROM islands GROUP BY role, island
  ON CONFLICT (role, began_at) DO UPDATE SET ended_at = excluded.ended_at
    WHERE presence.ended_at < excluded.ended_at`;

/** Takes the frames that were written since the last time into the spans of presence. */
export async function extendPresence(sql: Sql, sampleSeconds: number): Promise<void> {
  await sql.query(EXTEND, [GAP_SAMPLES * sampleSeconds, LATE_SECONDS]);
}

/** $1 and $2 from, to; $3 seconds after its last sample in which the next of a process that is there may come. */
const PRESENCE = `
  SELECT role, began_at AS "from", ended_at + make_interval(secs => $3) AS "to" FROM app.presence
   WHERE ended_at > $1::timestamptz - make_interval(secs => $3) AND began_at < $2 ORDER BY began_at`;
const OUTAGES = `
  SELECT began_at AS "from", ended_at AS "to", is_sure AS "isSure" FROM app.database_outages
   WHERE ended_at > $1 AND began_at < $2 ORDER BY began_at`;

interface Row {
  readonly from: Date;
  readonly to: Date;
}
const spanOf = ({ from, to }: Row): Span => ({ from: from.getTime(), to: to.getTime() });

/** Who was there in a span of time. A process is there until the sample after its last would have been due. */
export async function presenceIn(sql: Sql, span: Span, sampleSeconds: number): Promise<Presence> {
  const bounds = [new Date(span.from), new Date(span.to)];
  const spans = await sql.query<Row & { role: string }>(PRESENCE, [...bounds, sampleSeconds]);
  const outages = await sql.query<Row & Pick<Outage, 'isSure'>>(OUTAGES, bounds);
  const of = (name: string): Span[] => spans.filter(({ role }) => role === name).map(spanOf);
  return {
    servers: of('server'),
    workers: of('worker'),
    outages: outages.map(({ from, to, isSure }) => ({ from: from.getTime(), to: to.getTime(), isSure })),
  };
}

/** $4 seconds in which a server that is there writes a sample. */
const ADD_OUTAGE = `
  INSERT INTO app.database_outages (process, began_at, ended_at, is_sure)
  SELECT $1, $2, $3, $3::timestamptz - $2::timestamptz >= make_interval(secs => $4)
         AND NOT EXISTS (SELECT FROM app.metric_frames WHERE role = 'server' AND at > $2 AND at < $3)
  ON CONFLICT (process, began_at) DO NOTHING`;

/** Writes down an outage that is over. @param process who saw it */
export async function addOutage(
  sql: Sql,
  process: string,
  { from, to }: Span,
  sampleSeconds: number,
): Promise<void> {
  const values = [process, new Date(from), new Date(to), DUE_SAMPLES * sampleSeconds];
  await sql.query(ADD_OUTAGE, values);
}

/** Forgets what ended before. */
export async function forgetPresence(sql: Sql, before: Date): Promise<void> {
  await sql.query('DELETE FROM app.presence WHERE ended_at < $1', [before]);
  await sql.query('DELETE FROM app.database_outages WHERE ended_at < $1', [before]);
}
