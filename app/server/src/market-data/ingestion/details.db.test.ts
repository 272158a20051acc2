import request from 'supertest';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../common/clock.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { createServerApplication } from '../../main.ts';
import { FakeAKTools, json } from '../aktools/testing/fake-aktools.ts';
import { fakeFunctions } from '../aktools/testing/fake-functions.ts';
import { type Opened, openProvider } from '../aktools/testing/open-provider.ts';
import type { Table } from '../aktools/testing/sample-tables.ts';
import { type Fundamental, valueOr } from '../provider.ts';
import { detailsDue, storeFundamentals } from '../store/details.ts';
import { symbolsWithMinutes } from '../store/minute-bars.ts';
import { upsertSymbols } from '../store/symbols.ts';
import { loadAll, replacing } from './testing/runs.ts';

const SOURCE = 'aktools';
const SYMBOLS = ['000001.SZ', '600000.SH'] as const;
const [, SYMBOL] = SYMBOLS;

describe('details and minutes of a live source', () => {
  let database: TestDatabase;
  let fake: FakeAKTools;
  let opened: Opened;
  let app: NestExpressApplication;
  beforeAll(async () => {
    database = await createTestDatabase();
    fake = await FakeAKTools.start();
    const marketData = { provider: 'AKTools' as const, sample: {}, aktools: { url: fake.url } };
    app = await createServerApplication(database.configuration('server', { marketData }));
    await app.listen(0, '127.0.0.1');
    const listing = { name: 'x', kind: 'stock', pinyin: undefined } as const;
    await upsertSymbols(
      database.sql,
      SOURCE,
      SYMBOLS.map((symbol) => ({ symbol, ...listing })),
    );
    await database.sql.query(
      `INSERT INTO app.ingestion_runs (key, source, kind, trigger, status) VALUES ('first', $1, 'history', 'start', 'completed')`,
      [SOURCE],
    );
    opened = openProvider(fake.url, systemClock);
  });
  afterAll(async () => {
    await opened.client.close();
    await app.close();
    await fake.close();
    await database.drop();
  });
  beforeEach(async () => {
    fake.overrides.clear();
    for (const table of ['valuations', 'fundamentals', 'news', 'details_asked', 'minute_bars', 'halts'])
      await database.sql.query(`DELETE FROM app.${table}`);
  });

  const load = (kind: 'details' | 'minutes', symbols: readonly string[] = SYMBOLS): Promise<string> =>
    loadAll(database.sql, opened.provider, { kind, symbols });
  const read = async (path: string) =>
    (await request(app.getHttpServer()).get(`/api/v1/${path}`).expect(200)).body;
  const outcomes = (runId: string) =>
    database.sql.query<{ symbol: string; outcome: string; detail: string | null }>(
      'SELECT symbol, outcome, detail FROM app.ingestion_progress WHERE run_id = $1 ORDER BY symbol',
      [runId],
    );
  /** The rows that the fake gives of a symbol, changed. */
  const change = (name: string, changed: (rows: Table) => Table): void =>
    void fake.overrides.set(name, (response, query) => {
      json(response, 200, changed(fakeFunctions[name]?.answer(query) ?? []));
    });

  it('are stored and read back: profile, valuations, reports and news', async () => {
    const runId = await load('details');
    expect(await outcomes(runId)).toEqual(
      SYMBOLS.map((symbol) => ({ symbol, outcome: 'data', detail: null })),
    );
    expect(await read(`symbols/${SYMBOL}`)).toMatchObject({ industry: '银行', listedOn: '1991-04-03' });
    expect((await read(`valuations/${SYMBOL}`)).items).toMatchObject([
      { date: '2024-09-18', close: 9.77, peTTM: 4.1, pb: 0.45, peg: null, totalShares: 19_405_918_198 },
      { date: '2024-09-19', close: 9.8, origin: 'eastmoney' },
    ]);
    const { items } = await read(`fundamentals/${SYMBOL}`);
    expect(items.map((report: { reportDate: string }) => report.reportDate)).toEqual([
      '2024-06-30',
      '2024-03-31',
      '1990-12-31',
    ]);
    expect(items[0]).toMatchObject({ publicFrom: '2024-08-31' });
    expect(items[0].values).toContainEqual({
      category: '常用指标',
      item: '归母净利润',
      value: '25879000000.00',
      unit: '元',
      origin: 'sina',
      restatedOn: null,
    });
    expect((await read(`news/${SYMBOL}`)).items).toMatchObject([
      { title: '600000 发布半年报', publishedAt: '2024-08-15T11:40:12.000Z', publisher: '证券时报网' },
    ]);
  });

  it('survive rows that come twice and capital in parts of a share: the last of each counts', async () => {
    change('stock_value_em', ([first = {}, ...rest]) => [
      first,
      ...rest,
      { ...first, 当日收盘价: 9.78, 总股本: 19_405_918_198.4 },
    ]);
    change('stock_financial_abstract', ([first = {}, ...rest]) => [
      first,
      ...rest,
      { ...first, '20240630': 25_880_000_000 },
    ]);
    expect(await outcomes(await load('details'))).toEqual(
      SYMBOLS.map((symbol) => ({ symbol, outcome: 'data', detail: null })),
    );
    expect((await read(`valuations/${SYMBOL}`)).items[0]).toMatchObject({
      close: 9.78,
      totalShares: 19_405_918_198,
    });
    const [report] = (await read(`fundamentals/${SYMBOL}`)).items;
    expect(report.values.find(({ item }: { item: string }) => item === '归母净利润').value).toBe(
      '25880000000.00',
    );
  });

  it('that no table can hold are missing from their symbol, and stop nobody after it', async () => {
    // Before the first partition.
    const tooEarly = replacing(opened.provider, {
      valuations: async (symbol) => {
        const answer = await opened.provider.valuations(symbol);
        const [first] = valueOr(answer, []);
        return first === undefined
          ? answer
          : { ...answer, outcome: 'data', value: [{ ...first, date: '1985-01-02' }] };
      },
    });
    const runId = await loadAll(database.sql, tooEarly, { kind: 'details', symbols: SYMBOLS });
    expect(await outcomes(runId)).toEqual(
      SYMBOLS.map((symbol) => ({
        symbol,
        outcome: 'data',
        detail: expect.stringMatching(`the valuations of ${symbol} .*out_of_range`),
      })),
    );
    expect((await read(`news/${SYMBOL}`)).items).toHaveLength(1);
  });

  it('tell when the news were asked for last, also when there was nothing new', async () => {
    await load('details', [SYMBOL]);
    const first = await read(`news/${SYMBOL}`);
    expect(first).toMatchObject({ stale: false, asOf: expect.any(String) });
    await database.sql.query(
      `UPDATE app.details_asked SET news_at = now() - interval '3 days' WHERE symbol = $1`,
      [SYMBOL],
    );
    await database.sql.query(`UPDATE app.news SET fetched_at = now() - interval '3 days'`);
    expect(await read(`news/${SYMBOL}`)).toMatchObject({ stale: true });
    await load('details', [SYMBOL]);
    const again = await read(`news/${SYMBOL}`);
    expect(again.stale).toBe(false);
    expect(again.asOf > first.asOf).toBe(true);
  });

  it('show a restated figure from the day on which it was seen, and the one before until then', async () => {
    const figure = (value: number): Fundamental => ({
      reportDate: '2023-12-31',
      category: '常用指标',
      item: '归母净利润',
      value,
      unit: '元',
    });
    const seen = (value: number, on: string): Promise<void> => {
      const fetchedAt = new Date(`${on}T20:00:00+08:00`);
      return storeFundamentals(database.sql, { source: SOURCE, symbol: SYMBOL, origin: 'sina', fetchedAt }, [
        figure(value),
      ]);
    };
    const shownOn = async (asOf: string) => {
      const [report] = (await read(`fundamentals/${SYMBOL}?asOf=${asOf}`)).items;
      return report && [report.publicFrom, report.values[0].value, report.values[0].restatedOn];
    };
    await seen(100, '2024-04-10');
    // Before it counts as public nobody was shown the first one.
    await seen(101, '2024-04-12');
    expect(await shownOn('2024-04-29')).toBeUndefined();
    expect(await shownOn('2024-04-30')).toEqual(['2024-04-30', '101.00', null]);
    // A share of a millionth is what the table keeps: the same again is no restatement.
    await seen(101.000_000_01, '2024-08-29');
    await seen(90, '2024-08-30');
    await seen(90, '2024-08-31');
    expect(await shownOn('2024-08-29')).toEqual(['2024-04-30', '101.00', null]);
    expect(await shownOn('2024-08-30')).toEqual(['2024-04-30', '90.00', '2024-08-30']);
    const [count] = await database.sql.query('SELECT count(*)::int AS rows FROM app.fundamentals');
    expect(count).toEqual({ rows: 2 });
  });

  it('come in turn: who was never asked about, then who waits longest, failures included', async () => {
    expect(await detailsDue(database.sql, SOURCE, undefined)).toEqual([...SYMBOLS]);
    await load('details', ['000001.SZ']);
    fake.overrides.set('stock_individual_info_em', (response) => void response.destroy());
    expect(await detailsDue(database.sql, SOURCE, undefined)).toEqual(['600000.SH']);
    await load('details', ['600000.SH']);
    expect(await detailsDue(database.sql, SOURCE, undefined)).toEqual([]);
    await database.sql.query(
      `UPDATE app.details_asked SET asked_at = asked_at - CASE symbol WHEN $1 THEN interval '13 h' ELSE interval '14 h' END`,
      ['000001.SZ'],
    );
    expect(await detailsDue(database.sql, SOURCE, undefined)).toEqual([...SYMBOLS].toReversed());
    expect(await detailsDue(database.sql, SOURCE, ['000001.SZ'])).toEqual(['000001.SZ']);
    await database.sql.query(
      `INSERT INTO app.symbols (source, symbol, code, exchange, name, kind)
       SELECT 'many', lpad(n::text, 6, '0') || '.SZ', lpad(n::text, 6, '0'), 'SZ', 'x', 'stock' FROM generate_series(1, 2000) AS n`,
    );
    expect(await detailsDue(database.sql, 'many', undefined)).toHaveLength(2_000);
    await database.sql.query(
      `INSERT INTO app.details_asked (source, symbol, asked_at) SELECT source, symbol, now() - code::int * interval '1 min' - interval '12 h'
         FROM app.symbols WHERE source = 'many'`,
    );
    const due = await detailsDue(database.sql, 'many', undefined);
    expect(due).toHaveLength(401);
    expect(due[0]).toBe('002000.SZ');
  });

  it('minutes are stored as the source has them and wanted from then on', async () => {
    expect(await symbolsWithMinutes(database.sql, SOURCE)).toEqual([]);
    expect(await outcomes(await load('minutes', [SYMBOL]))).toEqual([
      { symbol: SYMBOL, outcome: 'data', detail: null },
    ]);
    const { items, date } = await read(`minutes/${SYMBOL}`);
    expect([date, items.length]).toEqual(['2024-09-18', 240]);
    expect(items.at(-1)).toMatchObject({ time: '2024-09-18T15:00:00+08:00', origin: 'eastmoney' });
    // The day is long past, so nobody wants its share's minutes any more.
    expect(await symbolsWithMinutes(database.sql, SOURCE)).toEqual([]);
    await database.sql.query(`UPDATE app.minute_bars SET at = now()::date + at::time - interval '1 day'`);
    expect(await symbolsWithMinutes(database.sql, SOURCE)).toEqual([SYMBOL]);
  });
});
