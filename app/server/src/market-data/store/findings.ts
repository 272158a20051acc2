import type { Sql } from '../../database/sql.ts';
import type { Finding } from '../checks/finding.ts';
import type { Bar, MinuteBar, Origin } from '../provider.ts';

export type Dataset = 'daily' | 'minutes';

/** A finding with all that a later decision about it needs. */
export interface Found extends Finding {
  readonly symbol: string;
  readonly origin: Origin;
  /** Tells rows apart that say the same in one answer. */
  readonly occurrence: number;
  /** What a row that is not rejected is, or would be. */
  readonly bar: Bar | MinuteBar | undefined;
}

export type Resolution = 'released' | 'dropped';

/** What a person has decided about a finding before. */
export interface Decision {
  readonly symbol: string;
  readonly rowNumber: number;
  readonly reason: string;
  readonly resolution: Resolution;
}

export interface FoundIn {
  readonly source: string;
  readonly dataset: Dataset;
  readonly runId: string;
}

/** A row that says the same as before keeps its decision, and only learns where it stands now. */
const RECORD = `
  INSERT INTO app.quarantine AS stored
         (source, dataset, run_id, symbol, origin, row_number, occurrence, trade_date, reason, disposition, detail, raw, bar)
  SELECT $1, $2, $3, given.*
    FROM unnest($4::text[], $5::text[], $6::int[], $7::int[], $8::text[], $9::text[], $10::text[], $11::text[], $12::jsonb[], $13::jsonb[]) AS given
  ON CONFLICT (source, symbol, dataset, reason, row_hash, occurrence) DO UPDATE
     SET run_id = excluded.run_id, origin = excluded.origin, row_number = excluded.row_number,
         disposition = excluded.disposition, detail = excluded.detail, bar = excluded.bar
  RETURNING symbol, row_number AS "rowNumber", reason, resolution`;

/** Stores findings. @returns what was decided about them before */
export async function recordFindings(
  sql: Sql,
  { source, dataset, runId }: FoundIn,
  found: readonly Found[],
): Promise<readonly Decision[]> {
  if (found.length === 0) return [];
  const rows = await sql.query<Omit<Decision, 'resolution'> & { resolution: Resolution | null }>(RECORD, [
    source,
    dataset,
    runId,
    found.map((one) => one.symbol),
    found.map((one) => one.origin),
    found.map((one) => one.rowNumber),
    found.map((one) => one.occurrence),
    found.map((one) => one.date ?? null),
    found.map((one) => one.reason),
    found.map((one) => one.disposition),
    found.map((one) => one.detail),
    found.map((one) => JSON.stringify(one.raw)),
    found.map((one) => (one.bar === undefined ? null : JSON.stringify(one.bar))),
  ]);
  return rows.flatMap(({ resolution, ...row }) => (resolution === null ? [] : [{ ...row, resolution }]));
}

/**
 * A row that the source has mended since must not keep its old finding: whatever this run, having read all rows from
 * `from` on, did not find again goes, unless somebody has decided about it.
 * @param from first date that the run has read; undefined: all, and rows without a date
 */
export async function forgetMended(
  sql: Sql,
  { source, dataset, runId }: FoundIn,
  symbols: readonly string[],
  from?: string,
): Promise<void> {
  await sql.query(
    `DELETE FROM app.quarantine
      WHERE source = $1 AND dataset = $2 AND symbol = ANY($4) AND run_id IS DISTINCT FROM $3 AND resolution IS NULL
        AND ($5::text IS NULL OR trade_date >= $5)`,
    [source, dataset, runId, symbols, from ?? null],
  );
}
