import type { Sql } from '../../database/sql.ts';
import type { Finding } from '../checks/finding.ts';
import type { Bar, Origin, SymbolListing } from '../provider.ts';
import { codeOf, exchangeOf } from '../../common/market/symbol.ts';

/** Whose rows are written, and which upstream they came from. */
export interface SeriesKey {
  readonly source: string;
  readonly symbol: string;
  readonly origin: Origin;
}

/** One statement for all symbols; rows that say the same already are not rewritten. */
export async function upsertSymbols(sql: Sql, source: string, rows: readonly SymbolListing[]): Promise<void> {
  await sql.query(
    `INSERT INTO app.symbols AS stored (symbol, code, exchange, name, kind, pinyin, source)
     SELECT symbol, code, exchange, name, kind, pinyin, $7
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
            AS given (symbol, code, exchange, name, kind, pinyin)
     ON CONFLICT (source, symbol) DO UPDATE
        SET name = excluded.name, kind = excluded.kind, pinyin = excluded.pinyin, updated_at = now()
      WHERE (stored.name, stored.kind, stored.pinyin) IS DISTINCT FROM (excluded.name, excluded.kind, excluded.pinyin)`,
    [
      rows.map((row) => row.symbol),
      rows.map((row) => codeOf(row.symbol)),
      rows.map((row) => exchangeOf(row.symbol)),
      rows.map((row) => row.name),
      rows.map((row) => row.kind),
      rows.map((row) => row.pinyin ?? null),
      source,
    ],
  );
}

/** Numbers travel as text, in their shortest exact form, so that no float reaches a numeric column. */
export async function insertBars(
  sql: Sql,
  { source, symbol, origin }: SeriesKey,
  bars: readonly Bar[],
): Promise<void> {
  if (bars.length === 0) return;
  await sql.query(
    `INSERT INTO app.daily_bars AS stored
            (source, symbol, origin, trade_date, open, high, low, close, volume, amount)
     SELECT $1, $2, $3, given.*
       FROM unnest($4::date[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[], $9::bigint[], $10::numeric[]) AS given
     ON CONFLICT (source, symbol, trade_date) DO UPDATE
        SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
            volume = excluded.volume, amount = excluded.amount, origin = excluded.origin, fetched_at = now()
      WHERE (stored.open, stored.high, stored.low, stored.close, stored.volume, stored.amount, stored.origin)
            IS DISTINCT FROM
            (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume, excluded.amount, excluded.origin)`,
    [
      source,
      symbol,
      origin,
      bars.map((bar) => bar.date),
      bars.map((bar) => String(bar.open)),
      bars.map((bar) => String(bar.high)),
      bars.map((bar) => String(bar.low)),
      bars.map((bar) => String(bar.close)),
      bars.map((bar) => String(bar.volume)),
      bars.map((bar) => String(bar.amount)),
    ],
  );
}

export async function insertFindings(
  sql: Sql,
  { source, symbol, origin }: SeriesKey,
  findings: readonly Finding[],
): Promise<void> {
  if (findings.length === 0) return;
  await sql.query(
    `INSERT INTO app.quarantine (source, symbol, dataset, origin, row_number, trade_date, reason, disposition, detail, raw)
     SELECT $1, $2, 'daily', $3, given.*
       FROM unnest($4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[]) AS given
     ON CONFLICT (source, symbol, dataset, row_number, reason) DO NOTHING`,
    [
      source,
      symbol,
      origin,
      findings.map((finding) => finding.rowNumber),
      findings.map((finding) => finding.date ?? null),
      findings.map((finding) => finding.reason),
      findings.map((finding) => finding.disposition),
      findings.map((finding) => finding.detail),
      findings.map((finding) => JSON.stringify(finding.raw)),
    ],
  );
}

export async function refreshSymbolStatistics(sql: Sql, source: string, symbol: string): Promise<void> {
  await sql.query(
    `UPDATE app.symbols
        SET (first_bar, last_bar, bar_count) =
            (SELECT min(trade_date), max(trade_date), count(*) FROM app.daily_bars WHERE source = $1 AND symbol = $2)
      WHERE source = $1 AND symbol = $2`,
    [source, symbol],
  );
}
