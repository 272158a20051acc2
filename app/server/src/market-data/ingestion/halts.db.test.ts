import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { type Table, tDate } from '../aktools/testing/sample-tables.ts';
import { lockSymbols, upsertSymbols } from '../store/symbols.ts';
import { refreshHalts } from './halts.ts';
import { loadSeries } from './load-series.ts';
import { FakeMarket } from './testing/fake-market.ts';

const SHARE = '000151.SZ';

/** A row of `stock_tfp_em`. */
const listed = (code: string, from: string, to: string | null = null, term = '连续停牌') => ({
  序号: 1,
  代码: code,
  名称: '某公司',
  停牌时间: tDate(from),
  停牌截止时间: to === null ? null : tDate(to),
  停牌期限: term,
  停牌原因: '重大事项',
  所属市场: '深交所主板',
  预计复牌时间: null,
});

/** A day has always some that are halted; a list without any is an upstream that has failed in silence. */
const NONE_OF_OURS = [listed('200011', '2024-07-01')];

describe('halts', () => {
  let database: TestDatabase;
  let market: FakeMarket;

  beforeAll(async () => {
    database = await createTestDatabase();
    market = await FakeMarket.start(database.sql);
  });
  afterAll(async () => {
    await market.fake.close();
    await database.drop();
  });
  beforeEach(async () => {
    for (const table of ['daily_bars', 'halts', 'halt_lists', 'quarantine', 'symbols'])
      await database.sql.query(`DELETE FROM app.${table}`);
    const names = [SHARE, '600000.SH', '000001.SZ'];
    await upsertSymbols(
      database.sql,
      'aktools',
      names.map((symbol) => ({ symbol, name: symbol, kind: 'stock', pinyin: undefined })),
    );
    market.fake.overrides.clear();
    market.fake.calls.length = 0;
    await load('2024-07-01', '2024-07-15');
  });

  const closeOf = (day: string): void => void (market.now = new Date(`${day}T18:00:00+08:00`));
  /** Bars of the share from the day up to the close of another one. */
  async function load(from: string, to: string): Promise<void> {
    closeOf(to);
    const { run } = await market.run();
    await loadSeries(run, [{ symbol: SHARE, range: { from, to } }]);
  }
  /** Reads the list of that day. */
  async function list(day: string, table: Table): Promise<void> {
    closeOf(day);
    market.answers('stock_tfp_em', table);
    const { run } = await market.run();
    await refreshHalts(run, day);
  }
  const stored = (): Promise<unknown[]> =>
    database.sql.query(
      'SELECT symbol, from_date::text AS from, to_date::text AS to, reason, origin FROM app.halts ORDER BY symbol, from_date',
    );
  const named = (from: string, to: string | null, symbol = SHARE) => ({
    symbol,
    from,
    to,
    reason: '重大事项',
    origin: 'eastmoney',
  });
  const derived = (from: string, to: string) => ({
    symbol: SHARE,
    from,
    to,
    reason: null,
    origin: 'derived',
  });
  const suspended = async (): Promise<string[]> =>
    (
      await database.sql.query<{ symbol: string }>(
        `SELECT symbol FROM app.symbols WHERE listing_status = 'suspended' ORDER BY symbol`,
      )
    ).map(({ symbol }) => symbol);
  const gaps = async (): Promise<unknown[]> =>
    (
      await database.sql.query<{ gap: string }>(
        `SELECT trade_date || ': ' || detail AS gap FROM app.quarantine WHERE reason = 'gap'`,
      )
    ).map(({ gap }) => gap);

  it('of the day are stored with their reasons, for the shares that are known, and mark these', async () => {
    await list('2024-07-16', [
      listed('000151', '2024-07-16'),
      listed('600000', '2024-07-15', '2024-07-17', '停牌3天'),
      listed('000001', '2024-07-16', '2024-07-16', '盘中停牌'),
      listed('000002', '2024-07-01'),
      listed('200011', '2024-07-01'),
    ]);
    expect(await stored()).toEqual([
      named('2024-07-16', null),
      named('2024-07-15', '2024-07-17', '600000.SH'),
    ]);
    expect(await suspended()).toEqual([SHARE, '600000.SH']);
    await list('2024-07-18', [listed('000151', '2024-07-16')]);
    expect(await suspended()).toEqual([SHARE]);
  });

  it('end with the first bar after them, which also says that the share is listed', async () => {
    await list('2024-07-16', [listed('000151', '2024-07-16')]);
    market.lacks('2024-07-16', '2024-07-17');
    await load('2024-07-15', '2024-07-18');
    expect(await stored()).toEqual([named('2024-07-16', '2024-07-17')]);
    expect(await suspended()).toEqual([]);
    expect(await gaps()).toEqual([]);
  });

  it('stay ended when the list of the next day still names them', async () => {
    await list('2024-07-16', [listed('000151', '2024-07-16')]);
    market.lacks('2024-07-16', '2024-07-17');
    await load('2024-07-15', '2024-07-18');
    await list('2024-07-19', [listed('000151', '2024-07-16')]);
    expect(await stored()).toEqual([named('2024-07-16', '2024-07-17')]);
    expect(await suspended()).toEqual([]);
  });

  it('are none where the share traded on their first day and on the next', async () => {
    await list('2024-07-16', [listed('000151', '2024-07-16')]);
    await load('2024-07-15', '2024-07-17');
    expect(await stored()).toEqual([]);
  });

  it('go on while the share traded on the first day only', async () => {
    await list('2024-07-16', [listed('000151', '2024-07-16')]);
    await load('2024-07-15', '2024-07-16');
    expect(await stored()).toEqual([named('2024-07-16', null)]);
    expect(await suspended()).toEqual([SHARE]);
  });

  it('are not made of days that the list of the day does not name: those are gaps', async () => {
    await list('2024-07-16', NONE_OF_OURS);
    await list('2024-07-17', [listed('600000', '2024-07-17')]);
    market.lacks('2024-07-17');
    market.answers('stock_zh_a_daily', NONE_OF_OURS);
    market.answers('stock_zh_a_hist_tx', NONE_OF_OURS);
    await load('2024-07-15', '2024-07-18');
    expect(await stored()).toEqual([named('2024-07-17', null, '600000.SH')]);
    expect(await gaps()).toEqual([
      '2024-07-18: 1 trading days before it are missing, from 2024-07-17 to 2024-07-17',
    ]);
  });

  it('are no reason to pass over an upstream, but a gap is: the next one may have the day', async () => {
    await list('2024-07-16', [listed('000151', '2024-07-16', '2024-07-16')]);
    await list('2024-07-17', NONE_OF_OURS);
    market.fake.calls.length = 0;
    market.lacks('2024-07-16', '2024-07-17');
    await load('2024-07-15', '2024-07-18');
    expect(market.fake.callsOf('stock_zh_a_daily')).toHaveLength(1);
    expect(await gaps()).toEqual([]);
    const bars = await database.sql.query(
      `SELECT trade_date::text AS day, origin FROM app.daily_bars WHERE trade_date BETWEEN '2024-07-17' AND '2024-07-18' ORDER BY 1`,
    );
    expect(bars).toEqual([
      { day: '2024-07-17', origin: 'sina' },
      { day: '2024-07-18', origin: 'sina' },
    ]);
  });

  it('are made of days whose lists were not read, of which nobody can tell', async () => {
    market.lacks('2024-07-17');
    await load('2024-07-15', '2024-07-18');
    expect(await stored()).toEqual([derived('2024-07-17', '2024-07-17')]);
    expect(await gaps()).toEqual([]);
  });

  it('are not made of a day whose bar is stored, when a later answer lacks it', async () => {
    market.lacks('2024-07-10');
    await load('2024-07-01', '2024-07-18');
    expect(await stored()).toEqual([]);
  });

  it('are not told by a list without any: it does not count as read', async () => {
    await list('2024-07-16', []);
    expect(await database.sql.query('SELECT 1 FROM app.halt_lists')).toEqual([]);
  });

  it('of days on which nothing ran are asked for, the oldest first', async () => {
    const days = (): (string | undefined)[] =>
      market.fake.callsOf('stock_tfp_em').map(({ query }) => query['date']);
    await list('2024-07-12', NONE_OF_OURS);
    expect(days()).toEqual(['20240712']);
    await list('2024-07-17', NONE_OF_OURS);
    expect(days()).toEqual(['20240712', '20240715', '20240716', '20240717']);
    await list('2024-07-17', NONE_OF_OURS);
    expect(days().slice(4)).toEqual(['20240717']);
    await list('2024-09-13', NONE_OF_OURS);
    expect(days().slice(5)).toHaveLength(11);
    expect(days().at(-1)).toBe('20240913');
  });

  it('are written by one at a time: who writes a share is waited for', async () => {
    await list('2024-07-16', [listed('000151', '2024-07-16')]);
    let refreshed = false;
    const waiting = await database.sql.transaction(async (sql) => {
      await lockSymbols(sql, 'aktools', [SHARE]);
      // Its status stays, so that nothing but the lock makes it wait.
      const refreshing = list('2024-07-17', [listed('000151', '2024-07-16', '2024-07-20')]).then(
        () => (refreshed = true),
      );
      await sleep(500);
      expect(refreshed).toBe(false);
      return { refreshing };
    });
    await waiting.refreshing;
    expect(await stored()).toEqual([named('2024-07-16', '2024-07-20')]);
  });
});
