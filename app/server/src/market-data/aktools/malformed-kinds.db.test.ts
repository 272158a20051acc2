import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../common/clock.ts';
import { kindOf } from '../../common/market/symbol.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import type { IngestionKind } from '../ingestion/run.ts';
import { attempt, createRun } from '../ingestion/testing/runs.ts';
import type { Fetched, Offer, SymbolListing } from '../provider.ts';
import { SourceError } from '../source-error.ts';
import { upsertSymbols } from '../store/symbols.ts';
import { AKToolsProvider } from './aktools-provider.ts';
import { symbolOfCode } from './codes.ts';
import { FakeAKTools, json } from './testing/fake-aktools.ts';
import { fakeFunctions } from './testing/fake-functions.ts';
import { type BreakableTable, malformedTables } from './testing/malformed-tables.ts';
import type { Malformed, Spelling } from './testing/mutations.ts';
import { openMarket, openProvider } from './testing/open-provider.ts';
import { minutes, quotes, type Table } from './testing/sample-tables.ts';

const SYMBOL = '000001.SZ';
const SEED = 20240918;
/** As few as make a market. */
const MARKET = quotes().slice(0, 3_000);

const answerOf = (name: string): Table => fakeFunctions[name]?.answer({ symbol: '000001' }) ?? [];
const spelled = (date: string, prices: readonly string[], volume: string, amount: string): Spelling => ({
  date,
  prices,
  volume,
  amount,
});

/** The first row of each day, so that a broken one stands among good ones. */
const valuations = (): Table => {
  const [row = {}] = answerOf('stock_value_em');
  return Array.from({ length: 20 }, (_, index) =>
    Object.assign({}, row, { 数据日期: `2024-08-${String(index + 1).padStart(2, '0')}T00:00:00.000` }),
  );
};

/** What a quote and a valuation may be without: nothing is said of it, which is true. */
const MISSING = /^no (price|volume)/;
/** A multiple may be anything. */
const NOT_OF_VALUATIONS = /^(no price|no volume|a price of 0$|a low above|high and low swapped)/;

interface Case extends BreakableTable {
  /** Mutations of bars that make no wrong answer of this. */
  readonly sound?: RegExp;
  readonly kind: IngestionKind;
  /** Columns of every table that the kind writes, without what differs from run to run. */
  readonly stored: readonly string[];
}

const PRICES = ['开盘', '收盘', '最高', '最低'];
const DETAILS = [
  'SELECT symbol, industry, listed_on, total_shares, float_shares FROM app.symbols WHERE industry IS NOT NULL',
  'SELECT symbol, trade_date, close, pe_ttm, pe_static, pb, ps, pcf, peg, market_cap, float_cap, total_shares, float_shares FROM app.valuations',
  'SELECT symbol, report_date, category, item, value, unit, public_from FROM app.fundamentals',
  'SELECT symbol, url, title, excerpt, publisher, published_at FROM app.news',
];
/** A list that was refused must not count as read, or whoever it does not name would not be halted. */
const HALTS = [
  'SELECT symbol, from_date, to_date, reason FROM app.halts',
  'SELECT list_date FROM app.halt_lists',
];

const CASES: Readonly<Record<string, Case>> = {
  stock_zh_a_spot_em: {
    kind: 'snapshot',
    good: MARKET,
    text: ['代码', '名称'],
    dates: [],
    figures: spelled('代码', ['今开', '最新价', '最高', '最低'], '成交量', '成交额'),
    sound: MISSING,
    stored: [
      'SELECT symbol, name, last, open, high, low, previous_close, volume, amount, pb, market_cap, float_cap FROM app.snapshot_quotes',
    ],
  },
  stock_zh_a_hist_min_em: {
    kind: 'minutes',
    good: minutes(SYMBOL, '2024-09-18'),
    text: [],
    dates: ['时间'],
    figures: spelled('时间', PRICES, '成交量', '成交额'),
    stored: ['SELECT symbol, at, open, high, low, close, volume, amount FROM app.minute_bars'],
  },
  stock_value_em: {
    kind: 'details',
    good: valuations(),
    text: [],
    dates: ['数据日期'],
    sound: NOT_OF_VALUATIONS,
    figures: spelled('数据日期', ['当日收盘价', 'PE(TTM)', 'PE(静)', '市净率'], '总股本', '总市值'),
    stored: DETAILS,
  },
  stock_individual_info_em: {
    kind: 'details',
    good: answerOf('stock_individual_info_em'),
    text: ['item', 'value'],
    dates: [],
    stored: DETAILS,
  },
  stock_financial_abstract: {
    kind: 'details',
    good: answerOf('stock_financial_abstract'),
    text: ['选项', '指标', '20240630'],
    dates: [],
    stored: DETAILS,
  },
  stock_news_em: {
    kind: 'details',
    good: answerOf('stock_news_em'),
    text: ['新闻标题', '新闻内容', '文章来源', '新闻链接'],
    dates: ['发布时间'],
    stored: DETAILS,
  },
  stock_tfp_em: {
    kind: 'refresh',
    good: answerOf('stock_tfp_em').map((row, index) =>
      Object.assign({}, row, { 代码: MARKET[index]?.['代码'] }),
    ),
    text: ['代码', '停牌期限', '停牌原因'],
    dates: ['停牌时间', '停牌截止时间'],
    stored: HALTS,
  },
};

/** A refresh of a market without series asks for the halts, and for nothing else. */
class OnlyHalts extends AKToolsProvider {
  override readonly offers: ReadonlySet<Offer> = new Set(['halts']);

  override listSymbols(): Promise<Fetched<readonly SymbolListing[]>> {
    const fetchedAt = systemClock.now();
    return Promise.resolve({ origin: 'exchange', operation: 'none', fetchedAt, outcome: 'data', value: [] });
  }
}

describe('malformed answers of every other kind, each through the ingestion into the database', () => {
  let database: TestDatabase;
  let fake: FakeAKTools;
  let count = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    fake = await FakeAKTools.start();
    const listings = MARKET.flatMap(({ 代码: code, 名称: name }) => {
      const symbol = symbolOfCode(String(code));
      return symbol === undefined
        ? []
        : [{ symbol, name: String(name), kind: kindOf(symbol), pinyin: undefined }];
    });
    await upsertSymbols(database.sql, 'aktools', listings);
  });
  afterAll(async () => {
    await fake.close();
    await database.drop();
  });

  /** Loads with that answer of one function, and good ones of all others. */
  async function load(name: string, { kind, good, figures, stored }: Case, answer: Malformed | undefined) {
    for (const table of [
      'snapshot_quotes',
      'market_snapshots',
      'minute_bars',
      'valuations',
      'fundamentals',
      'news',
      'halts',
      'halt_lists',
      'quarantine',
    ])
      await database.sql.query(`DELETE FROM app.${table}`);
    await database.sql.query(
      `UPDATE app.symbols SET industry = NULL, listed_on = NULL, total_shares = NULL, float_shares = NULL`,
    );
    fake.overrides.clear();
    const spelling = figures ?? spelled('', [], '', '');
    fake.overrides.set(name, (response) =>
      answer === undefined ? json(response, 200, good) : answer.write(response, good, spelling),
    );
    const opened = openProvider(fake.url, systemClock);
    const { client, gateway, observer } = opened;
    const facts = openMarket();
    const provider = kind === 'refresh' ? new OnlyHalts({ gateway, facts, only: [] }) : opened.provider;
    const symbols = kind === 'snapshot' || kind === 'refresh' ? {} : { symbols: [SYMBOL] };
    const runId = await createRun(database.sql, { kind, source: 'aktools', ...symbols });
    const error = await attempt(database.sql, provider, runId, { now: () => facts.now() }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    await client.close();
    const rows = await Promise.all(stored.map((statement) => database.sql.query(statement)));
    return { error, observer, rows: rows.flat().map((row) => JSON.stringify(row)) };
  }

  const cases = Object.entries(CASES).map(([name, given], index) => [name, given, SEED + index] as const);
  describe.each(cases)('of %s', (name, given, seed) => {
    const answers = malformedTables(seed, given).filter(({ name: what }) => given.sound?.test(what) !== true);
    let allowed: ReadonlySet<string>;

    it('begin from a good one', async () => {
      const { error, rows } = await load(name, given, undefined);
      expect(error).toBeUndefined();
      expect(rows.length).toBeGreaterThan(1);
      allowed = new Set(rows);
    });

    it.each(answers)('$name', async (answer) => {
      const { error, observer, rows } = await load(name, given, answer);
      count += 1;
      expect(error === undefined || error instanceof SourceError, String(error)).toBe(true);
      expect(rows.filter((row) => !allowed.has(row))).toEqual([]);
      const violations = [...observer.counts.keys()].filter((key) => key.startsWith('violated:'));
      const isRefused = violations.length > 0 || observer.count(`called:${name}:ok`) === 0;
      expect(isRefused && rows.length >= allowed.size, String(violations)).toBe(false);
    });
  });

  it('are more than a hundred', () => {
    expect(count).toBeGreaterThan(100);
  });
});
