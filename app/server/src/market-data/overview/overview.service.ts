import { Inject, Injectable } from '@nestjs/common';
import { Versioned } from '../../common/conditional/versioned.ts';
import { boardOf } from '../../common/market/symbol.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { MarketCalendar } from '../market-calendar.ts';
import { isStale } from '../freshness.ts';
import { MARKET_DATA_SOURCE } from '../market-data-source.ts';
import { ROWS_VERSION } from '../store/rows-version.ts';
import { overviewOf, type OverviewQuote } from './market-overview.ts';
import type { IndexQuote, MarketOverview } from './overview.dto.ts';

/**
 * The newest whole snapshot ($1 source); its row is written with the last of its quotes. Industries and days of listing
 * are those of the symbols, and the bars of indices are written with their rows there.
 */
const STATE = `
  SELECT found.id::text, found.trade_date::text AS "tradeDate", found.taken_at AS "takenAt", found.final, found.origin,
         (SELECT ${ROWS_VERSION} FROM app.symbols WHERE source = $1) AS "symbolsVersion",
         (SELECT max(last_bar)::text FROM app.symbols WHERE source = $1 AND last_bar IS NOT NULL) AS "newestBar"
    FROM (VALUES (1)) AS one
    LEFT JOIN (SELECT * FROM app.market_snapshots WHERE source = $1
                ORDER BY trade_date DESC, taken_at DESC LIMIT 1) AS found ON true`;

/** $1 source, $2 snapshot, $3 its day, by which its partition is known. */
const QUOTES = `
  SELECT quote.symbol, quote.name, stored.industry, coalesce(stored.listed_on, stored.first_bar)::text AS "listedOn",
         quote.last::float8, quote.previous_close::float8 AS "previousClose", quote.volume::float8, quote.amount::float8,
         quote.turnover_rate AS "turnoverRate"
    FROM app.snapshot_quotes AS quote
    LEFT JOIN app.symbols AS stored ON stored.source = $1 AND stored.symbol = quote.symbol
   WHERE quote.snapshot_id = $2::bigint AND quote.trade_date = $3::date`;

/** The last two bars up to the day ($2) of each index that is looked at ($3). */
const INDICES = `
  SELECT stored.symbol, stored.name, bars.dates[1]::text AS date, bars.closes[1] AS last, bars.amounts[1] AS amount,
         round(((bars.closes[1] / bars.closes[2] - 1) * 100)::numeric, 4)::float8 AS "changePercent"
    FROM unnest($3::text[]) WITH ORDINALITY AS wanted (symbol, place)
    JOIN app.symbols AS stored ON stored.source = $1 AND stored.symbol = wanted.symbol
   CROSS JOIN LATERAL (
     SELECT array_agg(trade_date ORDER BY trade_date DESC) AS dates, array_agg(close::float8 ORDER BY trade_date DESC) AS closes,
            array_agg(amount::float8 ORDER BY trade_date DESC) AS amounts
       FROM (SELECT trade_date, close, amount FROM app.daily_bars
              WHERE source = $1 AND symbol = wanted.symbol AND trade_date <= $2::date
              ORDER BY trade_date DESC LIMIT 2) AS newest) AS bars
   WHERE bars.dates IS NOT NULL
   ORDER BY wanted.place`;

/** 上证指数, 深证成指, 创业板指, 科创50, 沪深300, 中证500, 中小100. */
const INDEX_SYMBOLS = [
  '000001.SH',
  '399001.SZ',
  '399006.SZ',
  '000688.SH',
  '000300.SH',
  '000905.SH',
  '399005.SZ',
];

interface State {
  readonly id: string | null;
  readonly tradeDate: string | null;
  readonly takenAt: Date | null;
  readonly final: boolean;
  readonly origin: string;
  readonly symbolsVersion: string;
  readonly newestBar: string | null;
}

type Content = Omit<MarketOverview, 'stale'>;

/** Before the first whole snapshot. */
const NOTHING = {
  asOf: null,
  takenAt: null,
  final: false,
  origin: null,
  stale: true,
  ...overviewOf([], ''),
  indices: [],
};

@Injectable()
export class OverviewService {
  /** A snapshot does not change and everybody asks for the newest. */
  private newest: { readonly version: string; readonly content: Promise<Content> } | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(MARKET_DATA_SOURCE) private readonly source: string,
    private readonly calendar: MarketCalendar,
  ) {}

  async find(): Promise<Versioned<MarketOverview>> {
    const [state] = await this.database.query<State>(STATE, [this.source]);
    // A page asks for it before there is one, so that is an answer and no failure.
    if (state === undefined || state.id === null || state.tradeDate === null)
      return new Versioned('none', () => ({ ...NOTHING, source: this.source }));
    const lastCompleted = await this.calendar.lastCompletedDay();
    const { tradeDate: lastBar, newestBar } = state;
    const facts = { source: this.source, lastBar, newestBar, haltedFrom: null, lastCompleted };
    const stale = isStale(facts, await this.calendar.current());
    const version = `${state.id} ${state.symbolsVersion}`;
    return new Versioned(`${version} ${newestBar} ${stale}`, async () => ({
      ...(await this.contentOf(version, state, lastBar)),
      stale,
    }));
  }

  private contentOf(version: string, state: State, date: string): Promise<Content> {
    if (this.newest?.version === version) return this.newest.content;
    const content = this.read(state, date);
    this.newest = { version, content };
    // A failure is not kept: the next one asks again.
    content.catch(() => (this.newest = undefined));
    return content;
  }

  private async read({ id, takenAt, final, origin }: State, date: string): Promise<Content> {
    const calendar = await this.calendar.current();
    const quotes = await this.database.query<Omit<OverviewQuote, 'board' | 'session'>>(QUOTES, [
      this.source,
      id,
      date,
    ]);
    const indices = await this.database.query<IndexQuote>(INDICES, [this.source, date, INDEX_SYMBOLS]);
    const sessionOf = (listedOn: string | null): number | null =>
      listedOn === null ? null : (calendar.tradingDaysBetween(listedOn, date)?.length ?? null);
    const shares = quotes.map((quote) =>
      Object.assign({}, quote, { board: boardOf(quote.symbol), session: sessionOf(quote.listedOn) }),
    );
    return {
      asOf: date,
      takenAt: (takenAt ?? new Date(0)).toISOString(),
      final,
      source: this.source,
      origin,
      ...overviewOf(
        shares.filter(({ board }) => board !== 'index'),
        date,
      ),
      indices,
    };
  }
}
