import type { Sql } from '../../database/sql.ts';
import type { Finding } from '../bar-checks.ts';
import type { Bar, SymbolListing } from '../provider.ts';
import { codeOf, exchangeOf } from '../../common/market/symbol.ts';

/** One statement for all symbols; rows that say the same already are not rewritten. */
export async function upsertSymbols(sql: Sql, source: string, rows: readonly SymbolListing[]): Promise<void> {
  await sql.query(
    `INSERT INTO app.symbols AS stored (symbol, code, exchange, name, kind, pinyin, source)
     SELECT symbol, code, exchange, name, kind, pinyin, $7
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
            AS given (symbol, code, exchange, name, kind, pinyin)
     ON CONFLICT (symbol) DO UPDATE
        SET name = excluded.name, kind = excluded.kind, pinyin = excluded.pinyin, source = excluded.source, updated_at = now()
      WHERE (stored.name, stored.kind, stored.pinyin, stored.source)
            IS DISTINCT FROM (excluded.name, excluded.kind, excluded.pinyin, excluded.source)`,
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
  source: string,
  symbol: string,
  bars: readonly Bar[],
): Promise<void> {
  if (bars.length === 0) return;
  await sql.query(
    `INSERT INTO app.daily_bars AS stored (symbol, trade_date, open, high, low, close, volume, amount, source)
     SELECT $1, given.*, $2
       FROM unnest($3::date[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[], $8::bigint[], $9::numeric[]) AS given
     ON CONFLICT (symbol, trade_date) DO UPDATE
        SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
            volume = excluded.volume, amount = excluded.amount, source = excluded.source, ingested_at = now()
      WHERE (stored.open, stored.high, stored.low, stored.close, stored.volume, stored.amount, stored.source)
            IS DISTINCT FROM
            (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume, excluded.amount, excluded.source)`,
    [
      symbol,
      source,
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
  source: string,
  symbol: string,
  findings: readonly Finding[],
): Promise<void> {
  if (findings.length === 0) return;
  await sql.query(
    `INSERT INTO app.quarantine (source, symbol, row_number, trade_date, reason, disposition, detail, raw)
     SELECT $1, $2, given.*
       FROM unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[]) AS given
     ON CONFLICT (source, symbol, row_number, reason) DO NOTHING`,
    [
      source,
      symbol,
      findings.map((finding) => finding.rowNumber),
      findings.map((finding) => finding.date ?? null),
      findings.map((finding) => finding.reason),
      findings.map((finding) => finding.disposition),
      findings.map((finding) => finding.detail),
      findings.map((finding) => JSON.stringify(finding.raw)),
    ],
  );
}

export async function refreshSymbolStatistics(sql: Sql, symbol: string): Promise<void> {
  await sql.query(
    `UPDATE app.symbols
        SET (first_bar, last_bar, bar_count) =
            (SELECT min(trade_date), max(trade_date), count(*) FROM app.daily_bars WHERE symbol = $1)
      WHERE symbol = $1`,
    [symbol],
  );
}
