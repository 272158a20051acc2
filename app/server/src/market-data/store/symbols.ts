import type { Sql } from '../../database/sql.ts';
import { isSpecialTreatment } from '../../common/market/special-treatment.ts';
import { boardOf, codeOf, exchangeOf } from '../../common/market/symbol.ts';
import type { SymbolListing, SymbolProfile } from '../provider.ts';

/** What stands in `symbols.board`. */
function storedBoard({ symbol, kind }: SymbolListing): string {
  if (kind === 'index') return 'index';
  return boardOf(symbol) ?? (/^(900\d{3}\.SH|200\d{3}\.SZ)$/.test(symbol) ? 'b-share' : 'unknown');
}

const UPSERT = `
  INSERT INTO app.symbols AS stored (source, symbol, code, exchange, name, kind, pinyin, board, special_treatment)
  SELECT $1, given.*
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[]) AS given
  ON CONFLICT (source, symbol) DO UPDATE
     SET name = excluded.name, kind = excluded.kind, pinyin = excluded.pinyin, board = excluded.board,
         special_treatment = excluded.special_treatment,
         listing_status = CASE WHEN stored.listing_status = 'delisted' THEN 'listed' ELSE stored.listing_status END,
         delisted_on = NULL, updated_at = now()
   WHERE (stored.name, stored.kind, stored.pinyin, stored.board, stored.special_treatment)
         IS DISTINCT FROM
         (excluded.name, excluded.kind, excluded.pinyin, excluded.board, excluded.special_treatment)
      OR stored.listing_status = 'delisted'`;

/**
 * One statement for all symbols; rows that say the same already are not rewritten. Sorted, as {@link lockSymbols} is,
 * so that a list and a load never wait for each other in a circle.
 */
export async function upsertSymbols(
  sql: Sql,
  source: string,
  listings: readonly SymbolListing[],
): Promise<void> {
  const rows = listings.toSorted((one, other) => (one.symbol < other.symbol ? -1 : 1));
  await sql.query(UPSERT, [
    source,
    rows.map((row) => row.symbol),
    rows.map((row) => codeOf(row.symbol)),
    rows.map((row) => exchangeOf(row.symbol)),
    rows.map((row) => row.name),
    rows.map((row) => row.kind),
    rows.map((row) => row.pinyin ?? null),
    rows.map(storedBoard),
    rows.map((row) => row.kind === 'stock' && isSpecialTreatment(row.name)),
  ]);
}

/**
 * Stocks that a list of the whole market lacks, and that do not trade in the newest snapshot: a list may be older than
 * the day. The rows are locked, as {@link lockSymbols} does it.
 */
export async function lockVanished(sql: Sql, source: string, listed: readonly string[]): Promise<string[]> {
  const rows = await sql.query<{ symbol: string }>(
    `WITH newest AS (SELECT id, trade_date FROM app.market_snapshots WHERE source = $1
                      ORDER BY trade_date DESC, taken_at DESC LIMIT 1)
     SELECT symbol FROM app.symbols
      WHERE source = $1 AND kind = 'stock' AND listing_status <> 'delisted' AND NOT symbol = ANY($2)
        AND symbol NOT IN (SELECT symbol FROM app.snapshot_quotes
                            WHERE snapshot_id = (SELECT id FROM newest) AND trade_date = (SELECT trade_date FROM newest)
                              AND volume > 0)
      ORDER BY symbol FOR NO KEY UPDATE`,
    [source, listed],
  );
  return rows.map(({ symbol }) => symbol);
}

/** What is delisted is no more halted. @param on the day on which they were missed first */
export async function markDelisted(
  sql: Sql,
  source: string,
  symbols: readonly string[],
  on: string,
): Promise<void> {
  await sql.query(
    `UPDATE app.symbols SET listing_status = 'delisted', delisted_on = $3, updated_at = now()
      WHERE source = $1 AND symbol = ANY($2)`,
    [source, symbols, on],
  );
  await sql.query(
    `UPDATE app.halts SET to_date = greatest(from_date, $3::date - 1), fetched_at = now()
      WHERE source = $1 AND symbol = ANY($2) AND to_date IS NULL`,
    [source, symbols, on],
  );
}

/** Those of the symbols that are not stored, or as delisted. */
export async function notListed(sql: Sql, source: string, symbols: readonly string[]): Promise<string[]> {
  const rows = await sql.query<{ symbol: string }>(
    `SELECT given.symbol FROM unnest($2::text[]) AS given (symbol)
       LEFT JOIN app.symbols AS stored ON stored.source = $1 AND stored.symbol = given.symbol
      WHERE coalesce(stored.listing_status, 'delisted') = 'delisted'`,
    [source, symbols],
  );
  return rows.map(({ symbol }) => symbol);
}

/**
 * Makes this transaction the only writer of these series until it ends. Everything that writes bars, minutes, actions,
 * factors or halts of a symbol takes it first, in this order, whatever run it belongs to.
 */
export async function lockSymbols(sql: Sql, source: string, symbols: readonly string[]): Promise<void> {
  await sql.query(
    'SELECT symbol FROM app.symbols WHERE source = $1 AND symbol = ANY($2) ORDER BY symbol FOR NO KEY UPDATE',
    [source, symbols],
  );
}

/** First bar, last bar and count, which also say that a whole history is stored; and that its data changed. */
export async function refreshStatistics(sql: Sql, source: string, symbols: readonly string[]): Promise<void> {
  await sql.query(
    `UPDATE app.symbols AS stored
        SET (first_bar, last_bar, bar_count) =
            (SELECT min(trade_date), max(trade_date), count(*) FROM app.daily_bars
              WHERE source = $1 AND symbol = stored.symbol),
            updated_at = now()
      WHERE source = $1 AND symbol = ANY($2)`,
    [source, symbols],
  );
}

/** What the source has not keeps the value that is stored. */
export async function storeProfile(
  sql: Sql,
  source: string,
  symbol: string,
  profile: SymbolProfile,
): Promise<void> {
  await sql.query(
    `UPDATE app.symbols
        SET industry = coalesce($3, industry), listed_on = coalesce($4, listed_on),
            total_shares = coalesce($5, total_shares), float_shares = coalesce($6, float_shares), updated_at = now()
      WHERE source = $1 AND symbol = $2
        AND (industry, listed_on, total_shares, float_shares) IS DISTINCT FROM
            (coalesce($3, industry), coalesce($4, listed_on), coalesce($5, total_shares), coalesce($6, float_shares))`,
    [
      source,
      symbol,
      profile.industry ?? null,
      profile.listedOn ?? null,
      profile.totalShares ?? null,
      profile.floatShares ?? null,
    ],
  );
}

export interface StoredSymbol {
  readonly symbol: string;
  readonly firstBar: string | null;
  readonly lastBar: string | null;
  readonly listedOn: string | null;
  readonly specialTreatment: boolean;
  /** Up to which day no ex-date is missing; null: none is known. */
  readonly factorsKnownUntil: string | null;
}

/** Symbols of a source that hold bars, or the given ones whether they do or not. */
export function storedSymbols(
  sql: Sql,
  source: string,
  only: readonly string[] | undefined,
): Promise<StoredSymbol[]> {
  return sql.query(
    `SELECT symbol, first_bar::text AS "firstBar", last_bar::text AS "lastBar", listed_on::text AS "listedOn",
            special_treatment AS "specialTreatment", factors_known_until::text AS "factorsKnownUntil"
       FROM app.symbols
      WHERE source = $1 AND CASE WHEN $2::text[] IS NULL THEN bar_count > 0 ELSE symbol = ANY($2) END
      ORDER BY symbol`,
    [source, only ?? null],
  );
}
