import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allows,
  minuteOf,
  remainingOf,
  secondsToReset,
  secondsToRoom,
  type Usage,
  usageAt,
  WINDOW_MS,
} from './sliding-window.ts';

const usage = fc.record({
  hits: fc.integer({ min: 0, max: 1_000 }),
  previousHits: fc.integer({ min: 0, max: 1_000 }),
  elapsedMs: fc.integer({ min: 0, max: WINDOW_MS - 1 }),
});
const limit = fc.integer({ min: 1, max: 1_000 });

/** The same counts so many milliseconds later, when nobody asked in between. */
function later({ hits, previousHits, elapsedMs }: Usage, ms: number): Usage {
  return usageAt({ minute: 100, hits, previousHits }, 100 * WINDOW_MS + elapsedMs + ms);
}

describe('secondsToRoom', () => {
  it('is when one more is allowed, and not sooner', () => {
    fc.assert(
      fc.property(usage, limit, (now, most) => {
        fc.pre(!allows(now, most));
        const seconds = secondsToRoom(now, most);
        // A billionth more than rounding can take away.
        expect(allows(later(now, seconds * 1000), most + 1e-9)).toBe(true);
        expect(seconds > 1 && allows(later(now, (seconds - 1) * 1000 - 1), most)).toBe(false);
      }),
    );
  });
});

describe('usageAt', () => {
  it.each([
    ['in the same minute', 0, { hits: 7, previousHits: 3, elapsedMs: 30_000 }],
    ['a minute later', 1, { hits: 0, previousHits: 7, elapsedMs: 30_000 }],
    ['two minutes later', 2, { hits: 0, previousHits: 0, elapsedMs: 30_000 }],
    ['by a clock that is behind', -1, { hits: 7, previousHits: 3, elapsedMs: 0 }],
  ])('%s', (_when, minutes, expected) =>
    expect(usageAt({ minute: 5, hits: 7, previousHits: 3 }, (5.5 + minutes) * WINDOW_MS)).toEqual(expected),
  );

  it('knows nothing of who never asked', () =>
    expect(usageAt(undefined, 0)).toEqual({ hits: 0, previousHits: 0, elapsedMs: 0 }));
});

it('no burst has more hits than the limit, also at the turn of a minute, and no 60 seconds twice as many', () => {
  const mostIn = (times: readonly number[], windowMs: number): number =>
    Math.max(
      ...times.map((begin) => times.filter((time) => time >= begin && time < begin + windowMs).length),
    );
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 3 * WINDOW_MS }), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 20 }),
      (times, most) => {
        let count = { minute: 0, hits: 0, previousHits: 0 };
        const admitted: number[] = [];
        for (const time of times.sort((one, other) => one - other)) {
          const now = usageAt(count, time);
          count = { minute: minuteOf(time), hits: now.hits, previousHits: now.previousHits };
          if (!allows(now, most)) continue;
          count = { ...count, hits: now.hits + 1 };
          admitted.push(time);
        }
        // What came late in a minute is taken as spread over it, and makes room as if it had been.
        expect(mostIn(admitted, 6_000)).toBeLessThanOrEqual(most * 1.1);
        expect(mostIn(admitted, WINDOW_MS)).toBeLessThan(2 * most);
      },
    ),
  );
});

it('what is left and when it begins anew', () => {
  const now = { hits: 3, previousHits: 10, elapsedMs: 45_500 };
  expect(remainingOf(now, 10)).toBe(4);
  expect(remainingOf({ ...now, hits: 30 }, 10)).toBe(0);
  expect(secondsToReset(now)).toBe(15);
});
