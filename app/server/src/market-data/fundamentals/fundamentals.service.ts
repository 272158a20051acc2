import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { Versioned } from '../../common/conditional/versioned.ts';
import { formatStored } from '../../common/market/decimal.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { exchangeTime } from '../calendar/sessions.ts';
import { ROWS_VERSION } from '../store/rows-version.ts';
import { SymbolsService } from '../symbols/symbols.service.ts';
import type { FundamentalList, FundamentalReport, FundamentalsQuery } from './fundamentals.dto.ts';
import { newestDueReport } from './report-deadlines.ts';

/** $1 source, $2 symbol, $3 as of. */
const STATE = `
  SELECT ${ROWS_VERSION} AS version,
         (max(report_date) FILTER (WHERE public_from <= $3::date))::text AS newest
    FROM app.fundamentals WHERE source = $1 AND symbol = $2`;

/** $4 category, $5 only reports before this date, $6 most reports. Of a restated figure the one that was known at $3. */
const REPORTS = `
  WITH reports AS (
    SELECT DISTINCT report_date FROM app.fundamentals
     WHERE source = $1 AND symbol = $2 AND public_from <= $3::date
       AND ($4::text IS NULL OR category = $4) AND report_date < coalesce($5::date, 'infinity')
     ORDER BY report_date DESC LIMIT $6),
  figures AS (
    SELECT DISTINCT ON (report_date, category, item) report_date, category, item, value, unit, origin, public_from,
           min(public_from) OVER (PARTITION BY report_date, category, item) AS first_public
      FROM app.fundamentals
     WHERE source = $1 AND symbol = $2 AND public_from <= $3::date AND ($4::text IS NULL OR category = $4)
       AND report_date IN (SELECT report_date FROM reports)
     ORDER BY report_date, category, item, public_from DESC)
  SELECT report_date::text AS "reportDate", min(first_public)::text AS "publicFrom",
         json_agg(json_build_object('category', category, 'item', item, 'value', value::text, 'unit', unit, 'origin', origin,
                                    'restatedOn', CASE WHEN public_from > first_public THEN public_from END)
                  ORDER BY category, item) AS values
    FROM figures GROUP BY report_date ORDER BY report_date DESC`;

@Injectable()
export class FundamentalsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly symbols: SymbolsService,
  ) {}

  async list(text: string, query: FundamentalsQuery): Promise<Versioned<FundamentalList>> {
    const { symbol, source } = await this.symbols.get(text);
    const asOf = query.asOf ?? exchangeTime(this.clock.now()).date;
    const key = [source, symbol, asOf] as const;
    const [state] = await this.database.query<{ version: string; newest: string | null }>(STATE, key);
    const stale = (state?.newest ?? '') < newestDueReport(asOf);
    return new Versioned(`${state?.version} ${asOf}`, async () => {
      const { category = null, cursor = null, limit } = query;
      const given = [...key, category, cursor, limit + 1];
      const rows = await this.database.query<FundamentalReport>(REPORTS, given);
      const items = rows.slice(0, limit).map((report) => shown(report));
      const nextCursor = rows.length > limit ? (items.at(-1)?.reportDate ?? null) : null;
      return { symbol, asOf, source, stale, items, nextCursor };
    });
  }
}

function shown({ reportDate, publicFrom, values }: FundamentalReport): FundamentalReport {
  return {
    reportDate,
    publicFrom,
    values: values.map((entry) => Object.assign({}, entry, { value: formatStored(entry.value) })),
  };
}
