import type { Database, Sql } from '../../database/sql.ts';
import { checkRows } from '../checks/check-rows.ts';
import type { CheckedRow } from '../checks/finding.ts';
import { type MarketDataProvider, type Origin, type SymbolListing, valueOr } from '../provider.ts';
import { kindOf } from '../../common/market/symbol.ts';
import { fromSource } from './failure.ts';
import { insertBars, insertFindings, refreshSymbolStatistics, upsertSymbols } from './statements.ts';

/** Rows written in one chunk, reported after its transaction is committed. */
export interface ChunkReport {
  readonly symbol: string;
  readonly rows: number;
  readonly rejected: number;
  readonly flagged: number;
}

export interface IngestionOrder {
  readonly runId: string;
  /** Symbols to load; undefined: all that the source has. */
  readonly symbols: readonly string[] | undefined;
}

export interface IngestionContext {
  readonly database: Database;
  readonly provider: MarketDataProvider;
  readonly chunkRows?: number;
  readonly onChunk?: (report: ChunkReport) => void | Promise<void>;
}

const CHUNK_ROWS = 1_000;

interface Series {
  readonly runId: string;
  readonly source: string;
  readonly origin: Origin;
  readonly symbol: string;
  readonly rows: readonly CheckedRow[];
}

async function storeSymbols(context: IngestionContext, series: readonly string[]): Promise<void> {
  const { database, provider } = context;
  const listed = await fromSource('the list of symbols', provider.listSymbols());
  const listings = new Map(valueOr(listed, []).map((listing) => [listing.symbol, listing]));
  for (const symbol of series) {
    const unnamed: SymbolListing = { symbol, name: symbol, kind: kindOf(symbol), pinyin: undefined };
    if (!listings.has(symbol)) listings.set(symbol, unnamed);
  }
  await upsertSymbols(database, provider.source, [...listings.values()]);
}

/** Takes the progress row's lock, so that two workers on one run take turns and never do the same chunk twice. */
async function lockRowsDone(sql: Sql, series: Series): Promise<number> {
  const rows = await sql.query<{ rows_done: number }>(
    'SELECT rows_done FROM app.ingestion_progress WHERE run_id = $1 AND symbol = $2 FOR NO KEY UPDATE',
    [series.runId, series.symbol],
  );
  return rows[0]?.rows_done ?? 0;
}

/** One transaction: bars, findings and progress of the next rows together, or nothing. undefined: all is done. */
function storeChunk(database: Database, series: Series, size: number): Promise<ChunkReport | undefined> {
  return database.transaction(async (sql) => {
    const done = await lockRowsDone(sql, series);
    const chunk = series.rows.slice(done, done + size);
    if (chunk.length === 0) return undefined;
    const { source, symbol, runId, origin } = series;
    // A row that the source has mended since must not keep its old finding.
    if (done === 0)
      await sql.query('DELETE FROM app.quarantine WHERE source = $1 AND symbol = $2', [source, symbol]);
    const findings = chunk.flatMap((row) => row.findings);
    await insertBars(
      sql,
      { source, symbol, origin },
      chunk.flatMap((row) => row.bar ?? []),
    );
    await insertFindings(sql, { source, symbol, origin }, findings);
    const rejected = findings.filter((finding) => finding.disposition === 'rejected').length;
    const report = { symbol, rows: chunk.length, rejected, flagged: findings.length - rejected };
    await sql.query(
      `UPDATE app.ingestion_progress
          SET rows_done = $3, rows_quarantined = rows_quarantined + $4, rows_flagged = rows_flagged + $5,
              finished_at = CASE WHEN $3 >= rows_total THEN now() END
        WHERE run_id = $1 AND symbol = $2`,
      [runId, symbol, done + chunk.length, report.rejected, report.flagged],
    );
    if (done + chunk.length >= series.rows.length) await refreshSymbolStatistics(sql, source, symbol);
    return report;
  });
}

/** Symbols of this run that an earlier attempt finished. */
async function finishedSymbols(database: Database, runId: string): Promise<ReadonlySet<string>> {
  const rows = await database.query<{ symbol: string }>(
    'SELECT symbol FROM app.ingestion_progress WHERE run_id = $1 AND finished_at IS NOT NULL',
    [runId],
  );
  return new Set(rows.map((row) => row.symbol));
}

/**
 * Loads symbols and daily bars into the database. Progress is committed with every chunk, so a run that was killed
 * goes on where it stopped when it is started again with the same id.
 * @throws AbortError between two chunks when `signal` fires; SourceError when the source cannot be read; the database's own errors
 */
export async function runIngestion(
  context: IngestionContext,
  order: IngestionOrder,
  signal: AbortSignal,
): Promise<void> {
  const { database, provider, chunkRows = CHUNK_ROWS } = context;
  const available = await fromSource('the list of series', provider.listSeries());
  const wanted =
    order.symbols === undefined ? available : available.filter((symbol) => order.symbols?.includes(symbol));
  await storeSymbols(context, wanted);
  const finished = await finishedSymbols(database, order.runId);
  for (const symbol of wanted.filter((candidate) => !finished.has(candidate))) {
    const answer = await fromSource(`the daily rows of ${symbol}`, provider.dailyRows(symbol));
    const rows = checkRows(valueOr(answer, []), { symbol });
    await database.query(
      'INSERT INTO app.ingestion_progress (run_id, symbol, rows_total) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [order.runId, symbol, rows.length],
    );
    const series = { runId: order.runId, source: provider.source, origin: answer.origin, symbol, rows };
    for (;;) {
      signal.throwIfAborted();
      const report = await storeChunk(database, series, chunkRows);
      if (report === undefined) break;
      await context.onChunk?.(report);
    }
  }
}
