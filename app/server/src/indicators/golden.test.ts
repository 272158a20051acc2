import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeIndicators, UnknownIndicatorError } from './registry.ts';
import type { BarSeries } from './series.ts';

type Row = readonly [number, number, number, number, number, number, number, number];

function seriesOf(rows: readonly Row[]): BarSeries {
  const column = (index: number, round = (value: number): number => value): Float64Array =>
    Float64Array.from(rows, (row) => round(row[index] ?? Number.NaN));
  const price = (value: number): number => Math.round(value * 100) / 100;
  return {
    dates: rows.map((row) => String(row[0])),
    open: column(2, price),
    high: column(3, price),
    low: column(4, price),
    close: column(5, price),
    volume: column(6),
    amount: column(7),
  };
}

/** 000001.SZ, 2023-01-03 to 2023-12-29: the golden table was made from a series that itself starts there. */
function bars2023(): BarSeries {
  const folder = dirname(createRequire(import.meta.url).resolve('hqchart/package.json'));
  const file = join(folder, 'src/jscommon/umychart.testdata/DayKLine/000001.sz.day.kline.json');
  const rows = (JSON.parse(readFileSync(file, 'utf8')) as { data: Row[] }).data;
  return seriesOf(rows.filter(([date]) => date >= 20230101 && date <= 20231231));
}

describe('the golden table of 000001.SZ in 2023', () => {
  const bars = bars2023();
  const names = ['MA5', 'MA10', 'MA20', 'MA60', 'MACD', 'RSI6', 'RSI12', 'RSI24', 'KDJ', 'BOLL'];
  const { columns } = computeIndicators(bars, names, 'cn');

  it('has 242 bars', () => expect(bars.close.length).toBe(242));

  it.each([
    ['MA5', 9.25, 6],
    ['MA10', 9.188, 6],
    ['MA20', 9.276, 6],
    ['MA60', 10.055333, 6],
    ['DIF', -0.186569, 6],
    ['DEA', -0.250686, 6],
    ['MACD', 0.128235, 6],
    ['RSI6', 62.830026, 6],
    ['RSI12', 49.017941, 6],
    ['RSI24', 39.921797, 6],
    ['K', 63.418233, 6],
    ['D', 45.746194, 6],
    ['J', 98.76231, 6],
    ['BOLL', 9.276, 6],
    ['BOLL_UP', 9.613258, 6],
    ['BOLL_LOW', 8.938742, 6],
  ])('%s of the last bar is %d', (name, expected, digits) => {
    expect(Math.abs((columns[name]?.at(-1) ?? Number.NaN) - expected)).toBeLessThanOrEqual(
      0.5 * 10 ** -digits + 1e-12,
    );
  });
});

describe('properties', () => {
  const closes = fc.array(fc.integer({ min: 100, max: 100_000 }), { minLength: 30, maxLength: 120 });
  const constructed = (cents: readonly number[]): BarSeries => {
    const close = Float64Array.from(cents, (value) => value / 100);
    return {
      dates: cents.map(String),
      open: close,
      high: close.map((value) => value + 0.02),
      low: close.map((value) => value - 0.01),
      close,
      volume: close.map(() => 1),
      amount: close,
    };
  };
  const all = ['MA5', 'EMA12', 'MACD', 'RSI6', 'KDJ', 'BOLL'];

  it('never looks ahead: a later bar changes no earlier value', () => {
    fc.assert(
      fc.property(closes, fc.integer({ min: 100, max: 100_000 }), (cents, next) => {
        const before = computeIndicators(constructed(cents), all, 'cn').columns;
        const after = computeIndicators(constructed([...cents, next]), all, 'cn').columns;
        for (const [name, values] of Object.entries(before)) {
          expect(after[name]?.subarray(0, values.length), name).toEqual(values);
        }
      }),
    );
  });

  it('keeps RSI and K and D within 0 to 100', () => {
    fc.assert(
      fc.property(closes, (cents) => {
        const { columns } = computeIndicators(constructed(cents), ['RSI6', 'KDJ'], 'cn');
        for (const name of ['RSI6', 'K', 'D']) {
          const outside = columns[name]?.filter((value) => value < -1e-9 || value > 100 + 1e-9);
          expect(outside, name).toEqual(new Float64Array());
        }
      }),
    );
  });

  it('keeps the previous RSV when nine bars have one price, and begins with 50', () => {
    const flat = { ...constructed(Array.from({ length: 30 }, () => 1000)) };
    const bars = { ...flat, high: flat.close, low: flat.close };
    const { columns } = computeIndicators(bars, ['KDJ'], 'cn');
    expect(columns['K']?.at(-1)).toBe(50);
    expect(columns['J']?.at(-1)).toBe(50);
  });

  it('gives no RSI before the first move', () => {
    expect(computeIndicators(constructed([1000, 1000, 1000]), ['RSI6'], 'cn').columns['RSI6']).toEqual(
      Float64Array.from([Number.NaN, Number.NaN, Number.NaN]),
    );
  });
});

describe('names', () => {
  const empty = new Float64Array();
  const none: BarSeries = {
    dates: [],
    open: empty,
    high: empty,
    low: empty,
    close: empty,
    volume: empty,
    amount: empty,
  };

  it.each(['MA', 'MA0', 'MA501', 'ma5', 'NOPE', '__proto__', 'constructor', 'MA5.5', ''])(
    'refuses %j by name',
    (name) => {
      expect(() => computeIndicators(none, [name], 'cn')).toThrow(UnknownIndicatorError);
      expect(() => computeIndicators(none, [name], 'cn')).toThrow(`"${name}"`);
    },
  );

  it('accepts an empty series and a name given twice', () => {
    expect(computeIndicators(none, ['MA5', 'MA5', 'KDJ'], 'cn').columns).toEqual({
      MA5: empty,
      K: empty,
      D: empty,
      J: empty,
    });
  });
});
