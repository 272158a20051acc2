import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { upsertSymbols } from '../store/symbols.ts';
import { COVERAGE } from './ingestion-lag.ts';

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
