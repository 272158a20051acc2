import { Inject, Injectable } from '@nestjs/common';
import { Versioned } from '../../common/conditional/versioned.ts';
import { checkRange } from '../../common/market/series-query.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { MarketCalendar } from '../market-calendar.ts';
import { ROWS_VERSION } from '../store/rows-version.ts';
import { SymbolsService } from '../symbols/symbols.service.ts';
import type { ValuationItem, ValuationList, ValuationsQuery } from './valuations.dto.ts';

/** $1 source, $2 symbol. */
const STATE = `
  SELECT ${ROWS_VERSION} AS version, max(trade_date)::text AS "asOf"
    FROM app.valuations WHERE source = $1 AND symbol = $2`;

/** $3 first, $4 last day, $5 only days before this one, $6 most rows; newest first. */
const VALUATIONS = `
  SELECT trade_date::text AS date, close::float8, pe_ttm AS "peTTM", pe_static AS "peStatic", pb, ps, pcf, peg,
         market_cap::float8 AS "marketCap", float_cap::float8 AS "floatCap",
         total_shares::float8 AS "totalShares", float_shares::float8 AS "floatShares", origin
    FROM app.valuations
   WHERE source = $1 AND symbol = $2 AND trade_date >= coalesce($3::date, '-infinity')
     AND trade_date <= coalesce($4::date, 'infinity') AND trade_date < coalesce($5::date, 'infinity')
   ORDER BY trade_date DESC
   LIMIT $6`;

@Injectable()
export class ValuationsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly symbols: SymbolsService,
    private readonly calendar: MarketCalendar,
  ) {}

  async list(text: string, query: ValuationsQuery): Promise<Versioned<ValuationList>> {
    checkRange(query);
    const { symbol, source } = await this.symbols.get(text);
    const [state] = await this.database.query<{ version: string; asOf: string | null }>(STATE, [
      source,
      symbol,
    ]);
    const { version = '', asOf = null } = state ?? {};
    const completed = await this.calendar.lastCompletedDay();
    const stale = asOf === null || completed === undefined || asOf < completed;
    return new Versioned(`${version} ${stale}`, async () => {
      const { from = null, to = null, cursor = null, limit } = query;
      const given = [source, symbol, from, to, cursor, limit + 1];
      const rows = await this.database.query<ValuationItem>(VALUATIONS, given);
      const items = rows.slice(0, limit).toReversed();
      const nextCursor = rows.length > limit ? (items[0]?.date ?? null) : null;
      return { symbol, asOf, source, stale, items, nextCursor };
    });
  }
}
