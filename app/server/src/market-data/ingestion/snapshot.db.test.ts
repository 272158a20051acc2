import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { kindOf } from '../../common/market/symbol.ts';
import type { MarketDataProvider, Quote } from '../provider.ts';
import { locateSampleData } from '../sample/sample-files.ts';
import { SampleProvider } from '../sample/sample-provider.ts';
import { upsertSymbols } from '../store/symbols.ts';
import { LIVE } from './testing/live-market.ts';
import { attempt, createRun, replacing } from './testing/runs.ts';

const DAY = '2023-08-25';
const BANK = '000001.SZ';

/** The real market of 2023-08-25, as a live source would give it. */
describe('a snapshot of the market', () => {
  let database: TestDatabase;
  let market: readonly Quote[];
  const sample = new SampleProvider(locateSampleData(undefined));

  beforeAll(async () => {
    database = await createTestDatabase();
    const answer = await sample.snapshot();
    if (answer.outcome === 'empty') throw new Error('the sample has no snapshot');
    market = answer.value.quotes.filter(({ symbol }) => kindOf(symbol) === 'stock');
    const listings = market.map(({ symbol, name }) => ({
      symbol,
      name,
      kind: kindOf(symbol),
      pinyin: undefined,
    }));
    await upsertSymbols(database.sql, LIVE, listings);
    // The first day of which a bar is stored: no share is in its first sessions, as far as anybody can tell.
    await database.sql.query(`UPDATE app.symbols SET first_bar = '2023-01-03' WHERE source = $1`, [LIVE]);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    for (const table of ['snapshot_quotes', 'market_snapshots', 'quarantine', 'ingestion_runs'])
      await database.sql.query(`DELETE FROM app.${table}`);
  });

  const giving = (quotes: readonly Quote[]): MarketDataProvider =>
    replacing(sample, {
      source: LIVE,
      offers: new Set(['snapshot'] as const),
      snapshot: () =>
        Promise.resolve({
          origin: 'eastmoney',
          operation: 'spot',
          fetchedAt: new Date(),
          outcome: 'data',
          value: { tradeDate: DAY, final: true, quotes },
        }),
    });

  async function take(quotes: readonly Quote[]): Promise<{ error: unknown; warnings: readonly string[] }> {
    const runId = await createRun(database.sql, { kind: 'snapshot', source: LIVE });
    const error = await attempt(database.sql, giving(quotes), runId).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const [run] = await database.sql.query<{ warnings: string[] }>(
      'SELECT warnings FROM app.ingestion_runs WHERE id = $1',
      [runId],
    );
    return { error, warnings: run?.warnings ?? [] };
  }

  const but = (symbol: string, change: Partial<Quote>): Quote[] =>
    market.map((quote) => (quote.symbol === symbol ? { ...quote, ...change } : quote));
  const published = async (): Promise<number | undefined> => {
    const [row] = await database.sql.query<{ quotes: number }>(
      'SELECT quotes FROM app.market_snapshots ORDER BY taken_at DESC LIMIT 1',
    );
    return row?.quotes;
  };
  const found = (): Promise<unknown[]> =>
    database.sql.query(
      `SELECT symbol, dataset, reason, disposition FROM app.quarantine WHERE resolution IS NULL ORDER BY symbol, reason`,
    );
  const refused = (symbol: string, reason: string) => ({
    symbol,
    dataset: 'quotes',
    reason,
    disposition: 'rejected',
  });
  const NEW_SHARES = [refused('603275.SH', 'beyond_price_limit'), refused('688591.SH', 'beyond_price_limit')];

  it.each<[string, Partial<Quote>]>([
    ['non_positive_price', { last: -11.23 }],
    ['high_low_order', { high: 11, low: 11.3 }],
    ['beyond_price_limit', { last: 12.9, high: 12.9 }],
    ['impossible_volume', { volume: 28.999999999999996 }],
  ])(
    'is published without a quote that cannot be true (%s), which stands in the quarantine',
    async (reason, change) => {
      const { error, warnings } = await take(but(BANK, change));
      expect(error).toBeUndefined();
      expect(warnings).toEqual([expect.stringContaining('000001.SZ')]);
      expect(await published()).toBe(market.length - 3);
      expect(await database.sql.query('SELECT 1 FROM app.snapshot_quotes WHERE symbol = $1', [BANK])).toEqual(
        [],
      );
      expect(await found()).toEqual([refused(BANK, reason), ...NEW_SHARES]);
    },
  );

  it('forgets what it found before, of quotes that are still wrong and of those that the source has mended', async () => {
    await take(but(BANK, { last: -1 }));
    await take(but(BANK, { last: -2 }));
    expect(await found()).toEqual([refused(BANK, 'non_positive_price'), ...NEW_SHARES]);
    await take(market);
    expect(await found()).toEqual(NEW_SHARES);
    expect(await published()).toBe(market.length - 2);
  });

  it('keeps a quote with a remark where only its turnover is in doubt', async () => {
    await take(but(BANK, { amount: 946_760 }));
    expect(await found()).toContainEqual({
      symbol: BANK,
      dataset: 'quotes',
      reason: 'swapped_units',
      disposition: 'flagged',
    });
    expect(await published()).toBe(market.length - 2);
  });

  it.each<[string, (quote: Quote, place: number) => boolean]>([
    ['the first 3,000 rows', (_quote, place) => place < 3_000],
    ['one page in ten is missing', (_quote, place) => Math.floor(place / 100) % 10 !== 3],
    ['Shenzhen is missing', ({ symbol }) => symbol.endsWith('.SH')],
  ])('that is visibly not the whole market is refused: %s', async (_what, isThere) => {
    const { error, warnings } = await take(market.filter(isThere));
    expect(error).toMatchObject({ name: 'SourceError', violation: 'too_few_rows' });
    expect(warnings.at(-1)).toBe(
      'the market snapshot could not be read from the source: its answer was refused (too_few_rows)',
    );
    expect(await published()).toBeUndefined();
  });

  it('that lacks a few shares is the market', async () => {
    expect(await take(market.slice(18))).toMatchObject({ error: undefined });
    expect(await published()).toBe(market.length - 20);
  });
});
