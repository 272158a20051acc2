import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import type { MarketDataProvider } from '../provider.ts';
import { SourceError, type SourceFailure } from '../source-error.ts';
import { RESTING } from './failure.ts';
import { LIVE, type LiveMarket, liveMarket } from './testing/live-market.ts';
import { attempt, createRun, loadAll } from './testing/runs.ts';

const INDEX = '000001.SH';
const SHARES = ['000001.SZ', '000151.SZ', '600000.SH'];

let database: TestDatabase;
let live: LiveMarket;
const now = () => live.now();
beforeEach(async () => {
  database = await createTestDatabase();
  live = liveMarket([INDEX, ...SHARES]);
  await loadAll(database.sql, live.provider, {}, { now });
  live.day = '2024-07-17';
  live.asked.length = 0;
});
afterEach(() => database.drop());

const failing =
  (failure: SourceFailure) =>
  (what: string): Promise<never> =>
    Promise.reject(new SourceError(what, { failure, retryAt: new Date(live.now().getTime() + 1_800_000) }));
const rests = failing('resting');

/** Row versions of everything that a refresh writes of the shares. */
const versions = () =>
  database.sql.query<{ symbol: string; of_symbol: string; of_bar: string; until: string | null }>(
    `SELECT symbol, stored.xmin::text AS of_symbol, bar.xmin::text AS of_bar, factors_known_until::text AS until
       FROM app.symbols AS stored JOIN app.daily_bars AS bar USING (source, symbol)
      WHERE source = $1 AND symbol = ANY($2) AND trade_date = $3 ORDER BY symbol`,
    [LIVE, SHARES, live.day],
  );

describe('a refresh that goes on later', () => {
  it('writes what it has finished no second time, and knows its factors by then', async () => {
    live.trouble = { dailyRows: failing('over_budget') };
    const runId = await createRun(database.sql, { source: LIVE, kind: 'refresh' });
    expect(await attempt(database.sql, live.provider, runId, { now })).toMatchObject({ outcome: 'paused' });
    const written = await versions();
    expect(written.map(({ symbol, until }) => [symbol, until])).toEqual([
      ['000001.SZ', '2024-07-17'],
      ['600000.SH', '2024-07-17'],
    ]);

    expect(await attempt(database.sql, live.provider, runId, { now })).toMatchObject({ outcome: 'paused' });
    expect(await versions()).toEqual(written);

    live.trouble = {};
    expect(await attempt(database.sql, live.provider, runId, { now })).toEqual({ outcome: 'completed' });
    expect((await versions()).filter(({ symbol }) => symbol !== '000151.SZ')).toEqual(written);
    expect(live.asked.filter((what) => what === 'snapshot')).toHaveLength(1);
  });
});

describe('what a run can do without', () => {
  const resting: Partial<MarketDataProvider> = {
    offers: new Set(['snapshot', 'corporateActions', 'tradingDays', 'halts']),
    tradingDays: () => rests('the trading days'),
    halts: () => rests('the halts'),
    snapshot: () => rests('the snapshot'),
  };

  it('is not waited for while it rests: a refresh asks for rows instead of a snapshot', async () => {
    live.trouble = resting;
    const runId = await createRun(database.sql, { source: LIVE, kind: 'refresh' });
    expect(await attempt(database.sql, live.provider, runId, { now })).toEqual({ outcome: 'completed' });
    expect(live.asked.filter((what) => what.startsWith('daily'))).toHaveLength(1 + SHARES.length);
    expect((await versions()).map(({ symbol }) => symbol)).toEqual(SHARES);
    const [run] = await database.sql.query<{ warnings: string[] }>(
      'SELECT warnings FROM app.ingestion_runs WHERE id = $1',
      [runId],
    );
    for (const what of ['the trading days', 'the halts of 2024-07-17', 'the market snapshot'])
      expect(run?.warnings).toContain(`${what}: the source rests, and the run goes on without`);
  });

  it('is waited for by a run that has nothing else to do', async () => {
    live.trouble = resting;
    const runId = await createRun(database.sql, { source: LIVE, kind: 'snapshot' });
    expect(await attempt(database.sql, live.provider, runId, { now })).toMatchObject({ outcome: 'paused' });
  });

  it('holds no bars up: without corporate actions they are stored, and the next refresh asks for what is missing', async () => {
    live.trouble = { corporateActions: () => rests('the actions') };
    live.day = '2024-07-18';
    await loadAll(database.sql, live.provider, { kind: 'refresh' }, { now });
    expect(await versions()).toMatchObject([
      { symbol: '000001.SZ' },
      { symbol: '000151.SZ' },
      { symbol: '600000.SH', until: '2024-07-16' },
    ]);
    live.trouble = {};
    live.day = '2024-07-19';
    await loadAll(database.sql, live.provider, { kind: 'refresh' }, { now });
    expect(await versions()).toMatchObject([
      { symbol: '000001.SZ', until: '2024-07-19' },
      { symbol: '000151.SZ', until: null },
      { symbol: '600000.SH', until: '2024-07-19' },
    ]);
  });
});

describe('a load whose list of symbols cannot be read', () => {
  const state = async (runId: string) =>
    (
      await database.sql.query<{
        status: string;
        pauses: number;
        error: string | null;
        resumes: Date | null;
      }>('SELECT status, pauses, error, resume_at AS resumes FROM app.ingestion_runs WHERE id = $1', [runId])
    )[0];
  const trouble = (failure: SourceFailure): void => {
    live.trouble = { listSymbols: () => failing(failure)('the list of symbols') };
  };

  it.each(['history', 'refresh'] as const)(
    'waits (%s), and tells why as long as nothing is read',
    async (kind) => {
      const runId = await createRun(database.sql, { source: LIVE, kind });
      const paused = async (failure: SourceFailure) => {
        trouble(failure);
        const attempted = attempt(database.sql, live.provider, runId, { now, isLastAttempt: false });
        expect(await attempted).toMatchObject({ outcome: 'paused' });
        return state(runId);
      };
      const told = { status: 'queued', resumes: expect.any(Date) };
      expect(await paused('over_budget')).toMatchObject({ ...told, pauses: 0, error: null });
      expect(await paused('resting')).toMatchObject({ ...told, pauses: 1, error: RESTING });
      const unreachable = { ...told, error: expect.stringContaining('its server cannot be reached') };
      expect(await paused('unreachable')).toMatchObject({ ...unreachable, pauses: 2 });
      expect(await paused('over_budget')).toMatchObject({ ...unreachable, pauses: 2 });
      expect(await paused('resting')).toMatchObject({ ...unreachable, pauses: 3 });

      live.trouble = { dailyRows: failing('over_budget') };
      await attempt(database.sql, live.provider, runId, { now });
      live.trouble = {};
      expect(await attempt(database.sql, live.provider, runId, { now })).toEqual({ outcome: 'completed' });
      expect(await state(runId)).toMatchObject({ status: 'completed', error: null, resumes: null });
    },
  );

  it('is given up in the end with the reason that was seen', async () => {
    const runId = await createRun(database.sql, { source: LIVE });
    trouble('timeout');
    await attempt(database.sql, live.provider, runId, { now });
    trouble('resting');
    for (let pauses = 1; pauses < 24; pauses += 1) await attempt(database.sql, live.provider, runId, { now });
    await expect(attempt(database.sql, live.provider, runId, { now })).rejects.toThrow('paused: resting');
    expect(await state(runId)).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/^given up after hours: the list of symbols .*did not answer in time/),
    });
  });
});
