import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { DatabaseConnector } from './connector.ts';
import { PeriodicQueries } from './periodic-queries.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

/** On a machine that does much else. */
const SOON_MS = 20_000;

let database: TestDatabase;
let connector: DatabaseConnector;
let queries: PeriodicQueries;

beforeAll(async () => {
  database = await createTestDatabase();
  connector = new DatabaseConnector(database.dataSource);
  queries = new PeriodicQueries(database.dataSource, connector);
});
afterAll(async () => {
  await connector.beforeApplicationShutdown();
  await database.drop();
});

it('has no rows before the database is ready, then the newest, keeps them over a failure, and ends', async () => {
  await database.sql.query(`INSERT INTO app.halt_lists VALUES ('test', '2024-09-18')`);
  const days = `SELECT count(*)::int AS days, 1 / (2 - count(*)) AS fails FROM app.halt_lists WHERE source = 'test'`;
  const newest = queries.every(5, 'days', (sql) => sql.query<{ days: number }>(days));
  const isSoon = (count: number): Promise<void> =>
    vi.waitFor(() => expect(newest()[0]?.days).toBe(count), SOON_MS);
  const asked = vi.spyOn(database.dataSource, 'query');
  expect(newest()).toEqual([]);
  expect(asked).not.toHaveBeenCalled();
  connector.onApplicationBootstrap();
  await isSoon(1);

  await database.sql.query(`INSERT INTO app.halt_lists VALUES ('test', '2024-09-19')`);
  asked.mockClear();
  await vi.waitFor(() => expect(asked.mock.calls.length).toBeGreaterThan(3), SOON_MS);
  await isSoon(1);
  await database.sql.query(`INSERT INTO app.halt_lists VALUES ('test', '2024-09-20')`);
  await isSoon(3);

  queries.onModuleDestroy();
  await vi.waitFor(async () => {
    asked.mockClear();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked).not.toHaveBeenCalled();
  }, SOON_MS);
});

it('gives no figures that are more than five minutes old, and tells how old the answers are', async () => {
  let answers = true;
  let asked = 0;
  const ask = (): Promise<readonly string[]> => {
    asked += 1;
    return answers ? Promise.resolve(['a row']) : Promise.reject(new Error('statement timeout'));
  };
  const own = new PeriodicQueries(database.dataSource, connector);
  const [newest, figures] = [own.every(5, 'rows', ask), own.figures(5, 'figures', ask)];
  own.repeat(5, 'work', () => Promise.resolve());
  await vi.waitFor(() => expect(figures()).toEqual(['a row']), SOON_MS);
  expect(own.ages().map(({ what }) => what)).toEqual(['rows', 'figures']);

  answers = false;
  const soFar = asked;
  await vi.waitFor(() => expect(asked).toBeGreaterThan(soFar + 4), SOON_MS);
  const now = vi.spyOn(performance, 'now');
  const later = performance.now() + 301_000;
  now.mockImplementation(() => later);
  expect([newest(), figures()]).toEqual([['a row'], []]);
  for (const { seconds } of own.ages()) expect(seconds).toBeGreaterThan(299);
  now.mockRestore();

  answers = true;
  await vi.waitFor(() => expect(figures()).toEqual(['a row']), SOON_MS);
  own.onModuleDestroy();
});
