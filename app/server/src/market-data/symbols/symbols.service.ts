import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { InvalidParameterError, NotFoundError, NotLoadedError } from '../../common/errors.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { MarketClock } from '../market-clock.ts';
import { MARKET_DATA_SOURCE } from '../market-data-source.ts';
import { canonicalSymbol } from '../../common/market/symbol.ts';
import { SymbolEntity } from './symbol.entity.ts';
import type { SymbolItem, SymbolList, SymbolsQuery } from './symbols.dto.ts';

/** Symbols with bars come first: they are what can be looked at. */
const SEARCH = `
  SELECT symbol, name, exchange, kind, pinyin, bar_count AS bars, first_bar::text AS "firstBar", last_bar::text AS "lastBar",
         count(*) OVER ()::int AS total
    FROM app.symbols
   WHERE source = $3
     AND ($1 = '' OR starts_with(symbol, upper($1)) OR starts_with(pinyin, upper($1)) OR strpos(upper(name), upper($1)) > 0)
   ORDER BY symbol = upper($1) DESC, code = $1 DESC, bar_count > 0 DESC, symbol
   LIMIT $2`;

@Injectable()
export class SymbolsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(MARKET_DATA_SOURCE) private readonly source: string,
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly clock: MarketClock,
  ) {}

  async search({ query = '', limit }: SymbolsQuery): Promise<SymbolList> {
    const text = query.normalize('NFKC').trim();
    const rows = await this.database.query<SymbolItem & { total: number }>(SEARCH, [
      text,
      limit,
      this.source,
    ]);
    const today = await this.clock.today(this.source);
    const items = rows.map(({ total: _total, ...item }) => item);
    return {
      asOf: today ?? null,
      source: this.source,
      stale: !(await this.clock.hasLoaded(this.source)),
      total: rows[0]?.total ?? 0,
      items,
    };
  }

  /**
   * @throws InvalidParameterError when `text` is not a symbol at all
   * @throws NotLoadedError until the first load of the source has ended, for a symbol whose bars are not all stored
   * @throws NotFoundError when no such symbol is listed
   */
  async get(text: string): Promise<SymbolEntity> {
    const symbol = canonicalSymbol(text);
    if (symbol === undefined) throw new InvalidParameterError('symbol', 'must look like 600519.SH');
    const entity = await this.dataSource
      .getRepository(SymbolEntity)
      .findOneBy({ symbol, source: this.source });
    // The last bar is written when all bars of the symbol are stored: half a history would be judged as a whole one.
    if (entity !== null && entity.lastBar !== null) return entity;
    if (!(await this.clock.hasLoaded(this.source))) {
      throw new NotLoadedError(
        `${symbol} is not loaded yet: the first load from the source ${this.source} has not ended; GET /api/v1/ingestions tells how far it is`,
      );
    }
    if (entity !== null) return entity;
    const detail = `no symbol ${symbol} is known`;
    throw new NotFoundError(`symbol: ${detail}`, [{ parameter: 'symbol', detail }]);
  }
}
