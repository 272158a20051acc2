import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { createEqualTable, firstLoad, plainCopy } from './testing/load-speed.ts';

// `make bench` asks for 0.6 of plain COPY with 5,000 symbols; a busy machine gets threefold slack.
const LEAST_RATIO = 0.2;
const SIZE = { symbols: 400, bars: 250 };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await createEqualTable(database.urls.migrator, 'equal_bars');
});
afterAll(() => database.drop());

it('loads a market at a good part of the speed of a plain COPY of its rows', async () => {
  const plain = await plainCopy(database.sql, 'equal_bars', SIZE);
  const loaded = await firstLoad(database.sql, SIZE);
  expect(loaded / plain).toBeGreaterThan(LEAST_RATIO);
});
