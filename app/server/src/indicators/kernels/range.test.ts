import fc from 'fast-check';
import { expect, it } from 'vitest';
import { placeInRangeOf } from './range.ts';

const bar = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat({ max: 9 }), fc.nat({ max: 9 }));

it('is the place between the extremes of the last n bars, or of those there are', () => {
  fc.assert(
    fc.property(fc.array(bar, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (bars, n) => {
      const close = bars.map(([price]) => price);
      const high = bars.map(([price, up]) => price + up);
      const low = bars.map(([price, , down]) => price - down);
      const expected = Float64Array.from(close, (price, index) => {
        const first = Math.max(0, index - n + 1);
        const top = Math.max(...high.slice(first, index + 1));
        const bottom = Math.min(...low.slice(first, index + 1));
        return top === bottom ? Number.NaN : ((price - bottom) / (top - bottom)) * 100;
      });
      const [highs, lows, closes] = [high, low, close].map((values) => Float64Array.from(values));
      expect(placeInRangeOf(highs ?? expected, lows ?? expected, closes ?? expected, n)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
