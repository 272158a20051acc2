import { Inject, Injectable } from '@nestjs/common';
import { Versioned } from '../../common/conditional/versioned.ts';
import { InvalidParameterError, NotFoundError, NotLoadedError } from '../../common/errors.ts';
import { canonicalSymbol } from '../../common/market/symbol.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { MarketCalendar } from '../market-calendar.ts';
import { isStale } from '../freshness.ts';
import { MARKET_DATA_SOURCE } from '../market-data-source.ts';
import { FACTS, type FactsRow, type SymbolRow } from './symbol-facts.ts';
import { LIST_STATE, type ListState, SEARCH, type SearchRow } from './symbol-search.ts';
import type { SymbolAnswer, SymbolList, SymbolsQuery } from './symbols.dto.ts';

/** A symbol that is stored, and what every answer about it says. */
export interface KnownSymbol extends SymbolRow {
  readonly source: string;
  readonly stale: boolean;
  /** Changes with everything that is stored of the symbol, and with `stale`. */
  readonly version: string;
}

@Injectable()
export class SymbolsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(MARKET_DATA_SOURCE) private readonly source: string,
    private readonly calendar: MarketCalendar,
  ) {}

  /** @throws InvalidParameterError for a cursor that no answer gave */
  async search(query: SymbolsQuery): Promise<Versioned<SymbolList>> {
    const { limit, exchange, board, kind, listed, cursor } = query;
    const text = (query.query ?? '').normalize('NFKC').trim();
    const after = cursor === undefined ? [null, null] : cursorOf(cursor);
    const [state] = await this.database.query<ListState>(LIST_STATE, [this.source]);
    const { version = '', asOf = null, hasLoaded = false } = state ?? {};
    return new Versioned(version, async () => {
      const given = [text, this.source, exchange ?? null, board ?? null, kind ?? null, listed ?? null];
      const rows = await this.database.query<SearchRow>(SEARCH, [...given, ...after, limit + 1]);
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      return {
        asOf,
        source: this.source,
        stale: !hasLoaded,
        total: rows[0]?.total ?? 0,
        items: shown.map(({ total: _total, rank: _rank, ...item }) => item),
        nextCursor: last === undefined ? null : `${last.rank}.${last.symbol}`,
      };
    });
  }

  async find(text: string): Promise<Versioned<SymbolAnswer>> {
    const { version, source, stale, ...item } = await this.get(text);
    return new Versioned(version, () => ({ ...item, asOf: item.lastBar, source, stale }));
  }

  /**
   * @throws InvalidParameterError when `text` is not a symbol at all
   * @throws NotLoadedError until the first load of the source has ended, for a symbol whose bars are not all stored
   * @throws NotFoundError when no such symbol is listed
   */
  async get(text: string): Promise<KnownSymbol> {
    const symbol = canonicalSymbol(text);
    if (symbol === undefined) throw new InvalidParameterError('symbol', 'must look like 600519.SH');
    const lastCompleted = await this.calendar.lastCompletedDay();
    const [facts] = await this.database.query<FactsRow>(FACTS, [this.source, symbol, lastCompleted ?? null]);
    const {
      row = null,
      version = null,
      newestBar = null,
      hasLoaded = false,
      haltedFrom = null,
    } = facts ?? {};
    // The last bar is written when all bars of the symbol are stored: half a history would be judged as a whole one.
    if (!hasLoaded && (row === null || row.lastBar === null)) {
      throw new NotLoadedError(
        `${symbol} is not loaded yet: the first load from the source ${this.source} has not ended; GET /api/v1/ingestions tells how far it is`,
      );
    }
    if (row === null) {
      const detail = `no symbol ${symbol} is known`;
      throw new NotFoundError(`symbol: ${detail}`, [{ parameter: 'symbol', detail }]);
    }
    const { lastBar } = row;
    const isDelisted = row.listingStatus === 'delisted';
    const freshness = { source: this.source, lastBar, newestBar, isDelisted, haltedFrom, lastCompleted };
    const stale = isStale(freshness, await this.calendar.current());
    return { ...row, source: this.source, stale, version: `${version} ${stale}` };
  }
}

function cursorOf(text: string): readonly [rank: number, symbol: string] {
  const [, rank, symbol] = /^(\d)\.(\d{6}\.[A-Z]{2})$/.exec(text) ?? [];
  if (rank === undefined || symbol === undefined)
    throw new InvalidParameterError('cursor', 'must be the nextCursor of the answer before');
  return [Number(rank), symbol];
}
