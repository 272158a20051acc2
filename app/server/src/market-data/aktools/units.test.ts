import { describe, expect, it } from 'vitest';
import type { Bar } from '../provider.ts';
import { checkUnits } from './units.ts';
import { type SampleBar, sampleBars } from './testing/sample-tables.ts';

const scaled = (bars: readonly SampleBar[], factor: number): Bar[] =>
  bars.map(([day, , open, high, low, close, volume, amount]) => ({
    date: String(day),
    open,
    high,
    low,
    close,
    volume: volume * factor,
    amount,
  }));
const swapped = expect.objectContaining({ violation: 'swapped_units' }) as unknown as Error;

describe.each(['000001.SZ', '600000.SH', '000151.SZ'])('units of %s', (symbol) => {
  const bars = sampleBars(symbol);

  it('are right in every year, and wrong in every year when they are off by 100', () => {
    for (let year = 1991; year <= 2024; year += 1) {
      const ofYear = bars.filter(([day]) => Math.floor(day / 10_000) === year);
      if (ofYear.length === 0) continue;
      expect(() => checkUnits(scaled(ofYear, 1), 'stock')).not.toThrow();
      expect(() => checkUnits(scaled(ofYear, 100), 'stock'), String(year)).toThrow(swapped);
      expect(() => checkUnits(scaled(ofYear, 0.01), 'stock'), String(year)).toThrow(swapped);
    }
  });
});

describe.each(['000001.SH', '399001.SZ', '000300.SH', '399005.SZ', '399006.SZ'])(
  'units of the index %s, which the files count in lots',
  (symbol) => {
    it('are right in shares, and wrong in lots or in hundreds of shares', () => {
      const bars = sampleBars(symbol).filter(([, , , , , , volume]) => volume > 0);
      expect(() => checkUnits(scaled(bars, 100), 'index')).not.toThrow();
      expect(() => checkUnits(scaled(bars, 1), 'index')).toThrow(swapped);
      expect(() => checkUnits(scaled(bars, 10_000), 'index')).toThrow(swapped);
    });
  },
);

describe('an answer in which nothing was traded', () => {
  it('tells nothing about its units', () => {
    const idle = [{ date: '2024-01-02', open: 9, high: 10, low: 9, close: 9, volume: 0, amount: 0 }];
    expect(() => checkUnits(idle, 'stock')).not.toThrow();
    expect(() => checkUnits(idle, 'index')).not.toThrow();
  });
});
