import type { Sql } from '../../database/sql.ts';
import { reportDeadline } from '../fundamentals/report-deadlines.ts';
import type { Fundamental, NewsItem, Origin, Valuation } from '../provider.ts';

/** Whose rows are written, and which upstream they came from. */
export interface DetailKey {
  readonly source: string;
  readonly symbol: string;
  readonly origin: Origin;
}

const VALUATIONS = `
  INSERT INTO app.valuations AS stored
         (source, symbol, origin, trade_date, close, pe_ttm, pe_static, pb, ps, pcf, peg, market_cap, float_cap,
          total_shares, float_shares)
  SELECT $1, $2, $3, given.*
    FROM unnest($4::date[], $5::numeric[], $6::float8[], $7::float8[], $8::float8[], $9::float8[], $10::float8[],
                $11::float8[], $12::numeric[], $13::numeric[], $14::bigint[], $15::bigint[]) AS given
  ON CONFLICT (source, symbol, trade_date) DO UPDATE
     SET origin = excluded.origin, close = excluded.close, pe_ttm = excluded.pe_ttm, pe_static = excluded.pe_static,
         pb = excluded.pb, ps = excluded.ps, pcf = excluded.pcf, peg = excluded.peg, market_cap = excluded.market_cap,
         float_cap = excluded.float_cap, total_shares = excluded.total_shares, float_shares = excluded.float_shares,
         fetched_at = now()
   WHERE (stored.close, stored.pe_ttm, stored.pe_static, stored.pb, stored.ps, stored.pcf, stored.peg,
          stored.market_cap, stored.float_cap, stored.total_shares, stored.float_shares)
         IS DISTINCT FROM
         (excluded.close, excluded.pe_ttm, excluded.pe_static, excluded.pb, excluded.ps, excluded.pcf, excluded.peg,
          excluded.market_cap, excluded.float_cap, excluded.total_shares, excluded.float_shares)`;

const VALUATION_COLUMNS = [
  'close',
  'peTTM',
  'peStatic',
  'pb',
  'ps',
  'pcf',
  'peg',
  'marketCap',
  'floatCap',
  'totalShares',
  'floatShares',
] as const satisfies readonly (keyof Valuation)[];

export async function storeValuations(
  sql: Sql,
  { source, symbol, origin }: DetailKey,
  rows: readonly Valuation[],
): Promise<void> {
  const columns = VALUATION_COLUMNS.map((column) => rows.map((row) => row[column] ?? null));
  await sql.query(VALUATIONS, [source, symbol, origin, rows.map((row) => row.date), ...columns]);
}

export async function storeFundamentals(
  sql: Sql,
  { source, symbol, origin }: DetailKey,
  rows: readonly Fundamental[],
): Promise<void> {
  await sql.query(
    `INSERT INTO app.fundamentals AS stored
            (source, symbol, origin, report_date, category, item, value, unit, public_from)
     SELECT $1, $2, $3, given.*
       FROM unnest($4::date[], $5::text[], $6::text[], $7::numeric[], $8::text[], $9::date[]) AS given
     ON CONFLICT (source, symbol, report_date, category, item) DO UPDATE
        SET origin = excluded.origin, value = excluded.value, unit = excluded.unit, fetched_at = now()
      WHERE (stored.value, stored.unit) IS DISTINCT FROM (excluded.value, excluded.unit)`,
    [
      source,
      symbol,
      origin,
      rows.map((row) => row.reportDate),
      rows.map((row) => row.category),
      rows.map((row) => row.item),
      rows.map((row) => row.value),
      rows.map((row) => row.unit),
      rows.map((row) => reportDeadline(row.reportDate)),
    ],
  );
}

export async function storeNews(
  sql: Sql,
  { source, symbol, origin }: DetailKey,
  items: readonly NewsItem[],
): Promise<void> {
  // The same address twice in one answer would be written twice by one statement, which PostgreSQL refuses.
  const distinct = [...new Map(items.map((item) => [item.url, item])).values()];
  await sql.query(
    `INSERT INTO app.news AS stored (source, symbol, origin, url, title, excerpt, publisher, published_at)
     SELECT $1, $2, $3, given.*
       FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[]) AS given
     ON CONFLICT (source, symbol, url) DO UPDATE
        SET title = excluded.title, excerpt = excluded.excerpt, publisher = excluded.publisher,
            published_at = excluded.published_at, fetched_at = now()
      WHERE (stored.title, stored.excerpt, stored.publisher, stored.published_at) IS DISTINCT FROM
            (excluded.title, excluded.excerpt, excluded.publisher, excluded.published_at)`,
    [
      source,
      symbol,
      origin,
      distinct.map((item) => item.url),
      distinct.map((item) => item.title),
      distinct.map((item) => item.excerpt),
      distinct.map((item) => item.publisher ?? null),
      distinct.map((item) => item.publishedAt),
    ],
  );
}
