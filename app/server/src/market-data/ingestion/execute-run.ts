import type { Database } from '../../database/sql.ts';
import type { MarketDataProvider } from '../provider.ts';
import { fromSource, publicReason } from './failure.ts';
import { type ChunkReport, runIngestion } from './run-ingestion.ts';

export interface RunExecution {
  readonly database: Database;
  readonly provider: MarketDataProvider;
  readonly runId: string;
  /** After a failure of the last attempt the run is `failed`; before, it waits for the next one. */
  readonly isLastAttempt: boolean;
  readonly signal: AbortSignal;
  /** Gets what is kept from readers of the API: the error as it was thrown. */
  readonly logFailure: (error: unknown) => void;
  readonly chunkRows?: number;
  readonly onChunk?: (report: ChunkReport) => void | Promise<void>;
}

export type RunOutcome = 'completed' | 'already-ended';

interface StartedRun {
  readonly symbols: string[] | null;
}

async function markStarted({ database, runId }: RunExecution): Promise<StartedRun | undefined> {
  const rows = await database.query<StartedRun>(
    `UPDATE app.ingestion_runs
        SET status = 'running', attempts = attempts + 1, started_at = coalesce(started_at, now())
      WHERE id = $1 AND status IN ('queued', 'running') RETURNING symbols`,
    [runId],
  );
  return rows[0];
}

/** Taken before the first row is read, so that a source that changes meanwhile is loaded again. */
async function recordFingerprint({ database, provider, runId }: RunExecution): Promise<void> {
  const fingerprint = await fromSource('the fingerprint', provider.fingerprint());
  await database.query('UPDATE app.ingestion_runs SET fingerprint = $2 WHERE id = $1', [runId, fingerprint]);
}

async function markEnded(
  { database, runId }: RunExecution,
  status: 'queued' | 'completed' | 'failed',
  error: string | null,
): Promise<void> {
  await database.query(
    `UPDATE app.ingestion_runs
        SET status = $2, error = $3, finished_at = CASE WHEN $2 = 'queued' THEN NULL ELSE now() END
      WHERE id = $1 AND status IN ('queued', 'running')`,
    [runId, status, error],
  );
}

/**
 * Does one run from where it stands and keeps its row true.
 * @throws what the run threw, so that the job queue retries; also when `signal` fired (the run is handed back)
 */
export async function executeRun(execution: RunExecution): Promise<RunOutcome> {
  const { runId, signal } = execution;
  const run = await markStarted(execution);
  if (run === undefined) return 'already-ended';
  try {
    await recordFingerprint(execution);
    await runIngestion(execution, { runId, symbols: run.symbols ?? undefined }, signal);
  } catch (error) {
    if (signal.aborted) {
      await markEnded(execution, 'queued', null);
      throw new Error('handed back: the worker stops', { cause: error });
    }
    execution.logFailure(error);
    await markEnded(execution, execution.isLastAttempt ? 'failed' : 'queued', publicReason(error));
    throw error;
  }
  await markEnded(execution, 'completed', null);
  return 'completed';
}
