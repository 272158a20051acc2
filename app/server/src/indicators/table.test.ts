/**
 * The published table of single values: 000001.SZ from 2023-01-03 to 2023-12-29, raw closes, last bar. It was checked
 * with TA-Lib, MyTT, the formula engine of HQChart, stock-sdk and technicalindicators; the series begins with the year.
 */
import { describe, expect, it } from 'vitest';
import { computeIndicators, type IndicatorMode } from './index.ts';
import { cut, realBars } from './testing/series.ts';

const all = realBars('000001.sz');
const start = all.dates.indexOf('20230103');
const bars = cut(all, start, all.dates.indexOf('20231229') - start + 1);

const CN = [
  ['MA5', 'MA5', 9.25, 6],
  ['MA10', 'MA10', 9.188, 6],
  ['MA20', 'MA20', 9.276, 6],
  ['MA60', 'MA60', 10.055333, 6],
  ['MACD', 'DIF', -0.186569, 6],
  ['MACD', 'DEA', -0.250686, 6],
  ['MACD', 'MACD', 0.128235, 6],
  ['RSI6', 'RSI6', 62.830026, 6],
  ['RSI12', 'RSI12', 49.017941, 6],
  ['RSI24', 'RSI24', 39.921797, 6],
  ['KDJ', 'K', 63.418233, 6],
  ['KDJ', 'D', 45.746194, 6],
  ['KDJ', 'J', 98.76231, 6],
  ['BOLL', 'BOLL', 9.276, 6],
  ['BOLL', 'BOLL_UP', 9.613258, 6],
  ['BOLL', 'BOLL_LOW', 8.938742, 6],
  ['ATR14', 'ATR14', 0.168571, 6],
  ['CCI14', 'CCI14', 155.3116424931, 10],
  ['WR10', 'WR10', 18.367347, 6],
  ['WR6', 'WR6', 19.565217, 6],
  ['MFI14', 'MFI14', 54.4562579574, 10],
  ['BIAS6', 'BIAS6', 1.60505, 6],
  ['BIAS12', 'BIAS12', 2.213353, 6],
  ['BIAS24', 'BIAS24', 0.369661, 6],
  ['VWAP', 'VWAP', 9.406736, 6],
  ['VWAP20', 'VWAP20', 9.280571, 6],
] as const;

const TALIB = [
  ['EMA12', 'EMA12', 9.269942017, 9],
  ['MACD', 'DIF', -0.1865688069, 10],
  ['MACD', 'DEA', -0.250686394, 10],
  ['MACD', 'MACD', 0.0641175871, 10],
  ['RSI14', 'RSI14', 46.3551584069, 10],
  ['BOLL', 'BOLL', 9.276, 6],
  ['BOLL', 'BOLL_UP', 9.604719, 6],
  ['BOLL', 'BOLL_LOW', 8.947281, 6],
  ['ATR14', 'ATR14', 0.1598503933, 10],
  ['CCI14', 'CCI14', 155.3116424931, 10],
  ['WR14', 'WR14', -21.568627451, 10],
  ['OBV', 'OBV', -2_097_947_898, 0],
  ['MFI14', 'MFI14', 54.4562579574, 10],
  // The table was made in yuan and has 23.2276730807 and 44.0672624322: on 2023-06-30 high and low both moved by 0.02,
  // and there a binary fraction decided. These two are TA-Lib's on whole cents.
  ['DMI', 'PDI', 23.2275818193, 10],
  ['DMI', 'MDI', 26.5725663041, 10],
  ['DMI', 'ADX', 44.068507207, 10],
] as const;

function last(indicator: string, column: string, mode: IndicatorMode): number {
  return computeIndicators(bars, [indicator], mode).columns[column]?.values.at(-1) ?? Number.NaN;
}

/** Equal to the digits that the table prints. */
function expectDigits(actual: number, expected: number, digits: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(0.5 * 10 ** -digits * (1 + 1e-6));
}

describe('the table of 000001.SZ in 2023', () => {
  it('has 242 bars', () => expect(bars.close.length).toBe(242));

  it.each(CN)('cn %s: the last %s is %d', (indicator, column, expected, digits) =>
    expectDigits(last(indicator, column, 'cn'), expected, digits),
  );

  it.each(TALIB)('talib %s: the last %s is %d', (indicator, column, expected, digits) =>
    expectDigits(last(indicator, column, 'talib'), expected, digits),
  );

  it('begins RSI14 of TA-Lib with 79.2372881356 at the 15th bar', () => {
    const column = computeIndicators(bars, ['RSI14'], 'talib').columns['RSI14'];
    expectDigits(column?.values[14] ?? Number.NaN, 79.2372881356, 10);
  });
});
