import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { calendar, names, quotes, type Table } from '../aktools/testing/sample-tables.ts';
import { refreshCalendar, storeListings } from './listings.ts';
import { takeSnapshot } from './snapshot.ts';
import { FakeMarket } from './testing/fake-market.ts';
import { LIVE, liveMarket } from './testing/live-market.ts';
import { loadAll } from './testing/runs.ts';

const NEWEST = { code: '301999', name: '新股份' };
const namesBut = (isLost: (code: string) => boolean): Table =>
  names().filter(({ code }) => !isLost(String(code)));

describe('lists of the whole market', () => {
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
    for (const table of ['symbols', 'halts', 'market_snapshots', 'snapshot_quotes', 'trading_days'])
      await database.sql.query(`DELETE FROM app.${table}`);
    market.fake.overrides.clear();
  });

  /** @returns what the run warns of */
  async function list(table: Table = names()): Promise<readonly string[]> {
    market.answers('stock_info_a_code_name', table);
    const { run, warnings } = await market.run();
    await storeListings(run, []);
    return warnings;
  }
  const snapshot = async (
    changes: Parameters<FakeMarket['run']>[0] = {},
    extra: Readonly<Record<string, unknown>> = {},
  ): Promise<void> => {
    const [first] = quotes();
    market.answers('stock_zh_a_spot_em', [
      ...quotes(),
      { ...first, 代码: NEWEST.code, 名称: NEWEST.name, ...extra },
    ]);
    await takeSnapshot((await market.run(changes)).run);
  };
  const symbols = (status: string): Promise<{ symbol: string; delistedOn: string | null }[]> =>
    database.sql.query(
      `SELECT symbol, delisted_on::text AS "delistedOn" FROM app.symbols WHERE listing_status = $1 ORDER BY symbol`,
      [status],
    );
  const newest = (): Promise<unknown[]> =>
    database.sql.query(
      `SELECT name, pinyin, board, listing_status AS status FROM app.symbols WHERE symbol = '301999.SZ'`,
    );

  describe('of names', () => {
    it('delist what they lack, which ends its halt, and list again what they name again', async () => {
      await list();
      await database.sql.query(
        `INSERT INTO app.halts (source, symbol, from_date, origin) VALUES ('aktools', '600000.SH', '2024-07-01', 'eastmoney')`,
      );
      expect(await list(namesBut((code) => ['000001', '600000'].includes(code)))).toEqual([]);
      expect(await symbols('delisted')).toEqual([
        { symbol: '000001.SZ', delistedOn: '2024-07-16' },
        { symbol: '600000.SH', delistedOn: '2024-07-16' },
      ]);
      expect(await database.sql.query('SELECT to_date::text AS "to" FROM app.halts')).toEqual([
        { to: '2024-07-15' },
      ]);
      await list(namesBut((code) => code === '000001'));
      expect(await symbols('delisted')).toEqual([{ symbol: '000001.SZ', delistedOn: '2024-07-16' }]);
    });

    it('delist nobody when they lack a board of an exchange, and say what they lack', async () => {
      await list();
      const warnings = await list(namesBut((code) => code.startsWith('688')));
      expect(warnings).toEqual([
        expect.stringMatching(
          /^the list of symbols lacks \d{3} that were listed \(688001\.SH, .* stay listed$/,
        ),
      ]);
      expect(await symbols('delisted')).toEqual([]);
    });

    it.each([
      ['the main board of Shanghai', /^60/],
      ['Shenzhen', /^[03]/],
    ])('are refused when %s is missing', async (_what, lost) => {
      await expect(list(namesBut((code) => lost.test(code)))).rejects.toThrow('too_few_rows');
      expect(await symbols('listed')).toEqual([]);
    });

    it('do not delist a share that trades and is newer than they are', async () => {
      await list();
      await snapshot();
      await list();
      expect(await newest()).toMatchObject([{ status: 'listed' }]);
    });
  });

  describe('of quotes', () => {
    it('make a share known that the names do not have yet', async () => {
      await list();
      await snapshot();
      expect(await newest()).toEqual([
        { name: NEWEST.name, pinyin: 'XGF', board: 'chinext', status: 'listed' },
      ]);
      expect(await symbols('listed')).toHaveLength(5_047 + 9 + 1);
    });

    it('make nothing known that does not trade, or beside the configured symbols', async () => {
      await snapshot({}, { 成交量: null });
      expect(await newest()).toEqual([]);
      await database.sql.query('DELETE FROM app.market_snapshots');
      await snapshot({ configured: ['600000.SH'] });
      expect(await newest()).toEqual([]);
    });

    it('bring the bars of such a share with the refresh', async () => {
      const all = ['000001.SZ', '000151.SZ', '600000.SH'];
      const known = all.filter((symbol) => symbol !== '000151.SZ');
      const live = liveMarket(all);
      const older = liveMarket(known).provider;
      live.trouble = { listSymbols: () => older.listSymbols(), listSeries: () => older.listSeries() };
      await loadAll(database.sql, live.provider, {}, { now: () => live.now() });
      live.day = '2024-07-17';
      await loadAll(database.sql, live.provider, { kind: 'refresh' }, { now: () => live.now() });
      expect(live.asked).toContain('daily 000151.SZ');
      expect(
        await database.sql.query(
          `SELECT last_bar::text AS last, bar_count > 5000 AS whole FROM app.symbols WHERE source = $1 AND symbol = '000151.SZ'`,
          [LIVE],
        ),
      ).toEqual([{ last: '2024-07-17', whole: true }]);
    });
  });

  describe('of trading days', () => {
    const refresh = async (table: Table) => {
      market.answers('tool_trade_date_hist_sina', table);
      const { run, warnings } = await market.run();
      return { calendars: (await refreshCalendar(run)).calendars, warnings };
    };
    const without = (...days: readonly string[]): Table =>
      calendar().filter(({ trade_date: date }) => !days.some((day) => String(date).startsWith(day)));

    it('take back a day on which the exchanges closed at short notice', async () => {
      expect((await refresh(calendar())).calendars.market.dayStatus('2024-07-17')).toBe('trading');
      const { calendars, warnings } = await refresh(without('2024-07-17'));
      expect(calendars.market.dayStatus('2024-07-17')).toBe('closed');
      expect(warnings).toEqual([]);
    });

    it('that contradict the notices change nothing of what is stored', async () => {
      const next = { trade_date: '2027-01-04T00:00:00.000' };
      await refresh([...calendar(), next]);
      const { calendars, warnings } = await refresh(without('2024-07', '2024-08'));
      expect(warnings).toEqual([expect.stringContaining('not taken over: the list differs')]);
      expect(calendars.market.dayStatus('2027-01-04')).toBe('trading');
      const [row] = await database.sql.query<{ days: number }>(
        'SELECT cardinality(days) AS days FROM app.trading_days',
      );
      expect(row).toEqual({ days: calendar().length + 1 });
    });
  });
});
