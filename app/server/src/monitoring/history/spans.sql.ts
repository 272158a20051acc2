import type { Sql } from '../../database/sql.ts';
import { SAMPLES_EACH } from './presence.sql.ts';

/** A series as it lies in the frames of one layout. */
export interface Position {
  readonly layout: string;
  /** Counts from 1. */
  readonly position: number;
  /** A number that the same series has in every layout. */
  readonly series: number;
}

/** Figures of one series in one span of time, which ends at `at`. */
export interface Span {
  readonly series: number;
  readonly role: string;
  /** Null: all processes of the role. */
  readonly instance: string | null;
  readonly at: Date;
  readonly count: number;
  readonly sum: number;
  readonly smallest: number;
  readonly largest: number;
  /** How many samples a process has that was there all the time that any was: `sum` divided by it is what all had together. */
  readonly samplesEach: number;
  /** In what time a counter gained `sum`; longer than the span where the database took no samples before it. */
  readonly seconds: number;
}

/** After the first, up to the second. */
export type TimeRange = readonly [from: Date, to: Date];

const WANTED = `unnest($1::bigint[], $2::int[], $3::int[]) AS p (layout, position, series)
  CROSS JOIN unnest($4::timestamptz[], $5::timestamptz[]) AS w (after, until)`;

const IN_FRAMES = `
  SELECT series, role, teller AS instance, until AS at, sum(samples)::int AS count, sum(sum) AS sum,
         min(smallest) AS smallest, max(largest) AS largest, ${SAMPLES_EACH} AS "samplesEach", max(seconds) AS seconds
  FROM (
    SELECT p.series, f.role, CASE WHEN $11::boolean THEN f.instance END AS teller, s.until,
           s.until - make_interval(secs => $6::int) AS begun, count(*) AS samples, sum(f.readings[p.position]) AS sum,
           min(f.readings[p.position]) AS smallest, max(f.readings[p.position]) AS largest,
           min(f.at) - make_interval(secs => $9::double precision / 2) AS since, max(f.at) + make_interval(secs => $9::double precision / 2) AS upto,
           sum(coalesce(extract(epoch FROM f.at - f.since), $9::double precision))::double precision AS seconds
    FROM ${WANTED}
    JOIN app.metric_frames f ON f.layout = p.layout AND f.at > w.after AND f.at <= w.until
     AND ($8::text IS NULL OR f.role = $8) AND ($10::text IS NULL OR f.instance = $10)
    CROSS JOIN LATERAL (
      SELECT CASE WHEN $6::int = 0 THEN f.at
                  ELSE to_timestamp(ceil(extract(epoch FROM f.at) / $6::int) * $6::int) END AS until) s
    WHERE f.readings[p.position] <> 'NaN'
    GROUP BY p.series, f.role, f.instance, s.until) AS processes
  GROUP BY series, role, teller, until, begun
  ORDER BY until
  LIMIT $7::int`;

/** Of rows from before these were stored the number of processes is guessed: as many as wrote a sample every so often. */
const IN_ROLLUPS = `
  SELECT series, role, NULL::text AS instance, s.until AS at, sum(count)::int AS count, sum(sum) AS sum,
         min(smallest) AS smallest, max(largest) AS largest, sum(samples_each) AS "samplesEach", sum(seconds) AS seconds
  FROM (
    SELECT p.series, r.role, r.at, sum(r.counts[p.position]) AS count, sum(r.sums[p.position]) AS sum,
           min(r.smallest[p.position]) AS smallest, max(r.largest[p.position]) AS largest,
           max(coalesce(r.samples_each, least(r.counts[p.position], r.step_seconds / $9::double precision))) AS samples_each,
           max(coalesce(r.seconds, r.step_seconds)) AS seconds
    FROM ${WANTED}
    JOIN app.metric_rollups r ON r.layout = p.layout AND r.step_seconds = $10 AND r.at > w.after AND r.at <= w.until
     AND ($8::text IS NULL OR r.role = $8)
    WHERE r.counts[p.position] > 0
    GROUP BY p.series, r.role, r.at) AS layouts
  CROSS JOIN LATERAL (
    SELECT CASE WHEN $6::int = 0 THEN layouts.at
                ELSE to_timestamp(ceil(extract(epoch FROM layouts.at) / $6::int) * $6::int) END AS until) s
  GROUP BY series, role, s.until
  ORDER BY s.until
  LIMIT $7::int`;

/** Where figures are read: in the frames of the processes, or in what was made of them for each so many seconds. */
export type Resolution = 'frames' | 300 | 3_600;

/** Whether each process is a series of its own, or all of a role are one. */
export type By = 'instance' | 'role';

export interface SpanQuery {
  readonly resolution: Resolution;
  /** Puts together what lies within each so many seconds; 0: as it is stored. */
  readonly stepSeconds: number;
  /** Between two samples of a process, where they do not say it themselves. */
  readonly sampleSeconds: number;
  readonly role: string | undefined;
  /** What was rolled up is of no single process. */
  readonly instance: string | undefined;
  readonly by: By;
  /** Not more than so many spans, the oldest; undefined: all. */
  readonly most: number | undefined;
}

/** Figures of these series, oldest first. */
export function readSpans(
  sql: Sql,
  positions: readonly Position[],
  ranges: readonly TimeRange[],
  { resolution, stepSeconds, sampleSeconds, role, instance, by, most }: SpanQuery,
): Promise<Span[]> {
  const parameters = [
    positions.map(({ layout }) => layout),
    positions.map(({ position }) => position),
    positions.map(({ series }) => series),
    ranges.map(([from]) => from),
    ranges.map(([, to]) => to),
    stepSeconds,
    most ?? null,
    role ?? null,
    sampleSeconds,
  ];
  if (resolution === 'frames')
    return sql.query<Span>(IN_FRAMES, [...parameters, instance ?? null, by === 'instance']);
  return instance === undefined
    ? sql.query<Span>(IN_ROLLUPS, [...parameters, resolution])
    : Promise.resolve([]);
}
