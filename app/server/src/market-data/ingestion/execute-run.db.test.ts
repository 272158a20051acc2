import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { locateSampleData } from '../sample/sample-files.ts';
import { SampleProvider } from '../sample/sample-provider.ts';
import { executeRun } from './execute-run.ts';
import type { ChunkReport } from './run.ts';
import { attempt, createRun, loadAll, replacing } from './testing/runs.ts';

const ALL_ROWS = 48_781;
const folder = locateSampleData(undefined);
const never = new AbortController().signal;

function totals(
  database: TestDatabase,
  runId: string,
): Promise<{ done: number; quarantined: number; finished: number }[]> {
  return database.sql.query(
    `SELECT coalesce(sum(rows_done), 0)::int AS done, coalesce(sum(rows_quarantined), 0)::int AS quarantined, count(finished_at)::int AS finished
       FROM app.ingestion_progress WHERE run_id = $1`,
    [runId],
  );
}

describe('a history of the whole sample', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await loadAll(database.sql, new SampleProvider(folder));
  });
  afterAll(() => database.drop());

  it('stores every row of 000001.SZ as the source has it: volume in shares, amount in yuan', async () => {
    const file = JSON.parse(readFileSync(join(folder, 'DayKLine/000001.sz.day.kline.json'), 'utf8')) as {
      data: number[][];
    };
    const stored = await database.sql.query<Record<string, string>>(
      `SELECT to_char(trade_date, 'YYYYMMDD') AS date, open, high, low, close, volume, amount
         FROM app.daily_bars WHERE symbol = '000001.SZ' ORDER BY trade_date`,
    );
    expect(stored).toHaveLength(7_972);
    const cents = (value: number): number => Math.round(value * 100) / 100;
    const expected = file.data.map(([date, , ...rest]) => [date].concat(rest.map((value) => cents(value))));
    const actual = stored.map((row) =>
      ['date', 'open', 'high', 'low', 'close', 'volume', 'amount'].map((key) => Number(row[key])),
    );
    expect(actual).toEqual(expected);
  });

  it('quarantines the 16 rows of 000001.SH whose order of prices is broken, and stores none of them', async () => {
    const refused = await database.sql.query<{ date: string; raw: number[] }>(
      `SELECT trade_date AS date, raw FROM app.quarantine WHERE symbol = '000001.SH' AND reason = 'high_low_order' AND disposition = 'rejected'`,
    );
    expect(refused).toHaveLength(16);
    const stored = await database.sql.query(
      `SELECT 1 FROM app.daily_bars WHERE symbol = '000001.SH' AND trade_date = ANY($1::date[])`,
      [refused.map((row) => row.date)],
    );
    expect(stored).toEqual([]);
    const [count] = await database.sql.query(
      `SELECT count(*)::int AS bars FROM app.daily_bars WHERE symbol = '000001.SH'`,
    );
    expect(count).toEqual({ bars: 8_162 - 16 });
  });

  it('accounts for every row: stored or rejected', async () => {
    const [sums] = await database.sql.query(
      `SELECT (SELECT count(*) FROM app.daily_bars)::int AS bars,
              (SELECT count(*) FROM app.quarantine WHERE disposition = 'rejected')::int AS rejected,
              (SELECT count(*) FROM app.quarantine WHERE disposition = 'flagged')::int AS flagged`,
    );
    expect(sums).toEqual({ bars: ALL_ROWS - 22, rejected: 22, flagged: 15 });
  });

  it('keeps first bar, last bar and count with the symbol', async () => {
    expect(
      await database.sql.query(
        `SELECT first_bar::text, last_bar::text, bar_count FROM app.symbols WHERE symbol IN ('000001.SZ', '600519.SH') ORDER BY symbol`,
      ),
    ).toEqual([
      { first_bar: '1991-04-03', last_bar: '2024-09-19', bar_count: 7_972 },
      { first_bar: null, last_bar: null, bar_count: 0 },
    ]);
  });

  it('rewrites nothing and counts nothing twice when loaded again', async () => {
    const state = () =>
      database.sql.query(
        `SELECT max(fetched_at) AS newest, count(*) AS bars, (SELECT count(*) FROM app.quarantine) AS findings FROM app.daily_bars`,
      );
    const before = await state();
    const runId = await loadAll(database.sql, new SampleProvider(folder));
    expect(await state()).toEqual(before);
    expect(await totals(database, runId)).toEqual([{ done: ALL_ROWS, quarantined: 22, finished: 8 }]);
  });
});

describe('a run that is interrupted', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('goes on at the chunk where it stopped, also in the middle of a symbol', async () => {
    const runId = await createRun(database.sql);
    const stop = new AbortController();
    const reports: ChunkReport[] = [];
    const provider = new SampleProvider(folder, ['000001.SZ', '600000.SH']);
    const onChunk = (report: ChunkReport): void => {
      reports.push(report);
      if (reports.length === 3) stop.abort();
    };
    const options = { chunkRows: 1_000, signal: stop.signal, onChunk };
    await expect(attempt(database.sql, provider, runId, options)).rejects.toThrow('handed back');
    // What was on its way with the third batch is stored, too.
    const [half] = await totals(database, runId);
    expect([3_000, 4_000, 5_000]).toContain(half?.done);
    expect(half?.finished).toBe(0);
    await attempt(database.sql, provider, runId, {
      chunkRows: 1_000,
      onChunk: (report) => void reports.push(report),
    });
    expect(reports.reduce((sum, report) => sum + report.rows, 0)).toBe(7_972 + 5_908);
    expect(await totals(database, runId)).toEqual([{ done: 7_972 + 5_908, quarantined: 0, finished: 2 }]);
  });

  it('is done once by two workers that both believe it is theirs', async () => {
    const runId = await createRun(database.sql);
    const rows: number[] = [];
    const work = () =>
      attempt(database.sql, new SampleProvider(folder, ['000001.SH']), runId, {
        chunkRows: 500,
        onChunk: (report) => void rows.push(report.rows),
      });
    await Promise.all([work(), work()]);
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(8_162);
    expect(await totals(database, runId)).toEqual([{ done: 8_162, quarantined: 16, finished: 1 }]);
    expect(
      await database.sql.query(
        `SELECT count(*)::int AS findings FROM app.quarantine WHERE symbol = '000001.SH' AND disposition = 'rejected'`,
      ),
    ).toEqual([{ findings: 16 }]);
  });
});

describe('executeRun', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const stateOf = (runId: string) =>
    database.sql.query(
      `SELECT status, attempts, error, finished_at IS NOT NULL AS finished FROM app.ingestion_runs WHERE id = $1`,
      [runId],
    );

  it('hands the run back when the worker stops', async () => {
    const runId = await createRun(database.sql);
    const stop = new AbortController();
    const execution = {
      database: database.sql,
      provider: new SampleProvider(folder, ['000151.SZ']),
      runId,
      isLastAttempt: false,
      logFailure: () => undefined,
      chunkRows: 1_000,
      onChunk: () => stop.abort(),
    };
    await expect(executeRun({ ...execution, signal: stop.signal })).rejects.toThrow('handed back');
    expect(await stateOf(runId)).toEqual([{ status: 'queued', attempts: 1, error: null, finished: false }]);
    expect(await executeRun({ ...execution, signal: never })).toEqual({ outcome: 'completed' });
    expect(await stateOf(runId)).toEqual([{ status: 'completed', attempts: 2, error: null, finished: true }]);
    expect(await executeRun({ ...execution, signal: never })).toEqual({ outcome: 'already-ended' });
  });

  it.each([
    [false, 'queued'],
    [true, 'failed'],
  ])('keeps a reason and logs the error; last attempt %s: the run is %s', async (isLastAttempt, status) => {
    const runId = await createRun(database.sql);
    const sound = new SampleProvider(folder, ['000151.SZ']);
    const provider = replacing(sound, {
      dailyRows: () => Promise.reject(new Error('/srv/sample/000151.json is cut off')),
    });
    const logged: unknown[] = [];
    const execution = { database: database.sql, provider, runId, isLastAttempt, signal: never };
    const thrown = 'the daily rows of 000151.SZ could not be read from the source';
    await expect(executeRun({ ...execution, logFailure: (error) => logged.push(error) })).rejects.toThrow(
      thrown,
    );
    const error = `${thrown}; the worker's log has the details under the id of this load`;
    expect(await stateOf(runId)).toEqual([{ status, attempts: 1, error, finished: isLastAttempt }]);
    expect(inspect(logged)).toContain('/srv/sample/000151.json is cut off');
  });

  it('tries nothing again that the source does not have', async () => {
    await loadAll(database.sql, new SampleProvider(folder, ['000151.SZ']));
    const runId = await createRun(database.sql, { kind: 'details', symbols: ['000151.SZ'] });
    const provider = new SampleProvider(folder, ['000151.SZ']);
    const attempted = attempt(database.sql, provider, runId, { isLastAttempt: false });
    await expect(attempted).rejects.toThrow('it has none');
    expect(await stateOf(runId)).toMatchObject([{ status: 'failed', attempts: 1, finished: true }]);
  });

  it('says of a listed symbol without bars that it has none, not that it is unknown', async () => {
    const symbols = ['601318.SH', '999999.SZ'];
    const provider = new SampleProvider(folder, ['000151.SZ', '601318.SH']);
    const runId = await loadAll(database.sql, provider, { symbols });
    expect(
      await database.sql.query(
        'SELECT symbol, outcome, detail FROM app.ingestion_progress WHERE run_id = $1 ORDER BY symbol',
        [runId],
      ),
    ).toEqual([
      { symbol: '601318.SH', outcome: 'empty', detail: 'no_series' },
      { symbol: '999999.SZ', outcome: 'empty', detail: 'not_listed' },
    ]);
  });

  it('ends a run whose source is gone before the first row, and tells nothing of the database', async () => {
    const runId = await createRun(database.sql);
    const sound = new SampleProvider(folder, ['000151.SZ']);
    const execution = { runId, isLastAttempt: true, signal: never, logFailure: () => undefined };
    const provider = replacing(sound, { fingerprint: () => Promise.reject(new Error('ENOENT /srv')) });
    await expect(executeRun({ ...execution, database: database.sql, provider })).rejects.toThrow(
      'fingerprint',
    );
    expect(await stateOf(runId)).toMatchObject([
      { status: 'failed', error: expect.stringMatching(/^the fingerprint could not be read/) },
    ]);

    const second = await createRun(database.sql);
    const refused = {
      ...database.sql,
      transaction: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:5432')),
    };
    await expect(
      executeRun({ ...execution, runId: second, database: refused, provider: sound }),
    ).rejects.toThrow('ECONNREFUSED');
    expect(await stateOf(second)).toMatchObject([
      { status: 'failed', error: expect.stringMatching(/^what was read could not be stored; [^0-9]+$/) },
    ]);
  });
});
