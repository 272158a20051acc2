/**
 * Every column against its oracle at every bar: TA-Lib to 1e-9 relative or 1e-8 absolute from its lookback on and
 * nothing before; MyTT to 1e-6 from the bar on where both have forgotten how they began.
 */
import { describe, expect, it } from 'vitest';
import { computeIndicators, type IndicatorColumn, type IndicatorMode } from './index.ts';
import { barsOf, columnsOf, expectedOf, type GoldenSeries, manifest, valueCount } from './testing/golden.ts';
import { cut } from './testing/series.ts';

const TALIB = { relative: 1e-9, absolute: 1e-8 };
const MYTT = { relative: 1e-6, absolute: 1e-6 };

const STEMS: Readonly<Record<string, readonly string[]>> = {
  MACD: ['DIF', 'DEA', 'MACD'],
  KDJ: ['K', 'D', 'J'],
  STOCH: ['SLOWK', 'SLOWD'],
  BOLL: ['BOLL', 'BOLL_UP', 'BOLL_LOW'],
  DMI: ['PDI', 'MDI', 'ADX', 'ADXR'],
  BRAR: ['BR', 'AR'],
};

/** The name to ask for a column: `DEA(5,34,5)` belongs to `MACD(5,34,5)`. */
function nameOf(column: string): string {
  const [, line = '', numbers = ''] = /^([A-Z_]+)(.*)$/.exec(column) ?? [];
  const stem = Object.keys(STEMS).find((one) => STEMS[one]?.includes(line)) ?? line;
  return `${stem}${numbers}`;
}

const seriesIn = (mode: IndicatorMode) => manifest.series.filter(({ columns }) => columns[mode]);

function compute(series: GoldenSeries, mode: IndicatorMode): Readonly<Record<string, IndicatorColumn>> {
  const names = [...new Set(Object.keys(columnsOf(series, mode)).map(nameOf))];
  return computeIndicators(barsOf(series), names, mode).columns;
}

/** The oracles were given cents. */
const inOracleUnits = ({ unit }: IndicatorColumn, value: number): number =>
  unit === 'yuan' ? value * 100 : value;

function isSame(ours: number, theirs: number, { relative, absolute }: typeof TALIB): boolean {
  if (Number.isNaN(ours) || Number.isNaN(theirs)) return Number.isNaN(ours) && Number.isNaN(theirs);
  return Math.abs(ours - theirs) <= Math.max(relative * Math.abs(theirs), absolute);
}

/** Where a column and its oracle differ, in words; empty when they agree. */
function differences(
  series: GoldenSeries,
  begin: number,
  column: IndicatorColumn | undefined,
  from: number,
  tolerance: typeof TALIB,
): string[] {
  if (!column) return ['there is no such column'];
  const found: string[] = [];
  let compared = 0;
  for (const [index, theirs] of expectedOf(series, begin)) {
    if (index < from) continue;
    const ours = inOracleUnits(column, column.values[index] ?? Number.NaN);
    compared += Number.isNaN(theirs) ? 0 : 1;
    if (!isSame(ours, theirs, tolerance)) found.push(`bar ${index}: ${ours} instead of ${theirs}`);
  }
  return compared === 0 ? ['nothing was compared'] : found.slice(0, 5);
}

it('has golden files of at least four series with different histories, complete', () => {
  const whole = manifest.series.filter(({ every, made }) => every === undefined && made === undefined);
  expect(new Set(whole.map(({ symbol }) => symbol)).size).toBeGreaterThanOrEqual(4);
  expect(valueCount).toBe(manifest.values);
});

describe('talib equals TA-Lib', () => {
  describe.each(seriesIn('talib'))('$name', (series) => {
    const columns = compute(series, 'talib');

    it.each(Object.entries(columnsOf(series, 'talib')))('%s', (name, begin) => {
      expect(columns[name]?.firstIndex).toBe(manifest.lookbacks[name]);
      expect(differences(series, begin, columns[name], 0, TALIB)).toEqual([]);
    });
  });

  /** What a column has of the first bars of a series alone: indices and values. */
  function emitted(series: GoldenSeries, name: string, length: number): (readonly [number, number])[] {
    const { columns } = computeIndicators(cut(barsOf(series), 0, length), [nameOf(name)], 'talib');
    const column = columns[name];
    if (!column) throw new Error(`there is no column ${name}`);
    return [...column.values.entries()]
      .filter(([, value]) => !Number.isNaN(value))
      .map(([index, value]) => [index, inOracleUnits(column, value)] as const);
  }

  it.each(Object.entries(manifest.lookbacks))(
    '%s has no value of %i bars and one of the next',
    (name, lookback) => {
      for (const series of seriesIn('talib').filter(({ every }) => every === undefined)) {
        const theirs = expectedOf(series, columnsOf(series, 'talib')[name] ?? 0)[lookback]?.[1] ?? 0;
        expect(emitted(series, name, lookback)).toEqual([]);
        const [[index, ours] = [], ...more] = emitted(series, name, lookback + 1);
        expect([index, more]).toEqual([lookback, []]);
        expect(isSame(ours ?? Number.NaN, theirs, TALIB), `${ours} is ${theirs}`).toBe(true);
      }
    },
  );
});

/**
 * MyTT begins K and D when the window is full, we at the first bar. The difference, at most 100, fades by a third to a
 * half per bar in K and by a quarter at least in D and is below 1e-6 everywhere by then.
 */
const KDJ_BOTH_STABLE = 8 + 80;

describe('cn equals MyTT', () => {
  describe.each(seriesIn('cn'))('$name', (series) => {
    const columns = compute(series, 'cn');

    it.each(Object.entries(columnsOf(series, 'cn')))('%s', (name, begin) => {
      const stableFrom = columns[name]?.stableFrom ?? 0;
      const from = nameOf(name).startsWith('KDJ') ? KDJ_BOTH_STABLE : stableFrom;
      expect(differences(series, begin, columns[name], from, MYTT)).toEqual([]);
    });
  });
});
