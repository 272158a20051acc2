import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BarSeries,
  computeIndicators,
  INDICATOR_MODES,
  type IndicatorMode,
  type IndicatorResult,
  listIndicators,
} from './index.ts';
import { InvalidBarError } from './series.ts';
import { barSeries } from './testing/arbitraries.ts';
import { cut, realBars, seriesOf } from './testing/series.ts';

const examplesOf = (mode: IndicatorMode): string[] => listIndicators(mode).map(({ example }) => example.name);
const PERIODS: Readonly<Record<IndicatorMode, readonly string[]>> = {
  cn: [
    'MA1',
    'MA5',
    'EMA3',
    'SMA(6,2)',
    'WMA4',
    'RSI6',
    'WR6',
    'BIAS6',
    'PSY6',
    'VR6',
    'CR6',
    'VWAP3',
    'MACD(3,6,2)',
  ],
  talib: [
    'MA1',
    'MA5',
    'EMA3',
    'WMA4',
    'RSI6',
    'WR6',
    'CCI6',
    'MFI6',
    'MACD(3,6,2)',
    'DMI5',
    'ATR5',
    'TRIX4',
  ],
};
const namesOf = (mode: IndicatorMode): string[] => [...new Set([...examplesOf(mode), ...PERIODS[mode]])];

const compute = (bars: BarSeries, mode: IndicatorMode): IndicatorResult =>
  computeIndicators({ ...bars, floatShares: bars.close.map(() => 1e8) }, namesOf(mode), mode);

describe.each(INDICATOR_MODES)('every indicator of mode %s', (mode) => {
  it('never looks ahead: later bars change no earlier value', () => {
    fc.assert(
      fc.property(barSeries(), fc.nat(), (bars, where) => {
        const length = bars.close.length === 0 ? 0 : where % bars.close.length;
        const early = compute(cut(bars, 0, length), mode).columns;
        const late = compute(bars, mode).columns;
        for (const [name, { values }] of Object.entries(early))
          expect(late[name]?.values.subarray(0, length), name).toEqual(values);
      }),
      { numRuns: 40 },
    );
  });

  it('has one value or none per bar: finite or NaN, nothing before the first, whatever the length', () => {
    fc.assert(
      fc.property(barSeries(60), (bars) => {
        for (const { name, values, firstIndex, stableFrom } of Object.values(compute(bars, mode).columns)) {
          expect(values.length, name).toBe(bars.close.length);
          expect(
            values.find((value) => !Number.isFinite(value) && !Number.isNaN(value)),
            name,
          ).toBeUndefined();
          expect(
            values.findIndex((value) => !Number.isNaN(value)),
            name,
          ).toBe(firstIndex === values.length ? -1 : firstIndex);
          expect(stableFrom, name).toBeGreaterThanOrEqual(firstIndex);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('scales with the price, and is the same where it has no unit of money', () => {
    fc.assert(
      fc.property(barSeries(), fc.integer({ min: 1, max: 6 }), (bars, power) => {
        const factor = 2 ** power;
        const times = (values: Float64Array): Float64Array => values.map((value) => value * factor);
        const { open, high, low, close, amount } = bars;
        const larger = {
          ...bars,
          open: times(open),
          high: times(high),
          low: times(low),
          close: times(close),
          amount: times(amount),
        };
        const scaled = compute(larger, mode).columns;
        for (const { name, unit, values } of Object.values(compute(bars, mode).columns)) {
          // A power of two changes no digit of a binary fraction, so equality is exact.
          const expected = unit === 'yuan' ? times(values) : values;
          expect(scaled[name]?.values, name).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('stays within its bounds', () => {
    const bounded: Readonly<Record<string, readonly [number, number]>> = {
      RSI6: [0, 100],
      K: [0, 100],
      D: [0, 100],
      SLOWK: [0, 100],
      WR6: mode === 'cn' ? [0, 100] : [-100, 0],
      MFI12: [0, 100],
      PDI: [0, 100],
      MDI: [0, 100],
      ADX: [0, 100],
      PSY6: [0, 100],
    };
    fc.assert(
      fc.property(barSeries(), (bars) => {
        const { columns } = compute(bars, mode);
        for (const [name, [least, most]] of Object.entries(bounded)) {
          const outside = columns[name]?.values.find((value) => value < least - 1e-9 || value > most + 1e-9);
          expect(outside, name).toBeUndefined();
        }
        const crossed = columns['BOLL']?.values.findIndex(
          (middle, index) =>
            middle < (columns['BOLL_LOW']?.values[index] ?? Number.NaN) ||
            middle > (columns['BOLL_UP']?.values[index] ?? Number.NaN),
        );
        expect(crossed).toBe(-1);
      }),
    );
  });

  it('is stable where it says so: a history that begins elsewhere shows the same', () => {
    const all = realBars('000151.sz');
    const totals = new Set(mode === 'cn' ? ['OBV'] : ['OBV', 'VWAP']);
    const whole = compute(cut(all, 1000, 900), mode).columns;
    for (const later of [1, 37, 150, 333]) {
      for (const [name, part] of Object.entries(compute(cut(all, 1000 + later, 900 - later), mode).columns)) {
        if (totals.has(name)) continue;
        const other = whole[name]?.values.subarray(later) ?? new Float64Array();
        const finite = other.filter((value) => !Number.isNaN(value));
        const span = Math.max(...finite) - Math.min(...finite);
        const far = part.values.findIndex(
          (value, index) => index >= part.stableFrom && Math.abs(value - (other[index] ?? 0)) > 2e-3 * span,
        );
        expect(far, `${name} of a history that begins ${later} bars later`).toBe(-1);
      }
    }
  });

  const columns = ['open', 'high', 'low', 'close', 'volume'] as const;
  // TA-Lib knows no amount.
  it.each([...columns, ...(mode === 'cn' ? (['amount'] as const) : [])])(
    'refuses a %s that is no number, and names bar and column',
    (column) => {
      const bars = cut(realBars('000151.sz'), 0, 60);
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const broken = bars[column].slice();
        broken[17] = bad;
        const act = (): unknown => compute({ ...bars, [column]: broken }, mode);
        expect(act).toThrow(InvalidBarError);
        expect(act).toThrow(`${column} of ${bars.dates[17]} is ${bad}`);
      }
    },
  );
});

describe('binary fractions decide nothing', () => {
  it('equal moves up and down are no direction, at any price', () => {
    // 0.03 above and 0.03 below: in yuan 8.53 − 8.50 is less than 3.20 − 3.17.
    const bars = seriesOf({ open: [830, 830], high: [850, 853], low: [320, 317], close: [830, 830] }, [1, 1]);
    const [before = 0, after = 0] = bars.high;
    const [floor = 0, below = 0] = bars.low;
    expect(after - before).not.toBe(floor - below);
    const { columns } = computeIndicators(bars, ['DMI(1,1)'], 'cn');
    expect([columns['PDI(1,1)']?.values[1], columns['MDI(1,1)']?.values[1]]).toEqual([0, 0]);
  });

  it('a price that is no whole number of ticks is used as it is', () => {
    const third = Float64Array.of(1 / 3, 1 / 3, 1 / 3);
    const bars = {
      ...seriesOf({ open: third, high: third, low: third, close: third }, [1, 1, 1]),
      close: third,
    };
    expect(computeIndicators(bars, ['MA1'], 'cn').columns['MA1']?.values[0]).toBeCloseTo(1 / 3, 15);
  });
});

describe('without moves', () => {
  const flat = seriesOf(
    Object.fromEntries(
      ['open', 'high', 'low', 'close'].map((name) => [name, Array.from({ length: 60 }, () => 1000)]),
    ) as Record<'open' | 'high' | 'low' | 'close', number[]>,
    Array.from({ length: 60 }, () => 0),
  );
  const last = (name: string, column: string, mode: IndicatorMode): number | undefined =>
    computeIndicators(flat, [name], mode).columns[column]?.values.at(-1);

  it.each([
    ['KDJ', 'K', 50],
    ['KDJ', 'J', 50],
    ['RSI6', 'RSI6', Number.NaN],
    ['WR6', 'WR6', Number.NaN],
    ['CCI14', 'CCI14', Number.NaN],
    ['MFI14', 'MFI14', Number.NaN],
    ['VR26', 'VR26', Number.NaN],
    ['CR26', 'CR26', Number.NaN],
    ['BRAR', 'AR', Number.NaN],
    ['DMI', 'PDI', Number.NaN],
    ['VWAP', 'VWAP', Number.NaN],
    ['VOLUME_RATIO', 'VOLUME_RATIO', Number.NaN],
    ['BOLL', 'BOLL_UP', 10],
    ['ATR14', 'ATR14', 0],
  ])('cn %s has %s = %d', (name, column, value) => expect(last(name, column, 'cn')).toBe(value));

  it.each([
    ['KDJ', 'K', 0],
    ['RSI6', 'RSI6', 0],
    ['WR6', 'WR6', 0],
    ['CCI14', 'CCI14', 0],
    ['MFI14', 'MFI14', 0],
    ['DMI', 'ADX', 0],
    ['VWAP', 'VWAP', 0],
  ])('talib %s has %s = %d', (name, column, value) => expect(last(name, column, 'talib')).toBe(value));
});
