import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { AlertClock } from './alert-clock.ts';

const HOUR = 3_600_000;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('is not set by the machine, but by the database, and tells by how much before anybody reads it', async () => {
  let wall = Date.now() + 8 * HOUR;
  let passed = 0;
  const clock = new AlertClock({ now: () => new Date(wall) }, { ms: () => passed }, database.sql);
  const began = clock.now();
  expect(began).toBe(wall);
  // The machine learns what time it is.
  wall -= 8 * HOUR;
  passed += 5_000;
  expect(clock.now()).toBe(began + 5_000);
  const sets: number[] = [];
  clock.onSet((ms) => sets.push(ms, clock.now()));
  await clock.set();
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(10_000);
  expect(sets).toEqual([clock.now() - began - 5_000, clock.now()]);
  await clock.set();
  expect(sets).toHaveLength(2);
});
