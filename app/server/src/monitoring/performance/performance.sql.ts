import type { Sql } from '../../database/sql.ts';
import { storableJson } from '../storable-json.ts';
import { KINDS, type SlowRecord } from './slow-records.ts';

const TELL = `
  INSERT INTO app.slow_records (kind, name, milliseconds, at, process, role, request_id, trace_id, detail)
  SELECT kind, name, milliseconds, at, $2, $3, "requestId", "traceId", detail
    FROM jsonb_to_recordset($1::jsonb)
      AS told(kind text, name text, milliseconds float8, at timestamptz, "requestId" text, "traceId" text, detail jsonb)`;

export async function tellSlow(
  sql: Sql,
  records: readonly SlowRecord[],
  { process, role }: { readonly process: string; readonly role: string },
): Promise<void> {
  await sql.query(TELL, [storableJson(records), process, role]);
}

/** Of each kind so many are kept, so long. */
export const MOST_OF_A_KIND = 1_000;
/** Of each name as many of the slowest and of the newest: a bad hour of one must not drive out what is slow today. */
const MOST_OF_A_NAME = 20;
const KEEP_DAYS = 14;

/** $1 kind, $2 of a name, $3 of the kind: the newest of what is left */
const FORGET = `
  DELETE FROM app.slow_records
   WHERE id = ANY (ARRAY(
     SELECT id
       FROM (SELECT id, by_length <= $2 OR by_age <= $2 AS is_kept,
                    row_number() OVER (ORDER BY (by_length <= $2 OR by_age <= $2) DESC, at DESC, id) AS place
               FROM (SELECT id, at, row_number() OVER (PARTITION BY name ORDER BY milliseconds DESC, id) AS by_length,
                            row_number() OVER (PARTITION BY name ORDER BY at DESC, id) AS by_age
                       FROM app.slow_records WHERE kind = $1) AS ranked) AS placed
      WHERE NOT is_kept OR place > $3))`;

export async function forgetSlow(sql: Sql, mostOfAKind: number): Promise<void> {
  await sql.query('DELETE FROM app.slow_records WHERE at < now() - make_interval(days => $1)', [KEEP_DAYS]);
  for (const kind of KINDS) await sql.query(FORGET, [kind, MOST_OF_A_NAME, mostOfAKind]);
}
