import { beforeEach, describe, expect, it } from 'vitest';
import type { Exchanged, RateLimitStore } from './rate-limit-store.ts';
import { SharedCounters } from './shared-counters.ts';
import { allows, type Count, minuteOf, usageAt } from './sliding-window.ts';

/** The store of the tests of one process: what PostgreSQL does, in memory. */
class MemoryStore implements RateLimitStore {
  readonly counts = new Map<string, Count>();
  readonly exchanged: number[] = [];
  nowMs = 1_000 * 60_000;
  fails = false;

  async take(): Promise<never> {
    return await Promise.reject(new Error('not asked here'));
  }

  async exchange(hits: ReadonlyMap<string, number>): Promise<Exchanged> {
    if (this.fails) throw new Error('the store is away');
    this.exchanged.push(hits.size);
    for (const [key, more] of hits) {
      const { hits: before, previousHits } = usageAt(this.counts.get(key), this.nowMs);
      this.counts.set(key, { minute: minuteOf(this.nowMs), hits: before + more, previousHits });
    }
    const heard = [...hits.keys()].map((key) => [key, this.counts.get(key)] as const);
    return await Promise.resolve({
      nowMs: this.nowMs,
      counts: new Map(heard.filter((entry): entry is [string, Count] => entry[1] !== undefined)),
    });
  }

  async sweep(): Promise<void> {
    await Promise.resolve();
  }
}

describe('SharedCounters', () => {
  let store: MemoryStore;
  let nowMs: number;
  const process = (mostKeys?: number): SharedCounters => new SharedCounters(store, () => nowMs, mostKeys);
  const admit = (counters: SharedCounters, key: string, hits: number, limit: number): number => {
    let admitted = 0;
    for (let hit = 0; hit < hits; hit += 1) {
      if (!allows(counters.usage(key), limit)) continue;
      counters.add(key, 1);
      admitted += 1;
    }
    return admitted;
  };

  beforeEach(() => {
    store = new MemoryStore();
    nowMs = store.nowMs;
  });

  it('of two processes admit the limit once each in a burst, and nothing more once they heard of each other', async () => {
    const [one, other] = [process(), process()];
    expect(admit(one, 'a', 100, 10)).toBe(10);
    expect(admit(other, 'a', 100, 10)).toBe(10);
    await one.exchange();
    await other.exchange();
    expect(store.counts.get('a')?.hits).toBe(20);
    expect(admit(one, 'a', 100, 10) + admit(other, 'a', 100, 10)).toBe(0);
  });

  it('of two processes admit together what one would, but for what came between two exchanges', async () => {
    const [one, other] = [process(), process()];
    let admitted = 0;
    for (let second = 0; second < 50; second += 1) {
      // Ten in each second and process, so at most ten too many.
      admitted += admit(one, 'a', 10, 200) + admit(other, 'a', 10, 200);
      await one.exchange();
      await other.exchange();
    }
    expect(admitted).toBeGreaterThanOrEqual(200);
    expect(admitted).toBeLessThanOrEqual(210);
  });

  it('lose nothing while the store is away', async () => {
    const one = process();
    admit(one, 'a', 3, 10);
    store.fails = true;
    await expect(one.exchange()).rejects.toThrow('away');
    admit(one, 'a', 2, 10);
    store.fails = false;
    await one.exchange();
    expect(store.counts.get('a')?.hits).toBe(5);
    await one.exchange();
    expect(store.counts.get('a')?.hits).toBe(5);
  });

  it('take back what was counted, and say nothing of it to the store', async () => {
    const one = process();
    one.add('a', 1);
    one.add('a', -1);
    expect(one.usage('a').hits).toBe(0);
    await one.exchange();
    expect(store.exchanged).toEqual([]);
  });

  it('go by the clock of the store', async () => {
    const one = process();
    nowMs -= 90_000;
    admit(one, 'a', 4, 10);
    await one.exchange();
    expect(one.usage('a')).toEqual({ hits: 4, previousHits: 0, elapsedMs: 0 });
    nowMs += 60_000;
    expect(one.usage('a')).toEqual({ hits: 0, previousHits: 4, elapsedMs: 0 });
  });

  it('forget who has not asked for two minutes', async () => {
    const one = process();
    for (let key = 0; key < 100; key += 1) one.add(`${key}`, 1);
    nowMs += 120_000;
    one.add('new', 1);
    await one.exchange();
    expect(one.size).toBe(1);
  });

  it('hold no more than they may, the busy ones first, and tell the store of the busiest', async () => {
    const one = process(5_000);
    for (let key = 0; key < 50_000; key += 1) {
      one.add(`network ${key}`, 1);
      if (key % 10 === 0) one.add('busy', 1);
    }
    expect(one.size).toBe(5_000);
    expect(one.usage('busy').hits).toBe(5_000);
    await one.exchange();
    expect(store.exchanged).toEqual([2_000]);
    expect(store.counts.get('busy')?.hits).toBe(5_000);
    await one.exchange();
    await one.exchange();
    expect(store.exchanged).toEqual([2_000, 2_000, 1_000]);
  });
});
