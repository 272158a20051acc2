import { codeOf, exchangeOf, kindOf, SYMBOL_PATTERN } from '../../common/market/symbol.ts';
import { SourceError } from '../source-error.ts';
import type { SymbolListing } from '../provider.ts';

/** Number ranges of A shares by exchange: the upstream's lists give six digits and no market. */
const RANGES: readonly (readonly [string, RegExp])[] = [
  ['SH', /^(60|68)\d{4}$/],
  ['SZ', /^(00|30)\d{4}$/],
  ['BJ', /^(43|83|87|88|92)\d{4}$/],
];

/** `600519` becomes `600519.SH`; undefined for what is no A share (B shares, funds, bonds). */
export function symbolOfCode(code: string): string | undefined {
  const exchange = RANGES.find(([, codes]) => codes.test(code))?.[0];
  return exchange === undefined ? undefined : `${code}.${exchange}`;
}

/**
 * A code is cut out of a symbol, so what is no symbol has to be refused before: half of it might be a code.
 * @throws SourceError `refused`
 */
export function checkedSymbol(symbol: string): string {
  if (SYMBOL_PATTERN.test(symbol)) return symbol;
  throw new SourceError('the request', {
    failure: 'refused',
    cause: `${JSON.stringify(symbol.slice(0, 40))} is no symbol such as 600519.SH`,
  });
}

/**
 * Six digits name a stock to the upstream: those of 000001.SH, the index, would be answered with 000001.SZ, a bank.
 * @throws SourceError `not_offered` for an index, `refused` for what is no symbol
 */
export function stockCode(symbol: string): string {
  if (kindOf(checkedSymbol(symbol)) === 'stock') return codeOf(symbol);
  throw new SourceError(`what is asked of ${symbol}`, {
    failure: 'not_offered',
    cause: `${symbol} is an index`,
  });
}

/** As Sina and Tencent write it: `sh600519`. */
export function prefixedCode(symbol: string): string {
  return exchangeOf(symbol).toLowerCase() + codeOf(symbol);
}

/** The upstream lists stocks only; these are the indices that the platform knows beside them. */
const INDEX_NAMES: Readonly<Record<string, string>> = {
  '000001.SH': '上证指数',
  '000016.SH': '上证50',
  '000300.SH': '沪深300',
  '000688.SH': '科创50',
  '000852.SH': '中证1000',
  '000905.SH': '中证500',
  '399001.SZ': '深证成指',
  '399005.SZ': '中小100',
  '399006.SZ': '创业板指',
};

export const INDICES: readonly SymbolListing[] = Object.entries(INDEX_NAMES).map(([symbol, name]) => ({
  symbol,
  name,
  kind: 'index',
  pinyin: undefined,
}));
