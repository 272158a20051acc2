import type { Sql } from '../../database/sql.ts';
import type { Frame, Layout } from './frames.ts';
import type { Series } from './series.ts';

export interface Origin {
  readonly role: string;
  /** One process; another one after a restart. */
  readonly instance: string;
}

const ADD_LAYOUT = `
  INSERT INTO app.metric_layouts (hash, series) VALUES ($1, $2)
  ON CONFLICT (hash) DO UPDATE SET hash = excluded.hash RETURNING id`;

/** @returns the id of the layout, which is stored if it is not yet */
export async function storeLayout(sql: Sql, { hash, series }: Layout): Promise<string> {
  const [row] = await sql.query<{ id: string }>(ADD_LAYOUT, [hash, JSON.stringify(series)]);
  if (row === undefined) throw new Error('the layout was not returned');
  return row.id;
}

export async function storeFrame(
  sql: Sql,
  { role, instance }: Origin,
  at: Date,
  layoutId: string,
  { values }: Frame,
): Promise<void> {
  await sql.query(
    `INSERT INTO app.metric_frames (at, role, instance, layout, readings) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (instance, at) DO NOTHING`,
    [at, role, instance, layoutId, values],
  );
}

/** Null: the caller knows it already. */
export interface StoredLayout {
  readonly id: string;
  readonly series: readonly Series[] | null;
}

/** All layouts; the series of those that are not known yet, since they are many and never change. */
export function storedLayouts(sql: Sql, known: readonly string[]): Promise<StoredLayout[]> {
  return sql.query<StoredLayout>(
    `SELECT id, CASE WHEN id <> ALL ($1::bigint[]) THEN series END AS series FROM app.metric_layouts ORDER BY id`,
    [known],
  );
}

const RECENT_SERIES = `
  SELECT DISTINCT l.series -> (v.position::int - 1) AS series
  FROM app.metric_rollups r JOIN app.metric_layouts l ON l.id = r.layout
  CROSS JOIN LATERAL unnest(r.counts) WITH ORDINALITY AS v (count, position)
  WHERE r.step_seconds = 300 AND r.at > $2 AND r.role = $1 AND v.count > 0`;

/** Series that processes of the role had values of since then, as far as it was rolled up. */
export async function recentSeries(sql: Sql, role: string, since: Date): Promise<Series[]> {
  const rows = await sql.query<{ series: Series }>(RECENT_SERIES, [role, since]);
  return rows.map(({ series }) => series);
}

/** A series as it lies in the frames of one layout; positions count from 1. */
export interface Position {
  readonly layout: string;
  readonly position: number;
}

/** Figures of one series in one span of time, which ends at `at`. */
export interface Span extends Position {
  readonly role: string;
  /** Null in what was rolled up: all processes of the role. */
  readonly instance: string | null;
  readonly at: Date;
  readonly count: number;
  readonly sum: number;
  readonly smallest: number;
  readonly largest: number;
}

/** After the first, up to the second. */
export type TimeRange = readonly [from: Date, to: Date];

const IN_FRAMES = `
  SELECT f.layout, p.position, f.role, f.instance, s.at, count(*)::int AS count, sum(f.readings[p.position]) AS sum,
         min(f.readings[p.position]) AS smallest, max(f.readings[p.position]) AS largest
  FROM unnest($1::bigint[], $2::int[]) AS p (layout, position)
  CROSS JOIN unnest($3::timestamptz[], $4::timestamptz[]) AS w (after, until)
  JOIN app.metric_frames f ON f.layout = p.layout AND f.at > w.after AND f.at <= w.until
   AND ($7::text IS NULL OR f.role = $7) AND ($8::text IS NULL OR f.instance = $8)
  CROSS JOIN LATERAL (
    SELECT CASE WHEN $5::int = 0 THEN f.at
                ELSE to_timestamp(ceil(extract(epoch FROM f.at) / $5::int) * $5::int) END AS at) s
  WHERE f.readings[p.position] <> 'NaN'
  GROUP BY f.layout, p.position, f.role, f.instance, s.at
  ORDER BY s.at
  LIMIT $6`;

const IN_ROLLUPS = `
  SELECT r.layout, p.position, r.role, NULL::text AS instance, s.at, sum(r.counts[p.position])::int AS count,
         sum(r.sums[p.position]) AS sum, min(r.smallest[p.position]) AS smallest, max(r.largest[p.position]) AS largest
  FROM unnest($1::bigint[], $2::int[]) AS p (layout, position)
  CROSS JOIN unnest($3::timestamptz[], $4::timestamptz[]) AS w (after, until)
  JOIN app.metric_rollups r ON r.layout = p.layout AND r.step_seconds = $8 AND r.at > w.after AND r.at <= w.until
   AND ($7::text IS NULL OR r.role = $7)
  CROSS JOIN LATERAL (
    SELECT CASE WHEN $5::int = 0 THEN r.at
                ELSE to_timestamp(ceil(extract(epoch FROM r.at) / $5::int) * $5::int) END AS at) s
  WHERE r.counts[p.position] > 0
  GROUP BY r.layout, p.position, r.role, s.at
  ORDER BY s.at
  LIMIT $6`;

/** Where figures are read: in the frames of the processes, or in what was made of them for each so many seconds. */
export type Resolution = 'frames' | 300 | 3_600;

export interface SpanQuery {
  readonly resolution: Resolution;
  /** Puts together what lies within each so many seconds; 0: as it is stored. */
  readonly stepSeconds: number;
  readonly role: string | undefined;
  /** What was rolled up is of no single process. */
  readonly instance: string | undefined;
  /** Not more than so many spans, the oldest; undefined: all. */
  readonly most: number | undefined;
}

/** Figures of these series, oldest first. */
export function readSpans(
  sql: Sql,
  positions: readonly Position[],
  ranges: readonly TimeRange[],
  { resolution, stepSeconds, role, instance, most }: SpanQuery,
): Promise<Span[]> {
  const parameters = [
    positions.map(({ layout }) => layout),
    positions.map(({ position }) => position),
    ranges.map(([from]) => from),
    ranges.map(([, to]) => to),
    stepSeconds,
    most ?? null,
    role ?? null,
  ];
  if (resolution === 'frames') return sql.query<Span>(IN_FRAMES, [...parameters, instance ?? null]);
  return instance === undefined
    ? sql.query<Span>(IN_ROLLUPS, [...parameters, resolution])
    : Promise.resolve([]);
}

/** From where the next roll-up of a step goes on. */
export async function rolledUpTo(sql: Sql, stepSeconds: 300 | 3_600): Promise<Date | undefined> {
  const [row] = await sql.query<{ at: Date | null }>(
    'SELECT max(at) AS at FROM app.metric_rollups WHERE step_seconds = $1',
    [stepSeconds],
  );
  return row?.at ?? undefined;
}

const ROLL_UP_FRAMES = `
  INSERT INTO app.metric_rollups (step_seconds, at, role, layout, counts, sums, smallest, largest)
  SELECT 300, at, role, layout, array_agg(count ORDER BY position), array_agg(sum ORDER BY position),
         array_agg(smallest ORDER BY position), array_agg(largest ORDER BY position)
  FROM (
    SELECT to_timestamp(ceil(extract(epoch FROM f.at) / 300) * 300) AS at, f.role, f.layout, v.position,
           (count(*) FILTER (WHERE v.value <> 'NaN'))::int AS count,
           coalesce(sum(v.value) FILTER (WHERE v.value <> 'NaN'), 0) AS sum,
           coalesce(min(v.value) FILTER (WHERE v.value <> 'NaN'), 'NaN') AS smallest,
           coalesce(max(v.value) FILTER (WHERE v.value <> 'NaN'), 'NaN') AS largest
    FROM app.metric_frames f CROSS JOIN LATERAL unnest(f.readings) WITH ORDINALITY AS v (value, position)
    WHERE f.at > $1 AND f.at <= $2
    GROUP BY 1, f.role, f.layout, v.position) spans
  GROUP BY at, role, layout
  ON CONFLICT (step_seconds, at, role, layout) DO UPDATE
    SET counts = excluded.counts, sums = excluded.sums, smallest = excluded.smallest, largest = excluded.largest`;

const ROLL_UP_FURTHER = `
  INSERT INTO app.metric_rollups (step_seconds, at, role, layout, counts, sums, smallest, largest)
  SELECT 3600, at, role, layout, array_agg(count ORDER BY position), array_agg(sum ORDER BY position),
         array_agg(smallest ORDER BY position), array_agg(largest ORDER BY position)
  FROM (
    SELECT to_timestamp(ceil(extract(epoch FROM r.at) / 3600) * 3600) AS at, r.role, r.layout, v.position,
           sum(v.count)::int AS count, sum(v.sum) AS sum,
           coalesce(min(v.smallest) FILTER (WHERE v.count > 0), 'NaN') AS smallest,
           coalesce(max(v.largest) FILTER (WHERE v.count > 0), 'NaN') AS largest
    FROM app.metric_rollups r
    CROSS JOIN LATERAL unnest(r.counts, r.sums, r.smallest, r.largest)
      WITH ORDINALITY AS v (count, sum, smallest, largest, position)
    WHERE r.step_seconds = 300 AND r.at > $1 AND r.at <= $2
    GROUP BY 1, r.role, r.layout, v.position) spans
  GROUP BY at, role, layout
  ON CONFLICT (step_seconds, at, role, layout) DO UPDATE
    SET counts = excluded.counts, sums = excluded.sums, smallest = excluded.smallest, largest = excluded.largest`;

/** Makes the spans that end after `from` and not after `to`, both whole steps; doing it again changes nothing. */
export async function rollUp(sql: Sql, stepSeconds: 300 | 3_600, from: Date, to: Date): Promise<void> {
  await sql.query(stepSeconds === 300 ? ROLL_UP_FRAMES : ROLL_UP_FURTHER, [from, to]);
}

/** The oldest of what is to be rolled up. */
export async function oldest(sql: Sql, stepSeconds: 300 | 3_600): Promise<Date | undefined> {
  const [row] = await (stepSeconds === 300
    ? sql.query<{ at: Date | null }>('SELECT min(at) AS at FROM app.metric_frames')
    : sql.query<{ at: Date | null }>(
        'SELECT min(at) AS at FROM app.metric_rollups WHERE step_seconds = 300',
      ));
  return row?.at ?? undefined;
}

export interface Ages {
  readonly frames: Date;
  readonly fiveMinutes: Date;
  readonly hours: Date;
}

/** Forgets what is older, and layouts that nothing is stored in any more. */
export async function forgetOlder(sql: Sql, { frames, fiveMinutes, hours }: Ages): Promise<void> {
  await sql.query('DELETE FROM app.metric_frames WHERE at < $1', [frames]);
  await sql.query(
    `DELETE FROM app.metric_rollups WHERE (step_seconds = 300 AND at < $1) OR (step_seconds = 3600 AND at < $2)`,
    [fiveMinutes, hours],
  );
  await sql.query(
    `DELETE FROM app.metric_layouts l
     WHERE NOT EXISTS (SELECT FROM app.metric_frames f WHERE f.layout = l.id)
       AND NOT EXISTS (SELECT FROM app.metric_rollups r WHERE r.layout = l.id)`,
  );
}
