import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../common/clock.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import type { Transport } from '../gateway/http-client.ts';
import { attempt, createRun } from '../ingestion/testing/runs.ts';
import type { Fetched, Offer, SymbolListing } from '../provider.ts';
import { SourceError } from '../source-error.ts';
import { AKToolsProvider } from './aktools-provider.ts';
import { FakeAKTools } from './testing/fake-aktools.ts';
import { malformedAnswers } from './testing/malformed.ts';
import { CHINESE, LATIN, type Malformed } from './testing/mutations.ts';
import { CountingObserver, openMarket, openProvider } from './testing/open-provider.ts';
import { eastmoneyHistory, latinHistory, type Table } from './testing/sample-tables.ts';

const SYMBOL = '000001.SZ';
const [FROM, TO] = ['20240102', '20240919'];
const SEED = 20240919;
const MB = 1024 * 1024;
const answers = malformedAnswers(SEED);

/** What each upstream says when all is well, and how it is spelled. */
const UPSTREAMS = {
  stock_zh_a_hist: { good: eastmoneyHistory(SYMBOL, FROM, TO), spelling: CHINESE },
  stock_zh_a_daily: { good: latinHistory(SYMBOL, FROM, TO, 'sina'), spelling: LATIN },
  stock_zh_a_hist_tx: { good: latinHistory(SYMBOL, FROM, TO, 'tencent'), spelling: LATIN },
};

/** The list of symbols is another question; it is answered here, so that a hundred runs do not read it, and nothing else is. */
class OneStock extends AKToolsProvider {
  override readonly offers: ReadonlySet<Offer> = new Set();

  override listSymbols(): Promise<Fetched<readonly SymbolListing[]>> {
    const value = [{ symbol: SYMBOL, name: '平安银行', kind: 'stock' as const, pinyin: 'PAYH' }];
    const fetchedAt = new Date();
    return Promise.resolve({
      origin: 'exchange',
      operation: 'stock_info_a_code_name',
      fetchedAt,
      outcome: 'data',
      value,
    });
  }
}

/** `date|open|high|low|close|shares|amount` of all rows that may ever be stored, by upstream. */
function truth(): ReadonlySet<string> {
  const key = (date: unknown, cells: readonly unknown[]): string =>
    [String(date).slice(0, 10), ...cells.map(Number)].join('|');
  const latin = (table: Table, shares: number) =>
    table.map((row) =>
      key(row['date'], [
        ...['open', 'high', 'low', 'close'].map((column) => row[column]),
        Number(row['volume']) * shares,
        row['amount'],
      ]),
    );
  const { stock_zh_a_hist, stock_zh_a_daily, stock_zh_a_hist_tx } = UPSTREAMS;
  return new Set([
    ...stock_zh_a_hist.good.map((row) =>
      key(row['日期'], [
        ...['开盘', '最高', '最低', '收盘'].map((column) => row[column]),
        Number(row['成交量']) * 100,
        row['成交额'],
      ]),
    ),
    ...latin(stock_zh_a_daily.good, 1),
    ...latin(stock_zh_a_hist_tx.good, 100),
  ]);
}

describe(`${answers.length} malformed answers, each through the ingestion into the database`, () => {
  let database: TestDatabase;
  let fake: FakeAKTools;
  const allowed = truth();
  const counted = new Map<string, number>();
  let peakMB = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    fake = await FakeAKTools.start();
  });
  afterAll(async () => {
    await fake.close();
    await database.drop();
  });
  beforeEach(async () => {
    for (const table of ['daily_bars', 'quarantine', 'ingestion_progress', 'ingestion_runs'])
      await database.sql.query(`DELETE FROM app.${table}`);
  });

  /** Loads the symbol with that answer of all upstreams; gives what was counted, and the error if there was one. */
  async function load(
    answer: Malformed | undefined,
  ): Promise<{ observer: CountingObserver; error: unknown }> {
    fake.overrides.clear();
    for (const [name, { good, spelling }] of Object.entries(UPSTREAMS))
      fake.overrides.set(name, (response) =>
        answer === undefined
          ? void response.end(JSON.stringify(good))
          : answer.write(response, good, spelling),
      );
    const { client } = openProvider(fake.url, systemClock);
    const patient: Transport = {
      get: (path, limits, signal) => client.get(path, { ...limits, deadlineMs: 1_500 }, signal),
    };
    const { gateway, observer } = openProvider(fake.url, systemClock, { transport: patient });
    const provider = new OneStock({ gateway, facts: openMarket(), only: [SYMBOL] });
    const runId = await createRun(database.sql, { source: 'aktools' });
    const watch = setInterval(() => (peakMB = Math.max(peakMB, process.memoryUsage().rss / MB)), 20);
    const error = await attempt(database.sql, provider, runId).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    clearInterval(watch);
    await client.close();
    return { observer, error };
  }

  const stored = async (): Promise<string[]> => {
    const rows = await database.sql.query<Record<string, string>>(
      `SELECT trade_date::text AS date, open, high, low, close, volume, amount FROM app.daily_bars`,
    );
    return rows.map(({ date, ...row }) =>
      [date, ...['open', 'high', 'low', 'close', 'volume', 'amount'].map((key) => Number(row[key]))].join(
        '|',
      ),
    );
  };

  it('begin from a good one: all of its rows are stored', async () => {
    expect(await load(undefined)).toMatchObject({ error: undefined });
    expect(await stored()).toHaveLength(UPSTREAMS.stock_zh_a_hist.good.length);
    expect((await stored()).filter((row) => !allowed.has(row))).toEqual([]);
  });

  it.each(answers)('$name', async (answer) => {
    const { observer, error } = await load(answer);
    expect(error === undefined || error instanceof SourceError, String(error)).toBe(true);
    expect((await stored()).filter((row) => !allowed.has(row))).toEqual([]);
    const kinds = [...observer.counts.keys()].filter((key) => /^violated:[a-z_]+$/.test(key));
    const names = kinds.map((kind) => kind.slice('violated:'.length));
    const isRefused = answer.kinds.length > 0;
    expect(!isRefused || names.some((kind) => answer.kinds.includes(kind)), String(names)).toBe(true);
    expect(isRefused ? await stored() : []).toEqual([]);
    for (const kind of kinds) counted.set(kind, (counted.get(kind) ?? 0) + observer.count(kind));
  });

  it('are more than a hundred, of every kind that a series can have, within bounded memory', () => {
    expect(answers.length).toBeGreaterThan(100);
    expect([...counted.keys()].map((kind) => kind.slice('violated:'.length)).sort()).toEqual([
      'bad_date',
      'duplicate_key',
      'endless',
      'html',
      'missing_column',
      'not_an_array',
      'not_json',
      'out_of_range',
      'swapped_units',
      'too_deep',
      'too_large',
      'truncated_json',
      'unexpected_status',
      'wrong_symbol',
      'wrong_type',
    ]);
    expect(peakMB).toBeLessThan(400);
  });
});
