import type { Sql } from '../../database/sql.ts';
import type { Origin } from '../provider.ts';

export type Outcome = 'pending' | 'data' | 'empty' | 'failed';

/** Stands for all symbols where one answer holds the whole market. */
export const WHOLE_MARKET = '*';

export interface Begun {
  readonly symbol: string;
  readonly rowsTotal: number;
  readonly origin: Origin;
}

/** What is done of a symbol after a step. */
export interface Step {
  readonly symbol: string;
  readonly rowsDone: number;
  readonly quarantined: number;
  readonly flagged: number;
}

const BEGIN = `
  INSERT INTO app.ingestion_progress AS stored (run_id, symbol, rows_total, origin)
  SELECT $1, given.* FROM unnest($2::text[], $3::int[], $4::text[]) AS given
  ON CONFLICT (run_id, symbol) DO UPDATE
     SET rows_total = CASE WHEN stored.finished_at IS NULL THEN excluded.rows_total ELSE stored.rows_total END,
         origin = excluded.origin, outcome = CASE WHEN stored.finished_at IS NULL THEN 'pending' ELSE stored.outcome END,
         detail = CASE WHEN stored.finished_at IS NULL THEN NULL ELSE stored.detail END
  RETURNING symbol, rows_done AS "rowsDone"`;

/**
 * Takes the lock of the symbols' progress, so that two workers on one run take turns and never do the same rows twice.
 * @returns how many rows of each are done
 */
export async function beginProgress(
  sql: Sql,
  runId: string,
  begun: readonly Begun[],
): Promise<ReadonlyMap<string, number>> {
  const sorted = begun.toSorted((one, other) => (one.symbol < other.symbol ? -1 : 1));
  const rows = await sql.query<{ symbol: string; rowsDone: number }>(BEGIN, [
    runId,
    sorted.map((one) => one.symbol),
    sorted.map((one) => one.rowsTotal),
    sorted.map((one) => one.origin),
  ]);
  return new Map(rows.map((row) => [row.symbol, row.rowsDone]));
}

export async function advanceProgress(sql: Sql, runId: string, steps: readonly Step[]): Promise<void> {
  await sql.query(
    `UPDATE app.ingestion_progress AS stored
        SET rows_done = given.done, rows_quarantined = stored.rows_quarantined + given.quarantined,
            rows_flagged = stored.rows_flagged + given.flagged,
            finished_at = CASE WHEN given.done >= stored.rows_total THEN now() END,
            outcome = CASE WHEN given.done >= stored.rows_total THEN 'data' ELSE 'pending' END
       FROM unnest($2::text[], $3::int[], $4::int[], $5::int[]) AS given (symbol, done, quarantined, flagged)
      WHERE stored.run_id = $1 AND stored.symbol = given.symbol`,
    [
      runId,
      steps.map((step) => step.symbol),
      steps.map((step) => step.rowsDone),
      steps.map((step) => step.quarantined),
      steps.map((step) => step.flagged),
    ],
  );
}

export interface SymbolOutcome {
  readonly symbol: string;
  readonly outcome: Exclude<Outcome, 'pending'>;
  readonly origin?: Origin | undefined;
  /** Why it is empty or failed, or what of it is missing. */
  readonly detail?: string | undefined;
}

/** The end of a symbol without rows of its own; a failed one is not finished, so a later attempt tries it again. */
export async function recordOutcome(sql: Sql, runId: string, one: SymbolOutcome): Promise<void> {
  await sql.query(
    `INSERT INTO app.ingestion_progress AS stored (run_id, symbol, rows_total, outcome, origin, detail, finished_at)
     VALUES ($1, $2, 0, $3, $4, $5, CASE WHEN $3 <> 'failed' THEN now() END)
     ON CONFLICT (run_id, symbol) DO UPDATE
        SET outcome = excluded.outcome, origin = coalesce(excluded.origin, stored.origin), detail = excluded.detail,
            finished_at = excluded.finished_at
      WHERE stored.finished_at IS NULL`,
    [runId, one.symbol, one.outcome, one.origin ?? null, one.detail ?? null],
  );
}

/** Symbols of this run that an earlier attempt finished. */
export async function finishedSymbols(sql: Sql, runId: string): Promise<ReadonlySet<string>> {
  const rows = await sql.query<{ symbol: string }>(
    'SELECT symbol FROM app.ingestion_progress WHERE run_id = $1 AND finished_at IS NOT NULL',
    [runId],
  );
  return new Set(rows.map((row) => row.symbol));
}

/**
 * Drops what an earlier attempt began and nobody wants any more, because the configuration or the source's list has
 * changed since: such a symbol would stay half done in a run that is complete.
 * @returns the symbols dropped
 */
export async function dropUnwanted(sql: Sql, runId: string, wanted: readonly string[]): Promise<string[]> {
  const rows = await sql.query<{ symbol: string }>(
    `DELETE FROM app.ingestion_progress
      WHERE run_id = $1 AND finished_at IS NULL AND NOT symbol = ANY($2) RETURNING symbol`,
    [runId, wanted],
  );
  return rows.map((row) => row.symbol).toSorted();
}

export interface OutcomeCounts {
  readonly data: number;
  readonly empty: number;
  readonly failed: number;
}

export async function countOutcomes(sql: Sql, runId: string): Promise<OutcomeCounts> {
  const rows = await sql.query<{ outcome: Outcome; count: number }>(
    'SELECT outcome, count(*)::int AS count FROM app.ingestion_progress WHERE run_id = $1 GROUP BY outcome',
    [runId],
  );
  const of = (outcome: Outcome): number => rows.find((row) => row.outcome === outcome)?.count ?? 0;
  return { data: of('data'), empty: of('empty'), failed: of('failed') };
}
