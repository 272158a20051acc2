import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CachedCheck } from './cached-check.ts';
import type { ComponentName, Finding } from './component.ts';

/** A clock that is set, and a check whose looks end when the test says so. */
function setUp(options: { component?: ComponentName; timeoutMs?: number; intervalMs?: number } = {}) {
  const { component = 'database', ...times } = options;
  let now = new Date('2026-11-26T08:00:00Z');
  const looks: PromiseWithResolvers<Finding>[] = [];
  const check = {
    component,
    ...times,
    check: () => {
      const look = Promise.withResolvers<Finding>();
      looks.push(look);
      return look.promise;
    },
  };
  const clock = { now: () => now };
  const pass = (ms: number): void => void (now = new Date(now.getTime() + ms));
  return { cached: new CachedCheck(check, clock), looks, pass };
}

describe('a check', () => {
  it('tells no secret that stands in the text of an error', async () => {
    const { cached, looks } = setUp();
    const run = cached.run();
    looks[0]?.reject(new Error('cannot connect to postgresql://stock:hunter22hunter22@db/stock'));
    const { message } = await run;
    expect(message).toContain('cannot connect to');
    expect(message).not.toContain('hunter22');
  });

  it('is run once for all who ask at the same time', async () => {
    const { cached, looks } = setUp();
    expect(cached.state).toBeUndefined();
    const answers = [cached.run(), cached.fresh(), cached.run()];
    expect(looks).toHaveLength(1);
    looks[0]?.resolve({ status: 'up', details: { port: 1 } });
    const states = await Promise.all(answers);
    expect(new Set(states).size).toBe(1);
    expect(states[0]).toMatchObject({
      status: 'up',
      message: '',
      details: { port: 1 },
      checkedAt: new Date('2026-11-26T08:00:00Z'),
      lastSuccessAt: new Date('2026-11-26T08:00:00Z'),
    });
  });

  it('is answered from memory for its interval, and run again after it', async () => {
    const { cached, looks, pass } = setUp({ intervalMs: 2_000 });
    const first = cached.run();
    looks[0]?.resolve({ status: 'up' });
    await first;
    pass(2_000);
    await cached.fresh();
    expect(looks).toHaveLength(1);
    pass(1);
    const second = cached.fresh();
    expect(looks).toHaveLength(2);
    looks[1]?.resolve({ status: 'up' });
    await second;
  });

  it('that throws is down with its text, and keeps when it was up last', async () => {
    const { cached, looks, pass } = setUp();
    const first = cached.run();
    looks[0]?.resolve({ status: 'up' });
    const { lastSuccessAt } = await first;
    pass(60_000);
    const second = cached.run();
    looks[1]?.reject(new Error('connect ECONNREFUSED 10.0.0.7:5432'));
    expect(await second).toMatchObject({
      status: 'down',
      message: 'connect ECONNREFUSED 10.0.0.7:5432',
      checkedAt: new Date('2026-11-26T08:01:00Z'),
      lastSuccessAt,
    });
  });

  it('of what nothing depends on is degraded at worst', async () => {
    const { cached, looks } = setUp({ component: 'mail' });
    const run = cached.run();
    looks[0]?.reject(new Error('no'));
    expect(await run).toMatchObject({ status: 'degraded', message: 'no' });
  });

  it('that takes too long is down, and no second look is begun beside the first', async () => {
    const { cached, looks } = setUp({ timeoutMs: 30 });
    expect(await cached.run()).toMatchObject({
      status: 'down',
      message: expect.stringMatching(/^no answer after 0\.\d s$/),
    });
    expect(await cached.run()).toMatchObject({ status: 'down' });
    expect(looks).toHaveLength(1);
    // What stood still goes on: the next look is a new one, and its answer counts.
    looks[0]?.resolve({ status: 'up' });
    await sleep(1);
    const next = cached.run();
    expect(looks).toHaveLength(2);
    looks[1]?.resolve({ status: 'up' });
    expect(await next).toMatchObject({ status: 'up' });
  });

  it('that is not well is looked at again sooner, and less and less soon', async () => {
    const { cached, looks } = setUp({ intervalMs: 60_000 });
    const look = async (status: Finding['status']): Promise<number> => {
      const run = cached.run();
      looks.at(-1)?.resolve({ status });
      await run;
      return cached.pauseMs;
    };
    expect(cached.pauseMs).toBe(60_000);
    const pauses: number[] = [];
    for (let count = 0; count < 6; count += 1) pauses.push(await look(count === 3 ? 'down' : 'degraded'));
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(await look('up')).toBe(60_000);
    expect(await look('down')).toBe(500);
  });
});
