import type { Sql } from '../../database/sql.ts';
import { exchangeTime } from '../calendar/sessions.ts';
import { reportDeadline } from '../fundamentals/report-deadlines.ts';
import type { Fundamental, NewsItem, Origin, Valuation } from '../provider.ts';

/** Whose rows are written, and which upstream they came from. */
export interface DetailKey {
  readonly source: string;
  readonly symbol: string;
  readonly origin: Origin;
  /** When the upstream was asked. */
  readonly fetchedAt: Date;
}

/** The last of those with the same key: PostgreSQL refuses to write one row twice in one statement. */
function distinct<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
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
  valuations: readonly Valuation[],
): Promise<void> {
  const rows = distinct(valuations, ({ date }) => date);
  const columns = VALUATION_COLUMNS.map((column) => rows.map((row) => row[column] ?? null));
  await sql.query(VALUATIONS, [source, symbol, origin, rows.map((row) => row.date), ...columns]);
}

/**
 * $10 is the day on which the figures were seen. What differs from the newest stored figure is public from then on; the
 * one before it stays what was known until then. The same figure in another unit was named wrongly before.
 */
const FUNDAMENTALS = `
  WITH given AS (
    SELECT report_date, category, item, figure::numeric(30,6) AS value, unit, deadline
      FROM unnest($4::date[], $5::text[], $6::text[], $7::numeric[], $8::text[], $9::date[])
           AS each_one (report_date, category, item, figure, unit, deadline))
  INSERT INTO app.fundamentals AS stored (source, symbol, origin, report_date, category, item, value, unit, public_from)
  SELECT $1, $2, $3, given.report_date, given.category, given.item, given.value, given.unit,
         CASE WHEN newest.value IS NULL THEN given.deadline
              WHEN newest.value = given.value THEN newest.public_from
              ELSE greatest(newest.public_from, $10::date) END
    FROM given
    LEFT JOIN LATERAL (
      SELECT value, unit, public_from FROM app.fundamentals
       WHERE source = $1 AND symbol = $2 AND report_date = given.report_date AND category = given.category AND item = given.item
       ORDER BY public_from DESC LIMIT 1) AS newest ON true
   WHERE (newest.value, newest.unit) IS DISTINCT FROM (given.value, given.unit)
  ON CONFLICT (source, symbol, report_date, category, item, public_from) DO UPDATE
     SET origin = excluded.origin, value = excluded.value, unit = excluded.unit, fetched_at = now()`;

export async function storeFundamentals(
  sql: Sql,
  { source, symbol, origin, fetchedAt }: DetailKey,
  figures: readonly Fundamental[],
): Promise<void> {
  const rows = distinct(figures, ({ reportDate, category, item }) => `${reportDate} ${category} ${item}`);
  await sql.query(FUNDAMENTALS, [
    source,
    symbol,
    origin,
    rows.map((row) => row.reportDate),
    rows.map((row) => row.category),
    rows.map((row) => row.item),
    rows.map((row) => row.value),
    rows.map((row) => row.unit),
    rows.map((row) => reportDeadline(row.reportDate)),
    exchangeTime(fetchedAt).date,
  ]);
}

export async function storeNews(
  sql: Sql,
  { source, symbol, origin, fetchedAt }: DetailKey,
  items: readonly NewsItem[],
): Promise<void> {
  const rows = distinct(items, ({ url }) => url);
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
      rows.map((item) => item.url),
      rows.map((item) => item.title),
      rows.map((item) => item.excerpt),
      rows.map((item) => item.publisher ?? null),
      rows.map((item) => item.publishedAt),
    ],
  );
  // The same items as before are news of today, too: there are no others.
  await sql.query(
    `INSERT INTO app.details_asked AS stored (source, symbol, asked_at, news_at) VALUES ($1, $2, $3, $3)
     ON CONFLICT (source, symbol) DO UPDATE SET news_at = greatest(stored.news_at, excluded.news_at)`,
    [source, symbol, fetchedAt],
  );
}

/** Whatever came of it: who cannot be read must not stand before all others for ever. */
export async function markDetailsAsked(
  sql: Sql,
  { source, symbol }: Pick<DetailKey, 'source' | 'symbol'>,
  askedAt: Date,
): Promise<void> {
  await sql.query(
    `INSERT INTO app.details_asked (source, symbol, asked_at) VALUES ($1, $2, $3)
     ON CONFLICT (source, symbol) DO UPDATE SET asked_at = excluded.asked_at`,
    [source, symbol, askedAt],
  );
}

/** Shares of a market are asked about once in so many days; the day is long enough for this many, however few there are. */
const DAYS_OF_A_ROUND = 5;
const LEAST_OF_A_DAY = 200;
/** Who was asked about today need not be asked about again tonight. */
const HOURS_OF_REST = 12;

/**
 * Whose details are to be asked for next: all listed shares that never were, and of the others those that have waited
 * longest.
 * @param only symbols to choose from; undefined: all
 */
export async function detailsDue(
  sql: Sql,
  source: string,
  only: readonly string[] | undefined,
): Promise<string[]> {
  const rows = await sql.query<{ symbol: string }>(
    `SELECT symbol FROM (
       SELECT symbol, asked_at, row_number() OVER (ORDER BY asked_at NULLS FIRST, symbol) AS place, count(*) OVER () AS shares
         FROM app.symbols LEFT JOIN app.details_asked USING (source, symbol)
        WHERE source = $1 AND kind = 'stock' AND listing_status <> 'delisted' AND ($2::text[] IS NULL OR symbol = ANY($2))
     ) AS waiting
      WHERE asked_at IS NULL
         OR (place <= greatest(${LEAST_OF_A_DAY}, shares / ${DAYS_OF_A_ROUND} + 1)
             AND asked_at < now() - interval '${HOURS_OF_REST} hours')
      ORDER BY place`,
    [source, only ?? null],
  );
  return rows.map(({ symbol }) => symbol);
}
