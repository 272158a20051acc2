import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type BarSeries,
  computeIndicators,
  INDICATOR_MODES,
  type IndicatorMode,
  listIndicators,
  UnknownIndicatorError,
} from './index.ts';
import { cut, realBars } from './testing/series.ts';

const bars = cut(realBars('000151.sz'), 0, 120);
const none = cut(bars, 0, 0);
const columnsOf = (names: string[], mode: IndicatorMode = 'cn', of: BarSeries = none): string[] =>
  Object.keys(computeIndicators(of, names, mode).columns);

describe('names', () => {
  it.each([
    ['MA5', ['MA5']],
    ['MA(5)', ['MA5']],
    ['MACD', ['DIF', 'DEA', 'MACD']],
    ['MACD(12,26,9)', ['DIF', 'DEA', 'MACD']],
    ['MACD(5,34,5)', ['DIF(5,34,5)', 'DEA(5,34,5)', 'MACD(5,34,5)']],
    ['KDJ(9,3,3)', ['K', 'D', 'J']],
    ['BOLL(20,2)', ['BOLL', 'BOLL_UP', 'BOLL_LOW']],
    ['BOLL(20,2.5)', ['BOLL(20,2.5)', 'BOLL_UP(20,2.5)', 'BOLL_LOW(20,2.5)']],
    ['SMA(6,1)', ['SMA(6,1)']],
    ['BRAR', ['BR', 'AR']],
    ['BRAR26', ['BR', 'AR']],
    ['BRAR12', ['BR(12)', 'AR(12)']],
    ['VWAP', ['VWAP']],
    ['VWAP20', ['VWAP20']],
    ['VOLUME_RATIO', ['VOLUME_RATIO']],
    ['VOLUME_RATIO10', ['VOLUME_RATIO10']],
    ['CDL3INSIDE', ['CDL3INSIDE']],
  ])('%s gives %j', (name, columns) => expect(columnsOf([name])).toEqual(columns));

  it('count once however they are written', () => {
    expect(columnsOf(['MACD', 'MACD(12,26,9)', 'MA5', 'MA(5)'])).toEqual(['DIF', 'DEA', 'MACD', 'MA5']);
  });

  it.each([
    ['MA', 'it is written MAn, where N is a whole number from 1 to 500'],
    ['MA0', 'from 1 to 500'],
    ['MA501', 'from 1 to 500'],
    ['MA(5.5)', 'whole number'],
    ['MACD12', 'it is written MACD(SHORT,LONG,M)'],
    ['MACD(12,26)', 'it is written MACD(SHORT,LONG,M)'],
    ['MACD(26,12,9)', 'SHORT (26) must be below LONG (12)'],
    ['BOLL(20,11)', 'P is a number from 0.1 to 10'],
    ['BOLL(1,2)', 'N is a whole number from 2 to 500'],
    ['SMA(3,5)', 'M (5) must not be above N (3)'],
    ['OBV5', 'it is written OBV'],
    ['PSAR', 'mode cn does not define PSAR; mode talib does'],
    ['NOPE', 'there are MAn, EMAn,'],
    ['MA99999999', 'it is written MAn, where N is a whole number from 1 to 500'],
    ['MACD(99999,100000,9)', 'SHORT is a whole number from 1 to 500'],
    ['ma5', 'there are MAn'],
    ['CDLNOPE', 'CDL and names that begin so'],
    ['__proto__', 'there are MAn'],
    ['constructor', 'there are MAn'],
    ['', 'there are MAn'],
  ])('refuses %j and says why', (name, reason) => {
    const act = (): unknown => computeIndicators(none, ['MA5', name], 'cn');
    expect(act).toThrow(UnknownIndicatorError);
    expect(act).toThrow(`"${name}"`);
    expect(act).toThrow(reason);
  });

  it.each(['BIAS6', 'SMA(6,1)', 'PSY12', 'VR26', 'CR26', 'BRAR', 'VOLUME_RATIO', 'TURNOVER'])(
    'refuses %s in mode talib, which has no such definition',
    (name) => expect(() => computeIndicators(none, [name], 'talib')).toThrow('mode talib does not define'),
  );
});

describe('the list', () => {
  it.each(INDICATOR_MODES)('of mode %s can all be computed, each with the columns it announces', (mode) => {
    for (const { example, spelling } of listIndicators(mode)) {
      expect(columnsOf([example.name], mode, bars), spelling).toEqual(
        example.columns.map(({ name }) => name),
      );
      expect(example.formula, spelling).not.toBe('');
      expect(example.title, spelling).not.toBe('');
      expect(example.mode).toBe(mode);
    }
  });

  it('has every indicator that was asked of the project', () => {
    const stems = (mode: IndicatorMode): string[] =>
      listIndicators(mode).map(({ spelling }) => spelling.replace(/n$|\(.*$/, ''));
    const common = [
      'MA',
      'EMA',
      'WMA',
      'MACD',
      'RSI',
      'KDJ',
      'BOLL',
      'ATR',
      'DMI',
      'CCI',
      'WR',
      'MFI',
      'OBV',
      'ROC',
      'TRIX',
      'VWAP',
    ];
    const terminal = ['SMA', 'BIAS', 'PSY', 'VR', 'CR', 'BRAR', 'VOLUME_RATIO', 'TURNOVER'];
    expect(stems('cn')).toEqual(expect.arrayContaining([...common, ...terminal]));
    expect(stems('talib')).toEqual(expect.arrayContaining([...common, 'STOCH', 'PSAR']));
  });

  it('tells the definition in use: the same name means two things', () => {
    const definition = (name: string, column: string, mode: IndicatorMode) =>
      computeIndicators(none, [name], mode).columns[column]?.definition;
    expect(definition('BOLL', 'BOLL_UP', 'cn')).toMatchObject({ ddof: 1, parameters: { N: 20, P: 2 } });
    expect(definition('BOLL', 'BOLL_UP', 'talib')).toMatchObject({ ddof: 0 });
    expect(definition('MACD', 'MACD', 'cn')?.formula).toContain('MACD:(DIF-DEA)*2');
    expect(definition('MACD', 'MACD', 'talib')?.formula).toMatch(/MACD:\(DIF-DEA\)$/);
    expect(definition('OBV', 'OBV', 'cn')).toMatchObject({ volumeUnit: 'share', ddof: null });
  });
});

describe('docs/indicators.md', () => {
  const page = readFileSync(new URL('../../../../docs/indicators.md', import.meta.url), 'utf8');
  const cells = (text: string): string => text.replaceAll('|', String.raw`\|`);

  it.each(INDICATOR_MODES)('has a row for everything of mode %s', (mode) => {
    const [, section = ''] = page.split(`## Mode \`${mode}\``);
    for (const { spelling, isPattern, example } of listIndicators(mode)) {
      const place = isPattern ? page : (section.split('\n## ')[0] ?? '');
      const row = place.split('\n').find((line) => line.includes(`| \`${spelling}\``)) ?? '';
      expect(row, spelling).toContain(cells(example.formula));
      expect(row, spelling).toContain(example.title);
      for (const note of isPattern ? [] : example.notes) expect(row, spelling).toContain(note);
    }
  });
});

describe('stability', () => {
  it('is told per column, and of all columns together by the last', () => {
    const { columns, stableFrom } = computeIndicators(bars, ['MA5', 'EMA12', 'KDJ'], 'cn');
    const all = Object.values(columns).map((column) => column.stableFrom);
    expect(columns['MA5']).toMatchObject({ firstIndex: 4, stableFrom: 4 });
    expect(columns['EMA12']).toMatchObject({ firstIndex: 0, stableFrom: 56 });
    expect(stableFrom).toBe(Math.max(...all));
  });

  it('is not held up by a column without values, which says what the source lacks', () => {
    const { columns, stableFrom } = computeIndicators(bars, ['MA5', 'TURNOVER'], 'cn');
    expect(columns['TURNOVER']).toMatchObject({
      firstIndex: 120,
      missing: expect.stringContaining('流通股本'),
    });
    expect(columns['TURNOVER']?.values.every(Number.isNaN)).toBe(true);
    expect(stableFrom).toBe(4);
  });

  it('has a turnover in percent where float shares are known', () => {
    const floatShares = bars.volume.map((volume, index) => (index === 3 ? Number.NaN : volume * 50));
    const { columns } = computeIndicators({ ...bars, floatShares }, ['TURNOVER'], 'cn');
    expect(columns['TURNOVER']?.missing).toBeNull();
    expect([...(columns['TURNOVER']?.values.subarray(2, 5) ?? [])]).toEqual([2, Number.NaN, 2]);
  });
});
