import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { PostgresRateLimitStore } from './postgres-store.ts';
import { SharedCounters } from './shared-counters.ts';
import { allows, usageAt } from './sliding-window.ts';

describe('the store of rate limits', () => {
  let database: TestDatabase;
  let store: PostgresRateLimitStore;

  beforeAll(async () => {
    database = await createTestDatabase();
    store = new PostgresRateLimitStore(database.sql);
  });
  afterAll(() => database.drop());
  beforeEach(() => database.sql.query('DELETE FROM app.rate_limits'));

  /** @returns the minute that the row is of */
  async function put(key: string, minutesAgo: number, hits: number, previousHits: number): Promise<number> {
    const [row] = await database.sql.query<{ minute: number }>(
      `INSERT INTO app.rate_limits VALUES ($1, floor(extract(epoch FROM now()) / 60)::int - $2, $3, $4) RETURNING minute`,
      [key, minutesAgo, hits, previousHits],
    );
    return row?.minute ?? 0;
  }

  it('admits exactly the limit of many that ask at once', async () => {
    const taken = await Promise.all(Array.from({ length: 60 }, () => store.take('a', 10)));
    // Where the turn of a minute lies between, hits of the minute before still count.
    expect(taken.filter(({ admitted }) => admitted)).toHaveLength(10);
  });

  it('says what is counted, to who is refused too, and counts nothing of what is refused', async () => {
    await store.take('a', 1);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const { admitted, count, nowMs } = await store.take('a', 1);
      expect(admitted).toBe(false);
      expect(Math.abs(nowMs - Date.now())).toBeLessThan(5_000);
      expect((count?.hits ?? 0) + (count?.previousHits ?? 0)).toBe(1);
    }
  });

  it('judges as sliding-window.ts does', async () => {
    for (const [previousHits, limit] of [
      [10, 10],
      [10, 5],
      [3, 10],
      [40, 21],
      [7, 1],
    ] as const) {
      await database.sql.query('DELETE FROM app.rate_limits');
      const putAt = await put('a', 1, previousHits, 99);
      const { admitted, nowMs } = await store.take('a', limit);
      const count = { minute: putAt, hits: previousHits, previousHits: 99 };
      expect(admitted, `${previousHits} of ${limit}`).toBe(allows(usageAt(count, nowMs), limit));
    }
  });

  it('forgets what is two minutes old, and sweeps it away', async () => {
    await put('old', 2, 10, 10);
    expect((await store.take('old', 10)).count).toMatchObject({ hits: 1, previousHits: 0 });
    await put('older', 2, 10, 10);
    await store.sweep();
    expect(await database.sql.query('SELECT key FROM app.rate_limits')).toEqual([{ key: 'old' }]);
  });

  it('adds up what two processes counted, who exchange at once and in another order', async () => {
    const keys = Array.from({ length: 500 }, (_, key) => `key ${key}`);
    const hits = new Map(keys.map((key) => [key, 2]));
    const reversed = new Map([...hits].toReversed());
    for (let round = 0; round < 5; round += 1)
      await Promise.all([store.exchange(hits), store.exchange(reversed), store.sweep()]);
    const { counts } = await store.exchange(new Map([['key 7', -1]]));
    const { hits: now = 0, previousHits = 0 } = counts.get('key 7') ?? {};
    expect(now + previousHits).toBe(19);
  });

  it('lets two processes together admit no more than the limit and what came between two exchanges', async () => {
    const processes = [0, 1].map(() => new SharedCounters(new PostgresRateLimitStore(database.sql)));
    const perSecond = 7;
    let admitted = 0;
    for (let second = 0; second < 20; second += 1) {
      for (const counters of processes)
        for (let hit = 0; hit < perSecond; hit += 1)
          if (allows(counters.usage('reader'), 100)) {
            counters.add('reader', 1);
            admitted += 1;
          }
      await Promise.all(processes.map((counters) => counters.exchange()));
    }
    expect(admitted).toBeGreaterThanOrEqual(100);
    // One exchange may come before the other, and then hears nothing of it: two intervals of the other process.
    expect(admitted).toBeLessThanOrEqual(100 + 2 * perSecond);
  });
});
