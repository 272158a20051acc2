import type { Sql } from '../../database/sql.ts';
import type { Frame, Layout } from './frames.ts';
import type { Series } from './series.ts';

export interface Origin {
  readonly role: string;
  /** One process; another one after a restart. */
  readonly instance: string;
}

/** The time in which the counters of a frame gained what it says; gauges are as they were at its end. */
export interface Gained {
  readonly since: Date;
  readonly at: Date;
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
  { since, at }: Gained,
  layoutId: string,
  { values }: Frame,
): Promise<void> {
  await sql.query(
    `INSERT INTO app.metric_frames (at, since, role, instance, layout, readings) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (instance, at) DO NOTHING`,
    [at, since, role, instance, layoutId, values],
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
