/** Kinds of listed instruments that have daily bars. */
export type SymbolKind = 'stock' | 'index';

export const EXCHANGES = ['SH', 'SZ', 'BJ'] as const;

/** The one canonical form: six digits, a dot, the exchange. */
export const SYMBOL_PATTERN = new RegExp(String.raw`^\d{6}\.(${EXCHANGES.join('|')})$`);

/** `600519.sh` of a source becomes `600519.SH`; undefined for anything that is not an A-share instrument. */
export function canonicalSymbol(text: string): string | undefined {
  const upper = text.toUpperCase();
  return SYMBOL_PATTERN.test(upper) ? upper : undefined;
}

export function codeOf(symbol: string): string {
  return symbol.slice(0, 6);
}

export function exchangeOf(symbol: string): string {
  return symbol.slice(7);
}

/** The exchanges number their indices 000xxx.SH and 399xxx.SZ; 000xxx.SZ are stocks. */
export function kindOf(symbol: string): SymbolKind {
  return /^(000\d{3}\.SH|399\d{3}\.SZ)$/.test(symbol) ? 'index' : 'stock';
}

/**
 * Where a symbol is listed: main board, ChiNext (创业板), STAR market (科创板), Beijing (北交所), whose rules of trading
 * differ; `unknown` is what no number range of an exchange holds, such as a fund.
 */
export type Board = 'main' | 'chinext' | 'star' | 'bse' | 'b-share' | 'index' | 'unknown';

/**
 * Number ranges of the exchanges. 002xxx was the SME board until it joined the main board on 2021-04-06 and always
 * traded by the main board's rules; Beijing moved its companies from 43, 83 and 87 to 920 in 2025.
 */
const BOARD_CODES: readonly (readonly [Board, RegExp])[] = [
  ['main', /^(60[0135]\d{3}\.SH|00[0-3]\d{3}\.SZ)$/],
  ['chinext', /^30[0-2]\d{3}\.SZ$/],
  ['star', /^68[89]\d{3}\.SH$/],
  ['bse', /^(43|83|87|92)\d{4}\.BJ$/],
  ['b-share', /^(900\d{3}\.SH|200\d{3}\.SZ)$/],
];

export function boardOf(symbol: string): Board {
  if (kindOf(symbol) === 'index') return 'index';
  return BOARD_CODES.find(([, codes]) => codes.test(symbol))?.[0] ?? 'unknown';
}
