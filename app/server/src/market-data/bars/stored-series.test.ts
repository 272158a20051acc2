import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateOfDay, unpackSeries } from './stored-series.ts';

describe('unpackSeries', () => {
  it('reads columns, dates, partial bars and runs of origins', () => {
    const packed = [
      '19746,9.3300,9.5400,9.2700,9.5000,216251395,2037648384.0000,sina',
      '19747,9.5000,9.6000,9.4000,9.5500,0,0.0000,sina',
      '19748,9.5500,9.5500,9.5500,9.5500,100,123456789012.4375,eastmoney*',
    ].join(';');
    const series = unpackSeries({ count: 3, packed });
    expect([...series.days].map(dateOfDay)).toEqual(['2024-01-24', '2024-01-25', '2024-01-26']);
    expect([...series.open]).toEqual([9.33, 9.5, 9.55]);
    expect([...series.close]).toEqual([9.5, 9.55, 9.55]);
    expect([...series.volume]).toEqual([216_251_395, 0, 100]);
    expect([...series.amount]).toEqual([2_037_648_384, 0, 123_456_789_012.4375]);
    expect([...series.partial]).toEqual([2]);
    expect(series.origins).toEqual([
      { origin: 'sina', from: '2024-01-24', to: '2024-01-25' },
      { origin: 'eastmoney', from: '2024-01-26', to: '2024-01-26' },
    ]);
  });

  it('reads nothing of a symbol without bars', () => {
    expect(unpackSeries({ count: 0, packed: null })).toMatchObject({ origins: [], days: new Int32Array() });
  });

  it('reads every decimal of the column as Number does', () => {
    const decimal = fc
      .tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.integer({ min: 0, max: 9999 }))
      .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(4, '0')}`);
    fc.assert(
      fc.property(decimal, fc.maxSafeNat(), (amount, volume) => {
        const packed = `1,1.0000,1.0000,1.0000,1.0000,${volume},${amount},x`;
        const series = unpackSeries({ count: 1, packed });
        expect([series.amount[0], series.volume[0]]).toEqual([Number(amount), volume]);
      }),
    );
  });
});
