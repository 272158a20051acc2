import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { valueOr } from '../provider.ts';
import { locateSampleData } from '../sample/sample-files.ts';
import { SampleProvider } from '../sample/sample-provider.ts';
import { SourceError, type SourceFailure } from '../source-error.ts';
import { LIVE, liveMarket } from './testing/live-market.ts';
import { attempt, createRun, loadAll } from './testing/runs.ts';

const SYMBOLS = ['000001.SH', '000001.SZ', '000151.SZ', '600000.SH'];

describe('a live source, day by day', () => {
  let database: TestDatabase;
  const live = liveMarket(SYMBOLS);
  const now = () => live.now();
  const refresh = () => loadAll(database.sql, live.provider, { kind: 'refresh' }, { now });
  beforeAll(async () => {
    database = await createTestDatabase();
    await loadAll(database.sql, live.provider, {}, { now });
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    live.asked.length = 0;
  });

  /** What is stored since July, against what the source has. */
  async function expectSourceUntil(day: string): Promise<void> {
    const sample = new SampleProvider(locateSampleData(undefined));
    for (const symbol of SYMBOLS) {
      const rows = valueOr(await sample.dailyRows(symbol, { from: '2024-07-01', to: day }), []);
      const stored = await database.sql.query(
        `SELECT trade_date::text AS date, open::float8, high::float8, low::float8, close::float8, volume::float8, amount::float8
           FROM app.daily_bars WHERE source = $1 AND symbol = $2 AND trade_date >= '2024-07-01' ORDER BY trade_date`,
        [LIVE, symbol],
      );
      expect(stored, symbol).toEqual(rows.map(({ bar }) => bar));
    }
  }
  const known = async (symbol: string) =>
    (
      await database.sql.query<{ until: string | null; factors: number }>(
        `SELECT factors_known_until::text AS until,
                (SELECT count(*) FROM app.adjustment_factors WHERE source = $1 AND symbol = $2)::int AS factors
           FROM app.symbols WHERE source = $1 AND symbol = $2`,
        [LIVE, symbol],
      )
    )[0];

  it('takes the day of all shares from one snapshot, and asks for rows of what it does not hold', async () => {
    live.day = '2024-07-17';
    await refresh();
    // Of 000151.SZ no action is known as yet, which is asked for every day.
    expect(live.asked).toEqual(['snapshot', 'daily 000001.SH', 'actions 000001.SH', 'actions 000151.SZ']);
    await expectSourceUntil('2024-07-17');
    expect(await known('600000.SH')).toEqual({ until: '2024-07-17', factors: 23 });
  });

  it('sees an ex-date by the previous close, asks for its terms and computes the factor', async () => {
    live.day = '2024-07-18';
    await refresh();
    expect(live.asked).toContain('actions 600000.SH');
    expect(live.asked).not.toContain('actions 000001.SZ');
    await expectSourceUntil('2024-07-18');
    expect(await known('600000.SH')).toEqual({ until: '2024-07-18', factors: 24 });
  });

  it('mends what was missed while nothing ran', async () => {
    live.day = '2024-07-24';
    await refresh();
    expect(live.asked.filter((what) => what.startsWith('daily'))).toHaveLength(SYMBOLS.length);
    await expectSourceUntil('2024-07-24');
  });

  it('does not ask for the closing quotes of a day twice', async () => {
    await refresh();
    expect(live.asked).not.toContain('snapshot');
    expect(live.asked.filter((what) => what.startsWith('daily'))).toEqual([]);
  });

  it('refreshes one symbol on demand, from its last bar on', async () => {
    live.day = '2024-07-25';
    const order = { kind: 'refresh', symbols: ['000151.SZ'] } as const;
    const runId = await loadAll(database.sql, live.provider, order, { now });
    expect(live.asked).toEqual(['daily 000151.SZ', 'actions 000151.SZ']);
    expect(
      await database.sql.query(
        'SELECT symbol, outcome, rows_done FROM app.ingestion_progress WHERE run_id = $1',
        [runId],
      ),
    ).toEqual([{ symbol: '000151.SZ', outcome: 'data', rows_done: 2 }]);
  });
});

describe('a source in trouble', () => {
  let database: TestDatabase;
  const live = liveMarket(SYMBOLS);
  const now = () => live.now();
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    live.trouble = {};
    live.asked.length = 0;
  });

  const fail = (failure: SourceFailure, only: readonly string[] = SYMBOLS, retryAt?: Date): void => {
    const sound = liveMarket(SYMBOLS).provider;
    live.trouble = {
      dailyRows: (symbol, range) =>
        only.includes(symbol)
          ? Promise.reject(new SourceError(`the rows of ${symbol}`, { failure, ...(retryAt && { retryAt }) }))
          : sound.dailyRows(symbol, range),
    };
  };
  const state = async (runId: string) =>
    (
      await database.sql.query<{ status: string; pauses: number; warnings: string[]; resumes: Date | null }>(
        'SELECT status, pauses, warnings, resume_at AS resumes FROM app.ingestion_runs WHERE id = $1',
        [runId],
      )
    )[0];

  it('completes with a warning when one symbol cannot be read, and names it', async () => {
    fail('contract', ['000151.SZ']);
    const runId = await loadAll(database.sql, live.provider, {}, { now });
    expect(await state(runId)).toMatchObject({
      status: 'completed',
      warnings: [expect.stringMatching(/^1 could not be read: 000151\.SZ/)],
    });
    expect(
      await database.sql.query(
        `SELECT symbol, outcome, detail, rows_done = rows_total AS agree FROM app.ingestion_progress WHERE run_id = $1 ORDER BY symbol`,
        [runId],
      ),
    ).toEqual([
      ...['000001.SH', '000001.SZ'].map((symbol) => ({ symbol, outcome: 'data', detail: null, agree: true })),
      { symbol: '000151.SZ', outcome: 'failed', detail: expect.stringContaining('be read'), agree: true },
      { symbol: '600000.SH', outcome: 'data', detail: null, agree: true },
    ]);
  });

  it('waits as long as the source says when the budget is used up, which is no failure', async () => {
    fail('over_budget', ['000151.SZ'], new Date(live.now().getTime() + 42_000));
    const runId = await createRun(database.sql, { source: LIVE });
    expect(await attempt(database.sql, live.provider, runId, { now })).toEqual({
      outcome: 'paused',
      seconds: 42,
    });
    expect(await state(runId)).toMatchObject({ status: 'queued', pauses: 0, resumes: expect.any(Date) });
    live.trouble = {};
    live.asked.length = 0;
    expect(await attempt(database.sql, live.provider, runId, { now })).toEqual({ outcome: 'completed' });
    expect(live.asked).not.toContain('daily 000001.SZ');
    expect(await state(runId)).toMatchObject({ status: 'completed', warnings: [], resumes: null });
  });

  it('stops asking while the source rests, waits longer each time, and gives up in the end', async () => {
    fail('resting');
    const runId = await createRun(database.sql, { source: LIVE });
    const seconds: number[] = [];
    for (;;) {
      const result = await attempt(database.sql, live.provider, runId, { now }).catch(
        (error: Error) => error,
      );
      if (result instanceof Error || result.outcome !== 'paused') break;
      seconds.push(result.seconds);
    }
    expect(seconds.slice(0, 7)).toEqual([30, 60, 120, 240, 480, 900, 900]);
    expect(seconds).toHaveLength(24);
    expect(await state(runId)).toMatchObject({ status: 'failed' });
  });

  it('ends the attempt after five refusals in a row', async () => {
    const many = Array.from({ length: 8 }, (_, index) => `60000${index}.SH`);
    live.trouble = {
      listSeries: () => Promise.resolve(many),
      dailyRows: (symbol) => {
        live.asked.push(symbol);
        return Promise.reject(new SourceError(symbol, { failure: 'upstream_failed' }));
      },
    };
    const runId = await createRun(database.sql, { source: LIVE });
    expect(await attempt(database.sql, live.provider, runId, { now })).toMatchObject({ outcome: 'paused' });
    expect(live.asked).toEqual(many.slice(0, 5));
  });

  it('gives others their turn and goes on where it was', async () => {
    const runId = await createRun(database.sql, { source: LIVE });
    const turns = { now, turnMs: 0 };
    expect(await attempt(database.sql, live.provider, runId, turns)).toEqual({
      outcome: 'paused',
      seconds: 0,
    });
    expect(await attempt(database.sql, live.provider, runId, { now })).toEqual({ outcome: 'completed' });
  });

  it('names configured symbols that the source does not know', async () => {
    const configured = [...SYMBOLS, '999999.SZ'];
    const runId = await loadAll(database.sql, live.provider, {}, { now, configured });
    expect((await state(runId))?.warnings).toEqual([
      'marketData.symbols: the source does not know 999999.SZ; correct or remove them',
    ]);
  });

  it('completes nothing half: what is no longer wanted leaves the run and is named', async () => {
    const runId = await createRun(database.sql, { source: LIVE });
    const stop = new AbortController();
    const half = { now, chunkRows: 1_000, signal: stop.signal, onChunk: () => stop.abort() };
    await expect(attempt(database.sql, live.provider, runId, half)).rejects.toThrow('handed back');
    const fewer = liveMarket(['600000.SH']);
    await attempt(database.sql, fewer.provider, runId, { now });
    expect(
      await database.sql.query(
        'SELECT symbol, rows_done, rows_total FROM app.ingestion_progress WHERE run_id = $1',
        [runId],
      ),
    ).toEqual([{ symbol: '600000.SH', rows_done: 5_863, rows_total: 5_863 }]);
    expect((await state(runId))?.warnings).toEqual([expect.stringContaining('no longer wanted')]);
  });
});
