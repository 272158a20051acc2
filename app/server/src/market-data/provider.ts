import type { SymbolKind } from '../common/market/symbol.ts';

export interface SymbolListing {
  readonly symbol: string;
  readonly name: string;
  readonly kind: SymbolKind;
  /** Initials of the name in pinyin, where the source has them. */
  readonly pinyin: string | undefined;
}

/** Prices in yuan (points for an index), volume in shares, amount in yuan; unadjusted. */
export interface Bar {
  readonly date: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly amount: number;
}

/** One row as the source has it, and the bar it stands for, or why it stands for none. */
export type SourceRow = { readonly rowNumber: number; readonly raw: unknown } & (
  | { readonly bar: Bar; readonly malformed?: undefined }
  | { readonly bar?: undefined; readonly malformed: string }
);

/**
 * Where symbols and bars come from. An adapter translates the source's units and spelling and nothing else: it does
 * not judge, drop or repair rows.
 */
export interface MarketDataProvider {
  /** Name in answers and in the database, for example `sample`. */
  readonly source: string;
  /** Changes when the source has something new; a load of the same fingerprint need not be repeated. */
  fingerprint(): Promise<string>;
  listSymbols(): Promise<readonly SymbolListing[]>;
  /** Symbols that have daily bars, in canonical form. */
  listSeries(): Promise<readonly string[]>;
  /** All daily rows of a symbol in the order of the source. */
  dailyRows(symbol: string): Promise<readonly SourceRow[]>;
}

export const MARKET_DATA_PROVIDER = Symbol('MarketDataProvider');
