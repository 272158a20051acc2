import { describe, expect, it } from 'vitest';
import { canonicalSymbol, codeOf, exchangeOf, kindOf } from './symbol.ts';

describe('canonicalSymbol', () => {
  it('writes the exchange in capitals', () => {
    expect(canonicalSymbol('600519.sh')).toBe('600519.SH');
  });

  it.each(['600519', '600519.HK', '60051.SH', 'sh600519', 'ICL8.cfe', "600519.SH' OR 1=1", ''])(
    'knows no %j',
    (text) => {
      expect(canonicalSymbol(text)).toBeUndefined();
    },
  );
});

describe('parts of a symbol', () => {
  it('are code and exchange', () => {
    expect([codeOf('600519.SH'), exchangeOf('600519.SH')]).toEqual(['600519', 'SH']);
  });
});

describe('kindOf', () => {
  it.each([
    ['000001.SH', 'index'],
    ['000300.SH', 'index'],
    ['399001.SZ', 'index'],
    ['000001.SZ', 'stock'],
    ['600000.SH', 'stock'],
    ['300750.SZ', 'stock'],
  ])('says that %s is of kind %s', (symbol, kind) => {
    expect(kindOf(symbol)).toBe(kind);
  });
});
