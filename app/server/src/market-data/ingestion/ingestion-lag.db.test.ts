import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { upsertSymbols } from '../store/symbols.ts';
import { DatabaseConnector } from '../../database/connector.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import { Metrics } from '../../monitoring/metrics/metrics.ts';
import { MarketCalendar } from '../market-calendar.ts';
import { COVERAGE, IngestionLag } from './ingestion-lag.ts';

const SOURCE = 'aktools';
const DAY = '2026-11-26';
const BEFORE = '2026-11-20';
const symbols = Array.from({ length: 100 }, (_, index) => `${600_000 + index}.SH`);
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  for (const table of ['halts', 'symbols']) await database.sql.query(`DELETE FROM app.${table}`);
  await upsertSymbols(
    database.sql,
    SOURCE,
    symbols.map((symbol) => ({ symbol, name: symbol, kind: 'stock', pinyin: undefined })),
  );
});

/** So many symbols have all bars of the day; the others end before it. */
const load = (current: number): Promise<unknown> =>
  database.sql.query(
    `UPDATE app.symbols SET last_bar = CASE WHEN symbol = ANY ($1) THEN $2::date ELSE $3::date END`,
    [symbols.slice(0, current), DAY, BEFORE],
  );
const coverage = async (named: readonly string[] | null = null): Promise<unknown> =>
  (await database.sql.query(COVERAGE, [SOURCE, DAY, named]))[0];

it('one symbol that is loaded says nothing of the others', async () => {
  await load(1);
  expect(await coverage()).toEqual({ lastBar: BEFORE, current: 1, behind: 99, halted: 0, empty: 0 });
});

it.each([
  [96, DAY],
  [95, BEFORE],
])('of %i of 100 that are loaded, the lag is that of %s', async (current, lastBar) => {
  await load(current);
  expect(await coverage()).toMatchObject({ lastBar, current, behind: 100 - current });
});

it('who is halted, suspended or delisted is not behind, and who has no bar has no lag', async () => {
  await load(90);
  const [halted, resumed, suspended, delisted, empty] = symbols.slice(90);
  await database.sql.query(
    `INSERT INTO app.halts (source, origin, symbol, from_date, to_date) VALUES
       ($1, 'test', $2, '2026-11-23', NULL), ($1, 'test', $3, '2026-11-23', '2026-11-25')`,
    [SOURCE, halted, resumed],
  );
  await database.sql.query(
    `UPDATE app.symbols SET listing_status = CASE symbol WHEN $1 THEN 'suspended' WHEN $2 THEN 'delisted' ELSE 'listed' END,
       last_bar = CASE symbol WHEN $3 THEN NULL ELSE last_bar END`,
    [suspended, delisted, empty],
  );
  expect(await coverage()).toEqual({ lastBar: BEFORE, current: 90, behind: 6, halted: 2, empty: 1 });
});

it('symbols that the configuration does not name are not watched', async () => {
  await load(3);
  expect(await coverage(symbols.slice(0, 3))).toEqual({
    ...{ lastBar: DAY, current: 3, behind: 0, halted: 0, empty: 0 },
  });
  expect(await coverage([])).toMatchObject({ lastBar: null });
});

describe('what a worker tells', () => {
  const opened: (() => unknown)[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((close) => close())));

  /** Lines about lag and calendar of a worker with this source at this time. */
  async function told(source: string, local: string): Promise<string[]> {
    const connector = new DatabaseConnector(database.dataSource);
    const queries = new PeriodicQueries(database.dataSource, connector);
    opened.push(
      () => queries.onModuleDestroy(),
      () => connector.beforeApplicationShutdown(),
    );
    const metrics = new Metrics();
    const calendar = new MarketCalendar(database.sql, { now: () => new Date(`${local}+08:00`) }, source);
    const { marketData } = database.configuration('worker');
    new IngestionLag({ marketData }, source, calendar, queries, metrics).onApplicationBootstrap();
    connector.onApplicationBootstrap();
    const lines = async (): Promise<string[]> =>
      (await metrics.exposition())
        .split('\n')
        .flatMap(
          (line) => /^stock_analysis_((?:ingestion_lag|market_calendar)\S+ \S+)$/.exec(line)?.[1] ?? [],
        );
    await expect.poll(lines).not.toEqual([]);
    return lines();
  }

  it('in time: how many days are missing, and how long the calendar lasts', async () => {
    await load(90);
    expect(await told(SOURCE, '2026-11-26T18:00:00')).toEqual([
      'ingestion_lag_trading_days{source="aktools"} 4',
      'ingestion_lag_unknown{source="aktools",reason="calendar"} 0',
      'ingestion_lag_unknown{source="aktools",reason="empty"} 0',
      'market_calendar_remaining_days 35',
    ]);
  });

  it('after the end of the calendar: that nobody knows, and a lag goes on', async () => {
    await load(90);
    expect(await told(SOURCE, '2027-01-05T18:00:00')).toEqual([
      'ingestion_lag_trading_days{source="aktools"} 29',
      'ingestion_lag_unknown{source="aktools",reason="calendar"} 1',
      'ingestion_lag_unknown{source="aktools",reason="empty"} 0',
      'market_calendar_remaining_days -5',
    ]);
  });

  it('of a database without a bar: that nobody knows', async () => {
    await database.sql.query('DELETE FROM app.symbols');
    expect(await told(SOURCE, '2026-11-26T18:00:00')).toEqual([
      'ingestion_lag_unknown{source="aktools",reason="calendar"} 0',
      'ingestion_lag_unknown{source="aktools",reason="empty"} 1',
      'market_calendar_remaining_days 35',
    ]);
  });

  it('of a source that stands still: that it is never behind, in whichever year', async () => {
    expect(await told('sample', '2027-01-05T18:00:00')).toEqual([
      'ingestion_lag_trading_days{source="sample"} 0',
      'ingestion_lag_unknown{source="sample",reason="calendar"} 0',
      'ingestion_lag_unknown{source="sample",reason="empty"} 0',
    ]);
  });
});
