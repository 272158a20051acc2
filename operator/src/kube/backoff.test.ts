import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backoff, REFLECTOR_BACKOFF } from './backoff.ts';
import { hasReached } from './resource-version.ts';
import { FakeClock } from './testing/fake-clock.ts';

describe('Backoff', () => {
  it('stays between 0.8 s and the doubled bound, at most 30 s', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 60 }), (randoms) => {
        let call = 0;
        const backoff = new Backoff(REFLECTOR_BACKOFF, new FakeClock(), () => randoms[call] ?? 0);
        for (call = 0; call < randoms.length; call += 1) {
          const delay = backoff.next();
          expect(delay).toBeGreaterThanOrEqual(800);
          expect(delay).toBeLessThanOrEqual(Math.min(30_000, 800 * 2 ** (call + 1)));
        }
      }),
    );
  });

  it('starts over after two minutes without a failure, the wait not counted', () => {
    const clock = new FakeClock();
    const backoff = new Backoff(REFLECTOR_BACKOFF, clock, () => 0.999_999);
    const worst = Array.from({ length: 8 }, () => backoff.next()).at(-1) ?? 0;
    expect(worst).toBeCloseTo(30_000, -2);
    clock.advanceSync(worst + 119_000);
    expect(backoff.next()).toBeCloseTo(30_000, -2);
    clock.advanceSync(30_000 + 121_000);
    expect(backoff.next()).toBeCloseTo(1600, -1);
  });
});

describe('hasReached', () => {
  it('compares digits as integers of any size', () => {
    expect(hasReached('10', '9')).toBe(true);
    expect(hasReached('9', '10')).toBe(false);
    expect(hasReached('90071992547409930', '90071992547409929')).toBe(true);
    expect(hasReached('90071992547409929', '90071992547409930')).toBe(false);
  });

  it('trusts nothing but equality when a version is no number', () => {
    expect(hasReached('b', 'a')).toBe(false);
    expect(hasReached('a', 'a')).toBe(true);
    expect(hasReached('12', 'a')).toBe(false);
    expect(hasReached(undefined, '1')).toBe(false);
  });
});
