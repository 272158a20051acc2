import { describe, expect, it } from 'vitest';
import { boardOf, canonicalSymbol, codeOf, exchangeOf, kindOf } from './symbol.ts';

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

describe('boardOf', () => {
  it.each([
    ['600000.SH', 'main'],
    ['601318.SH', 'main'],
    ['603986.SH', 'main'],
    ['605117.SH', 'main'],
    ['000001.SZ', 'main'],
    ['001979.SZ', 'main'],
    ['002415.SZ', 'main'],
    ['003816.SZ', 'main'],
    ['688981.SH', 'star'],
    ['689009.SH', 'star'],
    ['300750.SZ', 'chinext'],
    ['301236.SZ', 'chinext'],
    ['302132.SZ', 'chinext'],
    ['430047.BJ', 'bse'],
    ['835185.BJ', 'bse'],
    ['920002.BJ', 'bse'],
    ['900901.SH', 'b-share'],
    ['200596.SZ', 'b-share'],
    ['000001.SH', 'index'],
    ['399006.SZ', 'index'],
    ['510300.SH', 'unknown'],
    ['159915.SZ', 'unknown'],
  ])('says that %s is of board %s', (symbol, board) => {
    expect(boardOf(symbol)).toBe(board);
  });
});
