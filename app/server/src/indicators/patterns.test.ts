import { describe, expect, it } from 'vitest';
import { computeIndicators, INDICATOR_MODES, listIndicators } from './index.ts';
import { barsOf, expectedPattern, manifest } from './testing/golden.ts';
import { seriesOf } from './testing/series.ts';

const names = listIndicators('talib')
  .filter(({ isPattern }) => isPattern)
  .map(({ spelling }) => spelling);

const computed = manifest.patterns.series.map((series) => ({
  series,
  columns: computeIndicators(barsOf(series), ['CDL'], 'talib').columns,
}));

describe('candlestick patterns equal TA-Lib', () => {
  it('are all that CDL asks for, in both modes', () => {
    expect(names.length).toBeGreaterThanOrEqual(20);
    const [first] = manifest.patterns.series;
    if (!first) throw new Error('the manifest has no series for patterns');
    for (const mode of INDICATOR_MODES)
      expect(Object.keys(computeIndicators(barsOf(first), ['CDL'], mode).columns)).toEqual(names);
  });

  it.each(names)('%s at every bar of five histories and of 30,000 made bars', (name) => {
    let found = 0;
    for (const { series, columns } of computed) {
      const column = columns[name];
      const lookback = manifest.patterns.lookbacks[name];
      expect(column?.firstIndex).toBe(lookback);
      const ours = column?.values.subarray(lookback) ?? new Float64Array();
      const theirs = expectedPattern(series, name).subarray(lookback);
      expect(ours.findIndex((value, index) => value !== theirs[index])).toBe(-1);
      found += theirs.filter((value) => value !== 0).length;
    }
    // A pattern that never occurs would prove nothing.
    expect(found).toBeGreaterThan(0);
  });
});

describe('the values of a pattern', () => {
  const valuesSeen = (name: string): number[] =>
    [...new Set(computed.flatMap(({ columns }) => Array.from(columns[name]?.values ?? [])))]
      .filter((value) => !Number.isNaN(value))
      .sort((a, b) => a - b);

  it.each([
    ['CDLENGULFING', [-100, -80, 0, 80, 100]],
    ['CDLHARAMI', [-100, -80, 0, 80, 100]],
    ['CDLHIKKAKE', [-200, -100, 0, 100, 200]],
    ['CDLHAMMER', [0, 100]],
    ['CDLHANGINGMAN', [-100, 0]],
  ])('%s are %j', (name, values) => expect(valuesSeen(name)).toEqual(values));

  it('do not depend on the noise of binary fractions: 8.20 to 8.50 is no longer than 0.30 a day before', () => {
    const length = 12;
    // Ten bodies of 0.30 yuan at prices where their binary differences scatter, then one more.
    const open = Array.from({ length }, (_, index) => 820 + 7 * index);
    const bars = seriesOf(
      {
        open,
        close: open.map((cents) => cents + 30),
        high: open.map((cents) => cents + 30),
        low: open,
      },
      open,
    );
    const bodies = bars.close.map((close, index) => close - (bars.open[index] ?? 0));
    expect(new Set(bodies).size).toBeGreaterThan(1);
    const { columns } = computeIndicators(bars, ['CDLMARUBOZU'], 'talib');
    expect(columns['CDLMARUBOZU']?.values.subarray(10)).toEqual(Float64Array.of(0, 0));
  });
});
