import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { DelayHeap } from './delay-heap.ts';
import { defaultLimiter, ItemExponentialLimiter, MaxOfLimiter, TokenBucketLimiter } from './limiters.ts';
import { RateLimitingQueue } from './rate-limiting-queue.ts';

describe('DelayHeap', () => {
  it('gives each key once, at its earliest moment, in order of time and then of arrival', () => {
    const entry = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), fc.nat({ max: 20 }));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
        const heap = new DelayHeap();
        const model = new Map<string, number>();
        for (const [key, dueAt] of entries) {
          heap.push(key, dueAt);
          model.set(key, Math.min(dueAt, model.get(key) ?? Number.POSITIVE_INFINITY));
        }
        const arrival = [...model.keys()];
        const expected = [...model].sort(
          ([a, at], [b, bt]) => at - bt || arrival.indexOf(a) - arrival.indexOf(b),
        );
        const popped: [string, number][] = [];
        for (let next = heap.pop(); next; next = heap.pop()) popped.push([next.key, next.dueAt]);
        expect(popped).toEqual(expected);
        expect(heap.size).toBe(0);
      }),
    );
  });

  it('survives pushes between pops', () => {
    const operation = fc.oneof(fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 30 })), fc.constant(undefined));
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
        const heap = new DelayHeap();
        const model = new Map<string, number>();
        let wrong = false;
        for (const each of operations) {
          if (each) {
            const [key, dueAt] = [`k${each[0]}`, each[1]];
            heap.push(key, dueAt);
            model.set(key, Math.min(dueAt, model.get(key) ?? Number.POSITIVE_INFINITY));
          } else {
            const popped = heap.pop();
            const earliest = model.size ? Math.min(...model.values()) : undefined;
            wrong ||= popped?.dueAt !== earliest || model.get(popped?.key ?? '') !== earliest;
            model.delete(popped?.key ?? '');
          }
          wrong ||= heap.size !== model.size;
        }
        expect(wrong).toBe(false);
      }),
    );
  });
});

describe('limiters', () => {
  it('ItemExponentialLimiter: 5, 10, 20 ms … 655 s, then 1000 s for ever; forget starts over', () => {
    const limiter = new ItemExponentialLimiter();
    const delays = Array.from({ length: 20 }, () => limiter.when('a'));
    expect(delays.slice(0, 3)).toEqual([5, 10, 20]);
    expect(delays.slice(17)).toEqual([655_360, 1_000_000, 1_000_000]);
    for (let call = 0; call < 2_000; call += 1) limiter.when('a');
    expect(limiter.when('a')).toBe(1_000_000);
    expect(limiter.numRequeues('a')).toBe(2_021);
    expect(limiter.when('b')).toBe(5);
    limiter.forget('a');
    expect(limiter.when('a')).toBe(5);
  });

  it('ItemExponentialLimiter: jitter stays within its bounds', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (random) => {
        const limiter = new ItemExponentialLimiter({
          baseMs: 1_000,
          maxMs: 300_000,
          jitter: 0.1,
          random: () => random,
        });
        const delay = limiter.when('a');
        expect(delay).toBeGreaterThanOrEqual(900);
        expect(delay).toBeLessThanOrEqual(1_100);
      }),
    );
  });

  it('TokenBucketLimiter: the burst is free, then each call reserves the next token', () => {
    const clock = new FakeClock();
    const limiter = new TokenBucketLimiter({ clock });
    const delays = Array.from({ length: 103 }, () => limiter.when());
    expect(delays.slice(0, 100).every((delay) => delay === 0)).toBe(true);
    expect(delays.slice(100)).toEqual([100, 200, 300]);
    clock.advanceSync(300);
    expect(limiter.when()).toBeCloseTo(100, 6);
    clock.advanceSync(3_600_000);
    expect(Array.from({ length: 101 }, () => limiter.when()).at(-1)).toBeCloseTo(100, 6);
  });

  it('the default is the longer of both, and every call counts in both', () => {
    const clock = new FakeClock();
    const limiter = defaultLimiter(clock);
    expect(limiter.when('a')).toBe(5);
    for (let call = 0; call < 99; call += 1) limiter.when(`k${call}`);
    expect(limiter.when('new')).toBe(100);
    expect(new MaxOfLimiter(limiter).numRequeues('a')).toBe(1);
    limiter.forget('a');
    expect(limiter.numRequeues('a')).toBe(0);
  });
});

function make(): { queue: RateLimitingQueue; clock: FakeClock } {
  const clock = new FakeClock();
  return {
    queue: new RateLimitingQueue({
      clock,
      limiter: new ItemExponentialLimiter({ baseMs: 100, maxMs: 1_000 }),
    }),
    clock,
  };
}

describe('RateLimitingQueue', () => {
  it('adds at once what has no delay, and later what has one', () => {
    const { queue, clock } = make();
    queue.addAfter('now', 0);
    queue.addAfter('negative', -5);
    queue.addAfter('later', 50);
    expect([queue.length, queue.delayed]).toEqual([2, 1]);
    clock.advanceSync(49);
    expect(queue.length).toBe(2);
    clock.advanceSync(1);
    expect([queue.length, queue.delayed]).toEqual([3, 0]);
  });

  it('runs a key again at its later moment although it was added in between', async () => {
    const { queue, clock } = make();
    queue.addAfter('a', 50);
    queue.add('a');
    await queue.get();
    queue.done('a');
    clock.advanceSync(50);
    expect(queue.length).toBe(1);
  });

  it('waits for months without a hot loop', () => {
    const { queue, clock } = make();
    const days = 86_400_000;
    queue.addAfter('certificate', 60 * days);
    let timers = 0;
    while (queue.length === 0) {
      timers += 1;
      const wait = clock.nextTimerIn ?? 0;
      expect(wait).toBeLessThanOrEqual(3_600_000);
      clock.advanceSync(wait);
    }
    expect(timers).toBe(60 * 24);
    expect(clock.monotonic()).toBe(60 * days);
  });

  it('backs off by the limiter, at least as long as asked, and forgets on success', () => {
    const { queue } = make();
    expect([queue.addRateLimited('a'), queue.addRateLimited('a'), queue.addRateLimited('a')]).toEqual([
      100, 200, 400,
    ]);
    expect(queue.addRateLimited('b', 'normal', 7_000)).toBe(7_000);
    queue.forget('a');
    expect(queue.numRequeues('a')).toBe(0);
    expect(queue.addRateLimited('a')).toBe(100);
  });

  it('keeps the higher priority of a key that waits', async () => {
    const { queue, clock } = make();
    queue.addAfter('a', 50, 'normal');
    queue.addAfter('a', 20, 'low');
    clock.advanceSync(20);
    expect(await queue.get()).toEqual({ key: 'a', priority: 'normal' });
  });

  it('leaves no timer behind when it is shut down', () => {
    const { queue, clock } = make();
    queue.addAfter('a', 50);
    queue.shutDown();
    queue.addAfter('b', 50);
    expect([clock.pendingTimers, queue.delayed]).toEqual([0, 0]);
  });

  it('for any sequence: a key is ready exactly at the earliest moment it was asked for, never later', () => {
    const ask = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      delay: fc.integer({ min: 1, max: 500 }),
      pass: fc.nat({ max: 200 }),
    });
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 30 }), (asks) => {
        const clock = new FakeClock();
        const readyAt: [string, number][] = [];
        const queue = new RateLimitingQueue({ clock });
        const due = new Map<string, number>();
        const passTo = (moment: number): void => {
          const expected = [...due].filter(([, at]) => at <= moment).sort((a, b) => a[1] - b[1]);
          while (clock.monotonic() < moment) {
            const before = queue.delayed;
            clock.advanceSync(
              Math.min(clock.nextTimerIn ?? Number.POSITIVE_INFINITY, moment - clock.monotonic()),
            );
            for (let gone = queue.delayed; gone < before; gone += 1) readyAt.push(['', clock.monotonic()]);
          }
          expect(readyAt.splice(0).map(([, at]) => at)).toEqual(expected.map(([, at]) => at));
          for (const [key] of expected) due.delete(key);
        };
        for (const { key, delay, pass } of asks) {
          queue.addAfter(key, delay);
          due.set(key, Math.min(clock.monotonic() + delay, due.get(key) ?? Number.POSITIVE_INFINITY));
          passTo(clock.monotonic() + pass);
        }
        passTo(clock.monotonic() + 1_000);
        expect(queue.delayed).toBe(0);
      }),
    );
  });
});
