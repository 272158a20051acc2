import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SampleProvider } from '../market-data/sample/sample-provider.ts';
import { locateSampleData } from '../market-data/sample/sample-files.ts';
import { loadAll } from '../market-data/ingestion/testing/runs.ts';
import { valueOr } from '../market-data/provider.ts';
import { dataSourceOptions } from './data-source.ts';
import { MarketData1732320000000 } from './migrations/1732320000000-market-data.ts';
import { migrateDatabase } from './migrator.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

let database: TestDatabase;
let owner: Client;
const RUN = '11111111-1111-4111-8111-111111111111';

/** The first released schema, made by its own migration, as the owner of everything. */
async function installFirstRelease(): Promise<void> {
  await owner.query('SET ROLE app_owner; CREATE SCHEMA app');
  const options = dataSourceOptions(
    { connectionString: database.urls.migrator },
    { applicationName: 'test', max: 1 },
    () => undefined,
  );
  const dataSource = new DataSource({
    ...options,
    migrations: [MarketData1732320000000],
    extra: { ...Object(options.extra), options: '-c role=app_owner' },
  });
  await dataSource.initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
}

/** As the first release left it after a load: bars of 600000.SH, findings, and a run that was broken off half-way. */
async function fill(): Promise<number> {
  const sample = new SampleProvider(locateSampleData(undefined));
  const bars = valueOr(await sample.dailyRows('600000.SH'), []).flatMap(({ bar }) => bar ?? []);
  await owner.query(
    `INSERT INTO app.symbols (symbol, code, exchange, name, kind, source, first_bar, last_bar, bar_count)
     VALUES ('600000.SH', '600000', 'SH', '浦发银行', 'stock', 'sample', '1999-11-10', '2024-09-19', $1)`,
    [bars.length],
  );
  await owner.query(
    `INSERT INTO app.daily_bars (symbol, trade_date, open, high, low, close, volume, amount, source)
     SELECT '600000.SH', (bar->>'date')::date, (bar->>'open')::numeric, (bar->>'high')::numeric, (bar->>'low')::numeric,
            (bar->>'close')::numeric, (bar->>'volume')::bigint, (bar->>'amount')::numeric, 'sample'
       FROM jsonb_array_elements($1::jsonb) AS bar`,
    [JSON.stringify(bars)],
  );
  await owner.query(
    `INSERT INTO app.ingestion_runs (id, key, source, trigger, status, fingerprint, finished_at)
     VALUES ($1, 'sample:all', 'sample', 'start', 'completed', 'f', now()),
            (gen_random_uuid(), 'sample:all', 'sample', 'start', 'running', null, null)`,
    [RUN],
  );
  await owner.query(
    `INSERT INTO app.ingestion_progress (run_id, symbol, rows_total, rows_done, finished_at)
     VALUES ($1, '600000.SH', 10, 10, now()), ($1, '000001.SH', 20, 5, null)`,
    [RUN],
  );
  // Two rows of the source that say the same are two findings.
  await owner.query(
    `INSERT INTO app.quarantine (source, symbol, row_number, reason, disposition, detail, raw)
     VALUES ('sample', '000001.SH', 7, 'duplicate_date', 'rejected', 'd', '[1, 2]'),
            ('sample', '000001.SH', 8, 'duplicate_date', 'rejected', 'd', '[1, 2]'),
            ('sample', '000001.SH', 9, 'high_low_order', 'rejected', 'd', '[3]')`,
  );
  return bars.length;
}

beforeAll(async () => {
  database = await createTestDatabase({ migrate: false });
  owner = new Client({ connectionString: database.urls.migrator });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

const CONTENT = `SELECT symbol, trade_date::text AS date, open, high, low, close, volume, amount, source FROM app.daily_bars ORDER BY trade_date`;

it('loses nothing on the way from the first release to the newest schema, and goes on from there', async () => {
  await installFirstRelease();
  const count = await fill();
  const { rows: before } = await owner.query(CONTENT);
  expect(before).toHaveLength(count);
  await migrateDatabase({ connectionString: database.urls.migrator }, () => undefined);

  await database.dataSource.initialize();
  expect(await database.sql.query(CONTENT)).toEqual(before);
  expect(await database.sql.query('SELECT DISTINCT origin, partial FROM app.daily_bars')).toEqual([
    { origin: 'sample', partial: false },
  ]);
  expect(
    await database.sql.query(
      `SELECT row_number, occurrence, dataset, origin, resolution FROM app.quarantine ORDER BY row_number`,
    ),
  ).toEqual([
    { row_number: 7, occurrence: 0, dataset: 'daily', origin: 'sample', resolution: null },
    { row_number: 8, occurrence: 1, dataset: 'daily', origin: 'sample', resolution: null },
    { row_number: 9, occurrence: 0, dataset: 'daily', origin: 'sample', resolution: null },
  ]);
  expect(
    await database.sql.query('SELECT symbol, outcome FROM app.ingestion_progress ORDER BY symbol'),
  ).toEqual([
    { symbol: '000001.SH', outcome: 'pending' },
    { symbol: '600000.SH', outcome: 'data' },
  ]);
  expect(
    await database.sql.query('SELECT kind, key, status FROM app.ingestion_runs ORDER BY status'),
  ).toEqual([
    { kind: 'history', key: 'sample:history:all', status: 'completed' },
    { kind: 'history', key: 'sample:history:all', status: 'running' },
  ]);

  // The newest code loads on top of it and rewrites no bar that says the same.
  const fetchedAt = 'SELECT max(fetched_at) AS newest FROM app.daily_bars';
  const newest = await database.sql.query(fetchedAt);
  await loadAll(database.sql, new SampleProvider(locateSampleData(undefined), ['600000.SH']));
  expect(await database.sql.query(CONTENT)).toEqual(before);
  expect(await database.sql.query(fetchedAt)).toEqual(newest);
});
