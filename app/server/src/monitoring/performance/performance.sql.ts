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

/** Of each kind the slowest are kept, so long. */
export const MOST_OF_A_KIND = 1_000;
const KEEP_DAYS = 14;

export async function forgetSlow(sql: Sql, mostOfAKind: number): Promise<void> {
  await sql.query('DELETE FROM app.slow_records WHERE at < now() - make_interval(days => $1)', [KEEP_DAYS]);
  for (const kind of KINDS)
    await sql.query(
      `DELETE FROM app.slow_records
        WHERE id = ANY (ARRAY(SELECT id FROM app.slow_records
                               WHERE kind = $1 ORDER BY milliseconds DESC, id OFFSET $2))`,
      [kind, mostOfAKind],
    );
}
