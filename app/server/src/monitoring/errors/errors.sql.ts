import type { Database, Sql } from '../../database/sql.ts';
import { storableJson } from '../storable-json.ts';
import type { CountedError } from './error-buffer.ts';
import { MOST_SAMPLES } from './error-buffer.ts';
import { OUTAGE_MARGIN_MS } from './outage-shadow.ts';

/**
 * Adds what a process counted. Of several processes at once each waits for the others' rows, which all take in the same
 * order. One that was resolved before the newest of these happened has come back. People are told of a kind that is new or
 * has come back by the first that are not what an outage brought, whichever process has seen that outage.
 */
const TELL = `
  WITH said AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb)
      AS said(fingerprint text, type text, message text, stack text, role text, level text, context jsonb, version text,
              count bigint, "firstSeenAt" timestamptz, "lastSeenAt" timestamptz, "requestId" text, "traceId" text,
              "isOfOutage" boolean, samples jsonb, hours jsonb)
  ), told AS (
    SELECT *, CASE WHEN NOT "isOfOutage" AND NOT EXISTS (
                SELECT FROM app.database_outages
                 WHERE ended_at >= "lastSeenAt" - make_interval(secs => $3)
                   AND began_at <= "lastSeenAt" + make_interval(secs => $3)) THEN "lastSeenAt" END AS "toldAt"
      FROM said
  ), stored AS (
    INSERT INTO app.tracked_errors AS known
      (fingerprint, type, message, stack, role, level, context, version, count, first_seen_at, last_seen_at,
       last_request_id, last_trace_id, told_at, samples)
    SELECT fingerprint, type, message, stack, role, level, context, version, count, "firstSeenAt", "lastSeenAt",
           "requestId", "traceId", "toldAt", samples
      FROM told ORDER BY fingerprint
    ON CONFLICT (fingerprint) DO UPDATE
       SET count = known.count + excluded.count,
           first_seen_at = least(known.first_seen_at, excluded.first_seen_at),
           last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at),
           type = excluded.type, message = excluded.message, stack = coalesce(excluded.stack, known.stack),
           level = excluded.level, context = excluded.context, version = excluded.version,
           last_request_id = excluded.last_request_id, last_trace_id = excluded.last_trace_id,
           samples = (SELECT jsonb_agg(sample ORDER BY sample ->> 'at' DESC)
                        FROM (SELECT sample FROM jsonb_array_elements(excluded.samples || known.samples) AS all_of(sample)
                               ORDER BY sample ->> 'at' DESC LIMIT $2) AS newest),
           status = CASE WHEN known.status = 'resolved' AND excluded.last_seen_at > known.status_at
                         THEN 'open' ELSE known.status END,
           regressed_at = CASE WHEN known.status = 'resolved' AND excluded.last_seen_at > known.status_at
                               THEN excluded.last_seen_at ELSE known.regressed_at END,
           told_at = CASE WHEN known.told_at IS NULL
                            OR known.status = 'resolved' AND excluded.last_seen_at > known.status_at
                          THEN excluded.told_at ELSE known.told_at END
    RETURNING known.id, known.fingerprint, known.xmax = 0 AS "isNew", known.regressed_at, known.told_at
  ), counted AS (
    INSERT INTO app.tracked_error_hours AS known (error_id, hour, count)
    SELECT stored.id, of_hour.hour, of_hour.count
      FROM told JOIN stored USING (fingerprint),
           jsonb_to_recordset(told.hours) AS of_hour(hour timestamptz, count bigint)
     ORDER BY stored.id, of_hour.hour
    ON CONFLICT (error_id, hour) DO UPDATE SET count = known.count + excluded.count
  )
  SELECT stored."isNew", stored.regressed_at IS NOT DISTINCT FROM told."lastSeenAt" AS "isBack",
         stored.regressed_at IS NOT NULL AS "hasBeenBack", coalesce(stored.told_at = told."toldAt", false) AS "isTold"
    FROM stored JOIN told USING (fingerprint)`;

interface Told {
  readonly isNew: boolean;
  readonly isBack: boolean;
  readonly hasBeenBack: boolean;
  readonly isTold: boolean;
}

/** A kind that nobody knew, or that had been resolved: people are told of it now, or not before it goes on after an outage. */
export interface NewError {
  readonly reason: 'new' | 'regressed';
  readonly isTold: boolean;
}

const notAtAll = (): boolean => false;

/**
 * @param isOfOutage whether what happened at that time, in milliseconds since 1970, is what an outage brought that this
 * process has seen; one that is not over stands nowhere else yet
 * @returns those of them that are news, or are told after an outage
 */
export async function tellErrors(
  sql: Sql,
  errors: readonly CountedError[],
  version: string,
  isOfOutage: (at: number) => boolean = notAtAll,
): Promise<NewError[]> {
  const rows = errors.map(({ newest, samples, hours, ...counted }) => ({
    ...newest,
    ...counted,
    version,
    lastSeenAt: newest.at,
    isOfOutage: isOfOutage(newest.at.getTime()),
    samples,
    hours: [...hours].map(([hour, count]) => ({ hour: new Date(hour), count })),
  }));
  const told = await sql.query<Told>(TELL, [storableJson(rows), MOST_SAMPLES, OUTAGE_MARGIN_MS / 1000]);
  return told
    .filter(({ isNew, isBack, isTold }) => isNew || isBack || isTold)
    .map(({ hasBeenBack, isTold }) => ({ reason: hasBeenBack ? 'regressed' : 'new', isTold }));
}

const HOURS_KEPT = 48;
/** However many kinds of errors something makes up, as a message that is never the same. */
const MOST_ERRORS = 5_000;
/** Of those a kind that happened once has its place, so that one which comes again is not new each time. */
const NEWEST_ERRORS = 1_000;

/**
 * What somebody decided about stays longest, then what happened more than once and the newest, so that kinds that are made
 * up drive out one another. Rows that another process adds to are left: waiting for them could be in a circle.
 */
const FORGET_SURPLUS = `
  DELETE FROM app.tracked_errors WHERE id = ANY (ARRAY(
    SELECT id FROM app.tracked_errors
     WHERE id = ANY (ARRAY(
       SELECT id FROM (
         SELECT id, last_seen_at, status_at IS NOT NULL AS is_decided,
                count > 1 OR row_number() OVER (ORDER BY last_seen_at DESC, id DESC) <= $2 AS is_worth_more
           FROM app.tracked_errors) AS ranked
        ORDER BY is_decided DESC, is_worth_more DESC, last_seen_at DESC, id DESC OFFSET $1))
       FOR UPDATE SKIP LOCKED))`;

/** Forgets what there are too many of; to be called after each writing that told new ones. */
export async function forgetSurplus(sql: Database, mostErrors: number = MOST_ERRORS): Promise<void> {
  await sql.query(FORGET_SURPLUS, [mostErrors, NEWEST_ERRORS]);
}

/** Forgets what was settled long ago, and how often in hours that nobody is shown. */
export async function forgetErrors(sql: Database, before: Date): Promise<void> {
  await sql.query(
    `DELETE FROM app.tracked_errors WHERE last_seen_at < $1 AND status <> 'open' AND status_at < $1`,
    [before],
  );
  await sql.query('DELETE FROM app.tracked_error_hours WHERE hour < now() - make_interval(hours => $1)', [
    HOURS_KEPT + 1,
  ]);
}

/** The process of this name that was there before, if it has not taken its word with it. */
export async function lostProcess(sql: Sql, process: string, startedAt: Date): Promise<Date | undefined> {
  const [last] = await sql.query<{ at: Date | null }>(
    'SELECT max(told_at) AS at FROM app.component_states WHERE process = $1 AND told_at < $2',
    [process, startedAt],
  );
  return last?.at ?? undefined;
}
