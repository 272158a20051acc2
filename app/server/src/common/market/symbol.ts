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
