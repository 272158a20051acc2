import { Inject, Injectable } from '@nestjs/common';
import { NotLoadedError } from '../../common/errors.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { MarketCalendar } from '../market-calendar.ts';
import { isFrozen, MARKET_DATA_SOURCE } from '../market-data-source.ts';
import type { HaltedSymbol, HaltList, HaltsQuery } from './halts.dto.ts';

const NEWEST =
  'SELECT max(last_bar)::text AS newest FROM app.symbols WHERE source = $1 AND last_bar IS NOT NULL';

/** $1 source, $2 date. */
const LISTED = `SELECT EXISTS (SELECT FROM app.halt_lists WHERE source = $1 AND list_date = $2::date) AS "wholeMarket"`;

/** $1 source, $2 date. */
const HALTED = `
  SELECT halt.symbol, coalesce(stored.name, halt.symbol) AS name, halt.from_date::text AS "from",
         halt.to_date::text AS "to", halt.reason, halt.origin
    FROM app.halts AS halt LEFT JOIN app.symbols AS stored USING (source, symbol)
   WHERE halt.source = $1 AND halt.from_date <= $2::date AND coalesce(halt.to_date, 'infinity') >= $2::date
   ORDER BY halt.symbol`;

@Injectable()
export class HaltsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(MARKET_DATA_SOURCE) private readonly source: string,
    private readonly calendar: MarketCalendar,
  ) {}

  /** @throws NotLoadedError while nothing is stored and no date is asked for */
  async list({ date }: HaltsQuery): Promise<HaltList> {
    const [state] = await this.database.query<{ newest: string | null }>(NEWEST, [this.source]);
    const newest = state?.newest ?? undefined;
    const completed = isFrozen(this.source) ? undefined : await this.calendar.lastCompletedDay();
    const asOf = date ?? completed ?? newest;
    if (asOf === undefined)
      throw new NotLoadedError(`no bars of the source ${this.source} are loaded yet; name a date`);
    const isUnknown = (await this.calendar.current()).dayStatus(asOf) === 'unknown';
    const stale = isUnknown || newest === undefined || newest < asOf;
    const [listed] = await this.database.query<{ wholeMarket: boolean }>(LISTED, [this.source, asOf]);
    const items = await this.database.query<HaltedSymbol>(HALTED, [this.source, asOf]);
    return { asOf, source: this.source, stale, wholeMarket: listed?.wholeMarket === true, items };
  }
}
