import { client } from './client.ts';
import { queryText } from './http.ts';

/** What every answer of the API carries: the date of the data, where it comes from and whether it is older than it should be. */
export interface Provenance {
  readonly asOf: string | null;
  readonly source: string;
  readonly stale: boolean;
}

export interface SymbolItem {
  readonly symbol: string;
  readonly name: string;
  readonly exchange: string;
  readonly kind: string;
  readonly board: string;
  readonly specialTreatment: boolean;
  readonly listingStatus: string;
  readonly industry: string | null;
  /** From this date on prices can be adjusted; null: they cannot. */
  readonly factorsKnownFrom: string | null;
  /** Up to this date; a later ex-date may be missing. */
  readonly factorsKnownUntil: string | null;
  readonly bars: number;
  readonly firstBar: string | null;
  readonly lastBar: string | null;
}

/** Prices in yuan and amount in yuan as decimal strings, volume in shares. */
export interface Bar {
  readonly date: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: number;
  readonly amount: string;
  /** The day was not over. */
  readonly partial: boolean;
}

/** Days without trading, both included; `to` is null while it goes on. */
export interface Halt {
  readonly from: string;
  readonly to: string | null;
  readonly reason: string | null;
}

/** Terms per share. */
export interface ExDate {
  readonly date: string;
  readonly cashPerShare: number;
  readonly bonusPerShare: number;
  readonly conversionPerShare: number;
  readonly rightsPerShare: number;
}

export type Adjust = 'none' | 'qfq' | 'hfq';
export type Period = 'daily' | 'weekly' | 'monthly';

/** Which bars of a symbol, and at which scale of prices; indicators are of the same. */
export interface Series {
  readonly adjust: Adjust;
  readonly period: Period;
  readonly from?: string | undefined;
  /** The newest so many. */
  readonly limit?: number;
}

export interface BarPage extends Page<Bar> {
  readonly adjust: Adjust;
  readonly factorsKnownFrom: string | null;
  /** Bars that cannot be adjusted and are left out. */
  readonly omittedBars: number;
  readonly halts: readonly Halt[];
  readonly exDates: readonly ExDate[];
}

export interface IndexQuote {
  readonly symbol: string;
  readonly name: string;
  /** Of its bar: the day before while the day of the overview is still trading. */
  readonly date: string;
  readonly last: number;
  readonly changePercent: number | null;
}

export interface Mover {
  readonly symbol: string;
  readonly name: string;
  readonly last: number;
  readonly changePercent: number;
  readonly amount: number | null;
}

export interface Industry {
  readonly name: string;
  readonly changePercent: number;
  readonly up: number;
  readonly down: number;
}

/** The whole market in the newest snapshot; `asOf` is null before there is one. */
export interface Overview extends Provenance {
  readonly final: boolean;
  readonly shares: number;
  readonly breadth: Readonly<Record<'up' | 'down' | 'flat' | 'halted' | 'unpriced', number>>;
  readonly turnover: number;
  readonly indices: readonly IndexQuote[];
  readonly limitUp: readonly Mover[];
  readonly limitDown: readonly Mover[];
  readonly gainers: readonly Mover[];
  readonly losers: readonly Mover[];
  readonly mostTraded: readonly Mover[];
  readonly industries: readonly Industry[];
}

export interface IndicatorRow {
  readonly date: string;
  readonly values: Readonly<Record<string, number | null>>;
}

/** What a column is, in words for the reader. */
export interface IndicatorDefinition {
  readonly name: string;
  readonly title: string;
  readonly mode: 'cn' | 'talib';
  readonly formula: string;
  readonly notes: readonly string[];
  readonly ddof: 0 | 1 | null;
}

export interface IndicatorColumn {
  readonly name: string;
  /** Date of the first stable value; null where the history ends before. */
  readonly stableFrom: string | null;
  readonly definition: IndicatorDefinition;
}

export interface IndicatorPage extends Page<IndicatorRow> {
  readonly columns: readonly IndicatorColumn[];
}

export interface Reason {
  readonly id: string;
  readonly text: string;
  readonly points: number;
  readonly evidence: Readonly<Record<string, number>>;
}

export interface RuleAnalysis extends Provenance {
  readonly symbol: string;
  /** What its prices were: it is always of daily bars, whatever the chart shows. */
  readonly adjust: Adjust;
  readonly score: number;
  readonly action: string;
  readonly reasons: readonly Reason[];
  readonly dataGaps?: readonly string[];
  readonly disclaimer: string;
}

export interface Ingestion {
  readonly kind: string;
  readonly status: string;
  readonly attempts: number;
  readonly rowsDone: number;
  /** What went wrong at the last attempt. */
  readonly error: string | null;
  /** When a run goes on that waits for its source. */
  readonly resumesAt: string | null;
}

export interface Page<T> extends Provenance {
  readonly items: readonly T[];
}

const get = <T>(path: string, signal: AbortSignal): Promise<T> => client.send<T>(path, { signal });

const at = (symbol: string): string => encodeURIComponent(symbol);

/** What is answered without a wish is not asked for. */
const series = ({ adjust, period, from, limit }: Series): Record<string, string | undefined> => ({
  adjust: adjust === 'none' ? undefined : adjust,
  period: period === 'daily' ? undefined : period,
  from,
  limit: limit?.toString(),
});

export type MarketData = typeof api;

export const api = {
  symbols: (text: string, signal: AbortSignal): Promise<Page<SymbolItem>> =>
    get(`/api/v1/symbols${queryText({ query: text, limit: '20' })}`, signal),
  bars: (symbol: string, wanted: Series, signal: AbortSignal): Promise<BarPage> =>
    get(`/api/v1/bars/${at(symbol)}${queryText(series(wanted))}`, signal),
  indicators: (
    symbol: string,
    names: readonly string[],
    wanted: Series,
    signal: AbortSignal,
  ): Promise<IndicatorPage> =>
    get(
      `/api/v1/indicators/${at(symbol)}${queryText({ names: names.join(','), mode: 'cn', ...series(wanted) })}`,
      signal,
    ),
  overview: (signal: AbortSignal): Promise<Overview> => get('/api/v1/market/overview', signal),
  ruleAnalysis: (symbol: string, signal: AbortSignal): Promise<RuleAnalysis> =>
    get(`/api/v1/analyses/rule/${at(symbol)}`, signal),
  ingestions: (signal: AbortSignal): Promise<{ readonly items: readonly Ingestion[] }> =>
    get('/api/v1/ingestions', signal),
};
