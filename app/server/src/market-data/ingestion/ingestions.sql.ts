import type { Ingestion } from './ingestions.dto.ts';

type Instant = 'createdAt' | 'startedAt' | 'finishedAt' | 'resumesAt';

/** A run as the database tells it: instants are dates, and what is computed is missing. */
export type RunRow = Omit<Ingestion, Instant | 'elapsedSeconds'> & {
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly resumesAt: Date | null;
};

/** Symbols shown with a run; the rest is on pages of its own. */
const SHOWN_SYMBOLS = 50;

const SYMBOL = `symbol, outcome, origin, detail, rows_total AS "rowsTotal", rows_done AS "rowsDone",
  rows_quarantined AS "rowsQuarantined", rows_flagged AS "rowsFlagged"`;

const COUNTS = `
  SELECT json_build_object('pending', count(*) FILTER (WHERE outcome = 'pending'),
                           'data', count(*) FILTER (WHERE outcome = 'data'),
                           'empty', count(*) FILTER (WHERE outcome = 'empty'),
                           'failed', count(*) FILTER (WHERE outcome = 'failed')) AS outcomes,
         coalesce(sum(rows_total), 0)::int AS "rowsTotal", coalesce(sum(rows_done), 0)::int AS "rowsDone",
         coalesce(sum(rows_quarantined), 0)::int AS "rowsQuarantined",
         coalesce(sum(rows_flagged), 0)::int AS "rowsFlagged"
    FROM app.ingestion_progress WHERE run_id = run.id`;

/** What somebody has to look at comes first. */
const FIRST_SYMBOLS = `
  SELECT coalesce(json_agg(to_jsonb(shown) - 'rank' ORDER BY shown.rank, shown.symbol), '[]') AS symbols
    FROM (SELECT ${SYMBOL}, array_position(ARRAY['failed', 'pending', 'empty', 'data'], outcome) AS rank
            FROM app.ingestion_progress WHERE run_id = run.id ORDER BY rank, symbol LIMIT ${SHOWN_SYMBOLS}) AS shown`;

/** One statement, so that a run and its progress are of one moment. */
const select = (runs: string): string => `
  SELECT run.id, run.kind, run.source, run.trigger, run.status, run.attempts, run.error, run.warnings,
         run.resume_at AS "resumesAt", run.created_at AS "createdAt", run.started_at AS "startedAt",
         run.finished_at AS "finishedAt", counted.*, first.symbols
    FROM (${runs}) AS run
   CROSS JOIN LATERAL (${COUNTS}) AS counted
   CROSS JOIN LATERAL (${FIRST_SYMBOLS}) AS first
   ORDER BY run.created_at DESC, run.id DESC`;

/** $1: how many. */
export const RUNS = select('SELECT * FROM app.ingestion_runs ORDER BY created_at DESC, id DESC LIMIT $1');

/** $1: id. */
export const RUN = select('SELECT * FROM app.ingestion_runs WHERE id = $1');

/** $1: run, $2: outcome or null, $3: after this symbol, $4: how many. */
export const RUN_SYMBOLS = `
  SELECT ${SYMBOL} FROM app.ingestion_progress
   WHERE run_id = $1 AND ($2::text IS NULL OR outcome = $2) AND symbol > $3 ORDER BY symbol LIMIT $4`;
