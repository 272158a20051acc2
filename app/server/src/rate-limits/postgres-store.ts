import type { Sql } from '../database/sql.ts';
import type { Exchanged, RateLimitStore, Taken } from './rate-limit-store.ts';
import type { Count } from './sliding-window.ts';

interface CountRow extends Count {
  readonly key: string;
  readonly nowMs: number;
}

interface TakenRow {
  readonly admitted: boolean;
  readonly minute: number | null;
  readonly hits: number;
  readonly previousHits: number;
  readonly nowMs: number;
}

/** The clock of PostgreSQL is the one that all processes share. */
const NOW_MS = '(extract(epoch FROM statement_timestamp()) * 1000)::float8';
const MINUTE = 'floor(extract(epoch FROM statement_timestamp()) / 60)::integer';

/** The row's numbers as of the minute of the statement; a row may be ahead of a statement that waited for its lock. */
const HITS = 'CASE WHEN held.minute >= excluded.minute THEN held.hits ELSE 0 END';
const PREVIOUS_HITS = `
  CASE WHEN held.minute >= excluded.minute THEN held.previous_hits
       WHEN held.minute = excluded.minute - 1 THEN held.hits
       ELSE 0 END`;
const UPDATE = `
  UPDATE SET hits = greatest(0, ${HITS} + excluded.hits),
             previous_hits = ${PREVIOUS_HITS},
             minute = greatest(held.minute, excluded.minute)`;
const RETURNED = `minute, hits, previous_hits AS "previousHits"`;

/** In the order of keys, so that two processes never wait for each other. */
const EXCHANGE = `
  INSERT INTO app.rate_limits AS held (key, minute, hits, previous_hits)
  SELECT key, ${MINUTE}, hits, 0 FROM unnest($1::text[], $2::integer[]) AS given (key, hits) ORDER BY key
  ON CONFLICT (key) DO ${UPDATE}
  RETURNING key, ${RETURNED}, ${NOW_MS} AS "nowMs"`;

/** The same sum as in sliding-window.ts: what is not allowed is not counted. */
const TAKE = `
  WITH taken AS (
    INSERT INTO app.rate_limits AS held (key, minute, hits, previous_hits) VALUES ($1, ${MINUTE}, 1, 0)
    ON CONFLICT (key) DO ${UPDATE}
    WHERE ${HITS} + ${PREVIOUS_HITS} * (1 - ((${NOW_MS})::numeric % 60000) / 60000) + 1 <= $2
    RETURNING ${RETURNED}
  ), answer AS (
    SELECT true AS admitted, * FROM taken
    UNION ALL
    SELECT false, ${RETURNED} FROM app.rate_limits WHERE key = $1 AND NOT EXISTS (SELECT FROM taken)
  )
  SELECT coalesce(admitted, false) AS admitted, minute, hits, "previousHits", ${NOW_MS} AS "nowMs"
  FROM (SELECT) AS always LEFT JOIN answer ON true`;

const SWEEP = `
  DELETE FROM app.rate_limits WHERE key IN (
    SELECT key FROM app.rate_limits WHERE minute < ${MINUTE} - 1 ORDER BY key FOR UPDATE SKIP LOCKED)`;

export class PostgresRateLimitStore implements RateLimitStore {
  constructor(private readonly sql: Sql) {}

  async take(key: string, limit: number): Promise<Taken> {
    const [row] = await this.sql.query<TakenRow>(TAKE, [key, limit]);
    if (row === undefined) throw new Error('the count of a rate limit has no row');
    const { admitted, minute, nowMs } = row;
    return { admitted, nowMs, count: minute === null ? undefined : { ...row, minute } };
  }

  async exchange(hits: ReadonlyMap<string, number>): Promise<Exchanged> {
    const rows = await this.sql.query<CountRow>(EXCHANGE, [[...hits.keys()], [...hits.values()]]);
    return { nowMs: rows[0]?.nowMs ?? Date.now(), counts: new Map(rows.map((row) => [row.key, row])) };
  }

  async sweep(): Promise<void> {
    await this.sql.query(SWEEP);
  }
}
