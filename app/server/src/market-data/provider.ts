import type { SymbolKind } from '../common/market/symbol.ts';

/** Who published a number: an upstream of the live source, or the sample. */
export type Origin = 'sample' | 'eastmoney' | 'sina' | 'tencent' | 'exchange';

/** Why there is nothing, as far as the source and what is stored can tell. */
export type EmptyReason =
  /** The source knows no such symbol. */
  | 'not_listed'
  /** The symbol is listed, or nobody knows, and the source has no rows of it. */
  | 'no_series'
  /** Listed, and halted for the whole range. */
  | 'suspended'
  /** The market was closed on every day of the range. */
  | 'no_trading_in_range'
  /** Nothing that is known explains it: the upstream has none, or failed in silence. */
  | 'upstream_empty';

/** An answer of the source and where it came from; `fetchedAt` is when the upstream was asked. */
export type Fetched<Value> = {
  readonly origin: Origin;
  /** The upstream's function or file, for example `stock_zh_a_hist`. */
  readonly operation: string;
  readonly fetchedAt: Date;
  /** True: the source cannot be asked just now, and this is its last good answer. */
  readonly stale?: boolean;
} & (
  | { readonly outcome: 'data'; readonly value: Value }
  | { readonly outcome: 'empty'; readonly reason: EmptyReason }
);

/** What was answered, or `nothing` where the source has nothing. */
export function valueOr<Value>(answer: Fetched<Value>, nothing: Value): Value {
  return answer.outcome === 'data' ? answer.value : nothing;
}

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

/** Civil dates of the exchange, both inclusive; undefined: as far as the source goes. */
export interface DateRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** One minute, at its end: `at` is `YYYY-MM-DD HH:MM:SS` of the exchange (Asia/Shanghai). Units as of {@link Bar}. */
export interface MinuteBar extends Omit<Bar, 'date'> {
  readonly at: string;
}

export type MinuteRow = { readonly rowNumber: number; readonly raw: unknown } & (
  | { readonly bar: MinuteBar; readonly malformed?: undefined }
  | { readonly bar?: undefined; readonly malformed: string }
);

/** Terms per share held before the ex-date; before tax. */
export interface CorporateAction {
  readonly exDate: string;
  readonly recordDate?: string | undefined;
  readonly announcedOn?: string | undefined;
  /** 派息, yuan. */
  readonly cashPerShare: number;
  /** 送股, shares. */
  readonly bonusPerShare: number;
  /** 转增, shares. */
  readonly conversionPerShare: number;
  /** 配股, shares, and its price in yuan. */
  readonly rightsPerShare: number;
  readonly rightsPrice?: number | undefined;
  /** False where the exchange computed no reference price (股权分置改革). */
  readonly adjustsPrice: boolean;
  readonly note?: string | undefined;
}

/** All corporate actions of a symbol from a date on. */
export interface CorporateActions {
  /** From this date on none is missing. */
  readonly completeFrom: string;
  /** Up to this date; undefined: up to the day of the answer. */
  readonly completeUntil?: string | undefined;
  readonly actions: readonly CorporateAction[];
}

/** A quote of a whole-market snapshot; undefined is what the source has not. Rates in percent. */
export interface Quote {
  readonly symbol: string;
  readonly name: string;
  readonly last: number | undefined;
  readonly open: number | undefined;
  readonly high: number | undefined;
  readonly low: number | undefined;
  readonly previousClose: number | undefined;
  /** Shares. */
  readonly volume: number | undefined;
  /** Yuan. */
  readonly amount: number | undefined;
  readonly volumeRatio: number | undefined;
  readonly turnoverRate: number | undefined;
  readonly peDynamic: number | undefined;
  readonly pb: number | undefined;
  /** Yuan. */
  readonly marketCap: number | undefined;
  readonly floatCap: number | undefined;
}

export interface MarketSnapshot {
  readonly tradeDate: string;
  /** False while the day is still trading. */
  readonly final: boolean;
  readonly quotes: readonly Quote[];
}

/** Facts of one company; undefined is what the source has not. */
export interface SymbolProfile {
  readonly name: string | undefined;
  readonly industry: string | undefined;
  readonly listedOn: string | undefined;
  readonly totalShares: number | undefined;
  readonly floatShares: number | undefined;
}

/** One day of valuation history; ratios are plain numbers (not percent), capital in yuan, shares in shares. */
export interface Valuation {
  readonly date: string;
  readonly close: number | undefined;
  readonly peTTM: number | undefined;
  readonly peStatic: number | undefined;
  readonly pb: number | undefined;
  readonly ps: number | undefined;
  readonly pcf: number | undefined;
  readonly peg: number | undefined;
  readonly marketCap: number | undefined;
  readonly floatCap: number | undefined;
  readonly totalShares: number | undefined;
  readonly floatShares: number | undefined;
}

/** One number of one report. */
export interface Fundamental {
  readonly reportDate: string;
  /** The upstream's group, for example 常用指标. */
  readonly category: string;
  /** The upstream's name, for example 归母净利润. */
  readonly item: string;
  readonly value: number;
  /** `元`, `%`, `元/股`, `次`, … ; `未知` where the source does not say. */
  readonly unit: string;
}

export interface NewsItem {
  readonly url: string;
  readonly title: string;
  readonly excerpt: string;
  readonly publisher: string | undefined;
  readonly publishedAt: Date;
}

export interface Halt {
  readonly symbol: string;
  readonly from: string;
  /** Last day without trading; undefined while it goes on. */
  readonly to: string | undefined;
  readonly reason: string | undefined;
}

/** What a source may be able to tell beside symbols and daily bars. */
export type Offer =
  | 'minutes'
  | 'tradingDays'
  | 'corporateActions'
  | 'snapshot'
  | 'profile'
  | 'valuations'
  | 'fundamentals'
  | 'news'
  | 'halts';

/**
 * Where market data comes from. An adapter translates the source's units and spelling and nothing else: it does not
 * judge, drop or repair rows. Every call throws SourceError when the source cannot be read, and ends with `signal`.
 */
export interface MarketDataProvider {
  /** Name in answers and in the database: `sample` or `aktools`. */
  readonly source: string;
  /** What beside symbols and daily rows can be asked for; asking for another throws. */
  readonly offers: ReadonlySet<Offer>;
  /** Changes when the source has something new; a load of the same fingerprint need not be repeated. */
  fingerprint(): Promise<string>;
  listSymbols(signal?: AbortSignal): Promise<Fetched<readonly SymbolListing[]>>;
  /** Symbols that have daily bars, in canonical form. */
  listSeries(signal?: AbortSignal): Promise<readonly string[]>;
  /** Daily rows of a symbol in the order of the source. */
  dailyRows(symbol: string, range?: DateRange, signal?: AbortSignal): Promise<Fetched<readonly SourceRow[]>>;
  minuteRows(symbol: string, signal?: AbortSignal): Promise<Fetched<readonly MinuteRow[]>>;
  tradingDays(signal?: AbortSignal): Promise<Fetched<readonly string[]>>;
  corporateActions(symbol: string, signal?: AbortSignal): Promise<Fetched<CorporateActions>>;
  snapshot(signal?: AbortSignal): Promise<Fetched<MarketSnapshot>>;
  profile(symbol: string, signal?: AbortSignal): Promise<Fetched<SymbolProfile>>;
  valuations(symbol: string, signal?: AbortSignal): Promise<Fetched<readonly Valuation[]>>;
  fundamentals(symbol: string, signal?: AbortSignal): Promise<Fetched<readonly Fundamental[]>>;
  news(symbol: string, signal?: AbortSignal): Promise<Fetched<readonly NewsItem[]>>;
  halts(date: string, signal?: AbortSignal): Promise<Fetched<readonly Halt[]>>;
}

export const MARKET_DATA_PROVIDER = Symbol('MarketDataProvider');
