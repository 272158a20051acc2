import { Injectable } from '@nestjs/common';
import { Versioned } from '../../common/conditional/versioned.ts';
import { FactorsUnknownError, NotStoredError } from '../../common/errors.ts';
import { checkRange, type Adjustment, type Period } from '../../common/market/series-query.ts';
import { MarketCalendar } from '../market-calendar.ts';
import { type KnownSymbol, SymbolsService } from '../symbols/symbols.service.ts';
import { type AppliedAdjustment, type BarColumns, type HistoryOptions, historyOf } from './bar-history.ts';
import { barListOf } from './bar-list.ts';
import type { BarList, BarsQuery } from './bars.dto.ts';
import { FloatShares } from './float-shares.ts';
import { impossibleMoves } from './impossible-moves.ts';
import { isLong } from './long-answers.ts';
import { partialBars } from './partial-bars.ts';
import { SeriesReader, type SymbolSeries } from './series-reader.ts';

/**
 * A whole history, oldest first, as numbers; what indicators are computed from. Volumes and amounts are on the scale of
 * the prices.
 */
export interface BarHistory extends BarColumns, AppliedAdjustment {
  readonly symbol: string;
  readonly name: string;
  readonly asOf: string | null;
  readonly source: string;
  readonly stale: boolean;
  /** Its prices are points. */
  readonly isIndex: boolean;
  /** Shares that could be traded, on the scale of `volume`, NaN where not known; absent: not asked for, or of no bar. */
  readonly floatShares?: Float64Array;
  /** From when all ex-dates are known; null: none is, and these prices are raw. */
  readonly factorsKnownFrom: string | null;
  readonly adjust: Adjustment;
  /** Whether the bar of a date will change, and with it what is computed from it. */
  isPartial(date: string): boolean;
  /** Recent days that only a change of rights explains; of raw prices. */
  impossibleMoves(): readonly string[];
}

/** A series that can be read, with a version that is known before it is. */
export interface SeriesHandle {
  readonly version: string;
  /** Whether an answer of that window takes long enough to be felt by others. */
  isLong(window: Pick<BarsQuery, 'period' | 'from' | 'limit'>): boolean;
  /** Every stored bar, whatever window is shown later: recursions start at the first one. */
  read(): Promise<BarHistory>;
}

@Injectable()
export class BarsService {
  constructor(
    private readonly symbols: SymbolsService,
    private readonly reader: SeriesReader,
    private readonly floatShares: FloatShares,
    private readonly calendar: MarketCalendar,
  ) {}

  /**
   * @throws NotStoredError for a symbol without bars
   * @throws FactorsUnknownError when prices are to be adjusted whose factors are not known
   */
  async list(text: string, query: BarsQuery): Promise<Versioned<BarList>> {
    checkRange(query);
    const known = await this.withBars(text);
    const knownFrom = factorsOf(known, query.adjust);
    const body = async (): Promise<BarList> => {
      const { series, columns } = await this.read(known, knownFrom, query);
      return barListOf(known, query, { series, columns, calendar: await this.calendar.current() });
    };
    return new Versioned(known.version, body, isLong(known, query));
  }

  /**
   * @param options `adjust: 'known'`: forward-adjusted where the factors are known, raw elsewhere
   * @throws NotStoredError for a symbol without bars
   * @throws FactorsUnknownError when prices are to be adjusted whose factors are not known
   */
  async series(
    text: string,
    options: {
      readonly period: Period;
      readonly adjust: Adjustment | 'known';
      readonly until?: string | undefined;
      readonly floatShares?: boolean;
    },
  ): Promise<SeriesHandle> {
    const known = await this.withBars(text);
    const adjust = options.adjust === 'known' ? bestOf(known, options.until) : options.adjust;
    const knownFrom = factorsOf(known, adjust);
    const { symbol, name, lastBar: asOf, source, stale, factorsKnownFrom, version } = known;
    const withFloat = options.floatShares === true;
    return {
      version: withFloat ? `${version} ${await this.floatShares.version(source, symbol)}` : version,
      isLong: (window) => isLong(known, window),
      read: async () => {
        const wanted = { ...options, adjust, volumes: 'split-adjusted' } as const;
        const { series, columns } = await this.read(known, knownFrom, wanted);
        const counts = withFloat ? await this.floatShares.of(source, symbol, series.days) : undefined;
        const float = counts && { floatShares: asVolumes(counts, { series, columns, knownFrom, wanted }) };
        const impossible = (): readonly string[] =>
          adjust === 'none' ? impossibleMoves(columns, known) : [];
        const isPartial = partialBars(series, await this.calendar.current(), options.period);
        const isIndex = known.kind === 'index';
        const facts = { symbol, name, asOf, source, stale, isIndex, factorsKnownFrom, adjust, isPartial };
        return { ...facts, impossibleMoves: impossible, ...columns, ...float };
      },
    };
  }

  /** @throws NotStoredError for a symbol that is known, and has no bars: an empty answer would look like a quiet one */
  private async withBars(text: string): Promise<KnownSymbol> {
    const known = await this.symbols.get(text);
    if (known.lastBar === null) throw new NotStoredError(known.symbol, 'daily bars', 'history');
    return known;
  }

  private async read(
    { source, symbol, version }: KnownSymbol,
    knownFrom: string | undefined,
    options: HistoryOptions,
  ): Promise<{ readonly series: SymbolSeries; readonly columns: BarColumns & AppliedAdjustment }> {
    const series = await this.reader.read(source, symbol, version);
    return { series, columns: historyOf(series, knownFrom, options) };
  }
}

/** Daily counts at the days of bars, adjusted for splits as volumes are: or a split would look like less turnover. */
function asVolumes(
  counts: Float64Array,
  from: {
    readonly series: SymbolSeries;
    readonly columns: BarColumns;
    readonly knownFrom: string | undefined;
    readonly wanted: HistoryOptions;
  },
): Float64Array {
  const series = { ...from.series, volume: counts };
  const { dates, volume } = historyOf(series, from.knownFrom, { ...from.wanted, period: 'daily' });
  const byDate = new Map(dates.map((date, index) => [date, volume[index] ?? Number.NaN]));
  return Float64Array.from(from.columns.dates, (date) => byDate.get(date) ?? Number.NaN);
}

/**
 * From when prices can be adjusted; undefined: not at all. Every factor is anchored at the last bar, so one ex-date that
 * may be missing before it would make the whole series wrong. An index has no rights that could go.
 */
function adjustableFrom(known: KnownSymbol): string | undefined {
  const { kind, factorsKnownFrom: from, factorsKnownUntil: until, firstBar, lastBar } = known;
  if (kind === 'index') return firstBar ?? undefined;
  if (from === null || until === null || lastBar === null) return undefined;
  return from <= lastBar && until >= lastBar ? from : undefined;
}

/** Raw as well where all that is asked for lies before the first known ex-date. */
function bestOf(known: KnownSymbol, until: string | undefined): Adjustment {
  const from = adjustableFrom(known);
  return from === undefined || (until !== undefined && until < from) ? 'none' : 'qfq';
}

function factorsOf(known: KnownSymbol, adjust: Adjustment): string | undefined {
  const from = adjustableFrom(known);
  if (adjust === 'none' || from !== undefined) return from;
  const { symbol, factorsKnownFrom, factorsKnownUntil, lastBar } = known;
  const which =
    factorsKnownFrom === null
      ? 'are not known'
      : `after ${factorsKnownUntil ?? factorsKnownFrom} are not known, and its bars go to ${lastBar ?? '?'}`;
  const detail = `adjust: the ex-dates of ${symbol} ${which}, so its prices cannot be adjusted; ask with adjust=none, or load them from a source that has them with POST /api/v1/ingestions {"symbols": ["${symbol}"]}`;
  throw new FactorsUnknownError(detail, [{ parameter: 'adjust', detail: 'must be none for this symbol' }]);
}
