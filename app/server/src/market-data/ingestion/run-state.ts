import type { Database } from '../../database/sql.ts';
import type { MarketDataProvider } from '../provider.ts';
import { fromSource } from './failure.ts';
import type { IngestionKind } from './run.ts';

/** The row of a run, and where it is. */
interface RunRow {
  readonly database: Database;
  readonly runId: string;
}

export interface StartedRun {
  readonly kind: IngestionKind;
  readonly symbols: string[] | null;
  /** Refusals of the source in a row, without anything read between them. */
  readonly pauses: number;
  /** What stopped the attempt before, as readers of the API were told. */
  readonly error: string | null;
  /** When this attempt began, by the database's clock. */
  readonly since: Date;
}

/** undefined: it has ended already. */
export async function markStarted({ database, runId }: RunRow): Promise<StartedRun | undefined> {
  const rows = await database.query<StartedRun>(
    `UPDATE app.ingestion_runs
        SET status = 'running', attempts = attempts + 1, started_at = coalesce(started_at, now()), resume_at = NULL
      WHERE id = $1 AND status IN ('queued', 'running') RETURNING kind, symbols, pauses, error, now() AS since`,
    [runId],
  );
  return rows[0];
}

/** Taken before the first row is read, so that a source that changes meanwhile is loaded again. */
export async function recordFingerprint({
  database,
  provider,
  runId,
}: RunRow & { readonly provider: MarketDataProvider }): Promise<void> {
  const fingerprint = await fromSource('the fingerprint', provider.fingerprint());
  await database.query('UPDATE app.ingestion_runs SET fingerprint = $2 WHERE id = $1', [runId, fingerprint]);
}

/** Warnings of all attempts, each once, in the order in which they came. */
const MERGED = `(SELECT coalesce(jsonb_agg(text ORDER BY first), '[]')
                   FROM (SELECT text, min(place) AS first
                           FROM jsonb_array_elements(warnings || $3::jsonb) WITH ORDINALITY AS each (text, place)
                          GROUP BY text) AS each_once)`;

export interface PauseOfRun {
  readonly seconds: number;
  readonly isRefusal: boolean;
  /** How the source refused a call of this attempt. */
  readonly refusal: string | undefined;
  /** What to tell of a pause without one, where nothing better is known. */
  readonly otherwise: string | undefined;
  readonly since: Date;
  readonly warnings: readonly string[];
}

/** Until something is read again, the refusals stay counted and the newest one stays told, whatever came after it. */
export async function markPaused({ database, runId }: RunRow, pause: PauseOfRun): Promise<void> {
  await database.query(
    `UPDATE app.ingestion_runs
        SET status = 'queued', resume_at = now() + make_interval(secs => $2), warnings = ${MERGED},
            pauses = CASE WHEN got_further THEN 0 ELSE pauses END + CASE WHEN $4 THEN 1 ELSE 0 END,
            error = coalesce($6, CASE WHEN NOT got_further THEN error END, $7)
       FROM (SELECT EXISTS (SELECT 1 FROM app.ingestion_progress WHERE run_id = $1 AND finished_at >= $5) AS got_further) AS attempt
      WHERE id = $1 AND status IN ('queued', 'running')`,
    [
      runId,
      pause.seconds,
      JSON.stringify(pause.warnings),
      pause.isRefusal,
      pause.since,
      pause.refusal ?? null,
      pause.otherwise ?? null,
    ],
  );
}

export async function markEnded(
  { database, runId }: RunRow,
  status: 'queued' | 'completed' | 'failed',
  error: string | null,
  warnings: readonly string[],
): Promise<void> {
  await database.query(
    `UPDATE app.ingestion_runs
        SET status = $2, error = $4, finished_at = CASE WHEN $2 = 'queued' THEN NULL ELSE now() END,
            warnings = ${MERGED}
      WHERE id = $1 AND status IN ('queued', 'running')`,
    [runId, status, JSON.stringify(warnings), error],
  );
}

/** Symbols that could not be read. */
export async function failedSymbols({ database, runId }: RunRow): Promise<string[]> {
  const rows = await database.query<{ symbol: string }>(
    `SELECT symbol FROM app.ingestion_progress WHERE run_id = $1 AND outcome = 'failed' ORDER BY symbol`,
    [runId],
  );
  return rows.map((row) => row.symbol);
}
