import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { createEqualTable, firstLoad, plainCopy } from './testing/load-speed.ts';

// `make bench` asks for 0.6 of plain COPY with 5,000 symbols; a busy machine gets threefold slack.
const LEAST_RATIO = 0.2;
/** One before and one after: others work on this machine, too. */
const EQUAL = ['equal_bars', 'equal_bars_after'] as const;
const SIZE = { symbols: 400, bars: 250 };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  for (const table of EQUAL) await createEqualTable(database.urls.migrator, table);
});
afterAll(() => database.drop());

it('loads a market at a good part of the speed of a plain COPY of its rows', async () => {
  const before = await plainCopy(database.sql, EQUAL[0], SIZE);
  const loaded = await firstLoad(database.sql, SIZE);
  const after = await plainCopy(database.sql, EQUAL[1], SIZE);
  expect(loaded / Math.min(before, after)).toBeGreaterThan(LEAST_RATIO);
});
