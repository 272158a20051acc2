import type { Transaction } from '../../database/sql.ts';
import type { Origin } from '../provider.ts';
import { storeDailyBars, type StoredBar } from '../store/daily-bars.ts';
import { decisionsAbout, forgetMended, recordFindings } from '../store/findings.ts';
import { advanceProgress, beginProgress } from '../store/progress.ts';
import { lockSymbols, refreshStatistics } from '../store/symbols.ts';
import { haltsByBars } from './halts.ts';
import { countDispositions, decidedBars, type JudgedRow } from './judge.ts';
import type { ChunkReport, Run } from './run.ts';
import { type RightsOfSeries, storeFactorsOf } from './series-factors.ts';

/** The judged daily rows of one symbol. */
export interface JudgedSeries extends RightsOfSeries {
  readonly origin: Origin;
  readonly rows: readonly JudgedRow<StoredBar>[];
  /** First date that was asked for; undefined: the whole history. */
  readonly from?: string | undefined;
}

/** Rows of a series up to `to`; what is done of them is known under the lock only. */
interface Chunk {
  readonly series: JudgedSeries;
  readonly to: number;
}

interface Slice {
  readonly series: JudgedSeries;
  readonly rows: readonly JudgedRow<StoredBar>[];
  readonly isLast: boolean;
  readonly done: number;
}

/** Batches that are written at once: while one waits for an answer of the database, the database has the other. */
const AT_ONCE = 2;

/**
 * Writes judged series: many short ones in one transaction, a long one in several. While batches are written the next
 * one is read, so at most three are in memory, whatever the market's size. Two batches of one series may come in any
 * order: which rows are left is known under the lock only.
 */
export class SeriesWriter {
  readonly #run: Run;
  #batch: Chunk[] = [];
  #rows = 0;
  readonly #writing: Promise<void>[] = [];

  constructor(run: Run) {
    this.#run = run;
  }

  /** Resolves when there is room for the next series. @throws what the writing of an earlier one threw */
  async add(series: JudgedSeries): Promise<void> {
    const { chunkRows } = this.#run;
    for (let from = 0; from === 0 || from < series.rows.length;) {
      const to = Math.min(series.rows.length, from + chunkRows - this.#rows);
      this.#batch.push({ series, to });
      this.#rows += to - from;
      if (this.#rows >= chunkRows) await this.#next();
      if (to === series.rows.length) break;
      from = to;
    }
  }

  /** Writes what is left. */
  async end(): Promise<void> {
    if (this.#batch.length > 0) await this.#next();
    while (this.#writing.length > 0) await this.#writing.shift();
  }

  /** Waits for what is being written after something else has failed; that failure is the one to tell. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#writing);
  }

  async #next(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#rows = 0;
    if (this.#writing.length >= AT_ONCE) await this.#writing.shift();
    this.#run.signal.throwIfAborted();
    const writing = this.#write(batch);
    this.#writing.push(writing);
    // Whoever waits next gets the failure; until then nobody listens.
    writing.catch(() => undefined);
  }

  async #write(batch: readonly Chunk[]): Promise<void> {
    const reports = await this.#run.database.transaction((sql) => writeBatch(sql, this.#run, batch));
    for (const report of reports) await this.#run.onChunk(report);
  }
}

/** One transaction: bars, findings, progress and what follows from them, for all series of the batch or for none. */
async function writeBatch(sql: Transaction, run: Run, batch: readonly Chunk[]): Promise<ChunkReport[]> {
  const { source } = run.provider;
  // What a crash of the database could lose of it, bars and progress together, is simply loaded again.
  await sql.query('SET LOCAL synchronous_commit TO off');
  await lockSymbols(
    sql,
    source,
    batch.map(({ series }) => series.symbol),
  );
  const slices = await takeSlices(sql, run, batch);
  const findings = slices.flatMap(({ rows }) => rows.flatMap((row) => row.findings));
  const foundIn = { source, dataset: 'daily', runId: run.runId } as const;
  await recordFindings(sql, foundIn, findings);
  const decisions = await decisionsAbout(
    sql,
    foundIn,
    slices.map(({ series }) => series.symbol),
  );
  await storeDailyBars(
    sql,
    source,
    slices.map(({ series: { symbol, origin }, rows }) => ({
      symbol,
      origin,
      bars: decidedBars(symbol, rows, decisions),
    })),
  );
  const reports = slices.map(reportOf);
  await advanceProgress(
    sql,
    run.runId,
    slices.map(({ series, rows, done }, index) => {
      const { rejected = 0, held = 0, flagged = 0 } = reports[index] ?? {};
      return { symbol: series.symbol, rowsDone: done + rows.length, quarantined: rejected + held, flagged };
    }),
  );
  await finishSeries(
    sql,
    run,
    slices.filter(({ isLast }) => isLast).map(({ series }) => series),
  );
  return reports.filter((report) => report.rows > 0);
}

function reportOf({ series, rows }: Slice): ChunkReport {
  const counts = countDispositions(rows.flatMap((row) => row.findings));
  return { symbol: series.symbol, rows: rows.length, ...counts };
}

/** Another worker on the same run may have done some of it meanwhile; what is left is known under the lock. */
async function takeSlices(sql: Transaction, run: Run, batch: readonly Chunk[]): Promise<Slice[]> {
  const begun = batch.map(({ series }) => ({
    symbol: series.symbol,
    rowsTotal: series.rows.length,
    origin: series.origin,
  }));
  const doneOf = await beginProgress(sql, run.runId, begun);
  return batch.map(({ series, to }) => {
    const done = doneOf.get(series.symbol) ?? 0;
    const rows = series.rows.slice(done, Math.max(done, to));
    return { series, rows, done, isLast: to === series.rows.length };
  });
}

/** What follows from whole series: halts, factors, statistics, and findings that are no more. */
async function finishSeries(sql: Transaction, run: Run, finished: readonly JudgedSeries[]): Promise<void> {
  if (finished.length === 0) return;
  const { source } = run.provider;
  const symbols = finished.map((series) => series.symbol);
  const foundIn = { source, dataset: 'daily', runId: run.runId } as const;
  const whole = finished.filter(({ from }) => from === undefined);
  if (whole.length > 0)
    await forgetMended(
      sql,
      foundIn,
      whole.map((series) => series.symbol),
    );
  for (const { symbol, from } of finished)
    if (from !== undefined) await forgetMended(sql, foundIn, [symbol], from);
  await haltsByBars(sql, run, finished);
  await storeFactorsOf(sql, run, finished);
  await refreshStatistics(sql, source, symbols);
}
