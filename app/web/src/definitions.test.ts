import { describe, expect, it } from 'vitest';
import type { IndicatorColumn, IndicatorDefinition } from './api.ts';
import { distinct, inFull, inShort, isStable } from './definitions.ts';

const boll: IndicatorDefinition = {
  name: 'BOLL',
  title: '布林带',
  mode: 'cn',
  formula: 'BOLL:MA(CLOSE,20)',
  notes: ['STD 为样本标准差，分母 N-1'],
  ddof: 1,
};
const column = (
  name: string,
  definition = boll,
  stableFrom: string | null = '2024-01-02',
): IndicatorColumn => ({
  name,
  stableFrom,
  definition,
});

describe('the definition of what is drawn', () => {
  it('stands once for all of its columns', () => {
    const ma: IndicatorDefinition = { ...boll, name: 'MA5', ddof: null };
    expect(distinct([column('BOLL'), column('BOLL_UP'), column('MA5', ma)])).toEqual([boll, ma]);
  });

  it('tells school and denominator in short, and everything in full', () => {
    expect(inShort(boll)).toBe('国内软件口径，标准差分母 N-1');
    expect(inShort({ ...boll, mode: 'talib', ddof: 0 })).toBe('TA-Lib 口径，标准差分母 N');
    expect(inShort({ ...boll, ddof: null })).toBe('国内软件口径');
    expect(inFull(boll)).toBe('BOLL 布林带（国内软件口径）；BOLL:MA(CLOSE,20)；STD 为样本标准差，分母 N-1');
  });

  it('is stable from its date on, and never where there is none', () => {
    expect(isStable(column('BOLL'), '2024-01-02')).toBe(true);
    expect(isStable(column('BOLL'), '2024-01-01')).toBe(false);
    expect(isStable(column('BOLL', boll, null), '2024-01-02')).toBe(false);
  });
});
