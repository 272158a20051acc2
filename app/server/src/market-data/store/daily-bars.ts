import type { Sql, Transaction } from '../../database/sql.ts';
import type { Bar, Origin } from '../provider.ts';
import { type CopyField, copyText } from './copy-text.ts';

export interface StoredBar extends Bar {
  /** True while the day it stands for is still trading. */
  readonly partial?: boolean;
}

/** Checked bars of one symbol from one answer. */
export interface SeriesBars {
  readonly symbol: string;
  readonly origin: Origin;
  readonly bars: readonly StoredBar[];
}

const COPY =
  'COPY app.daily_bars (source, symbol, origin, trade_date, open, high, low, close, volume, amount, partial) FROM STDIN';

/** The later answer wins; rows that say the same already are not rewritten, so a repeated load writes nothing. */
const UPSERT = `
  INSERT INTO app.daily_bars AS stored
         (source, symbol, origin, trade_date, open, high, low, close, volume, amount, partial)
  SELECT $1, given.*
    FROM unnest($2::text[], $3::text[], $4::date[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[],
                $9::bigint[], $10::numeric[], $11::boolean[]) AS given
  ON CONFLICT (source, symbol, trade_date) DO UPDATE
     SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
         volume = excluded.volume, amount = excluded.amount, partial = excluded.partial,
         origin = excluded.origin, fetched_at = now()
   WHERE (stored.open, stored.high, stored.low, stored.close, stored.volume, stored.amount, stored.partial, stored.origin)
         IS DISTINCT FROM
         (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume, excluded.amount, excluded.partial, excluded.origin)`;

/** Which of the given ranges hold a bar already: one probe of the primary key for each. */
const OCCUPIED = `
  SELECT given.symbol
    FROM unnest($2::text[], $3::date[], $4::date[]) AS given (symbol, first, last)
   WHERE EXISTS (SELECT 1 FROM app.daily_bars
                  WHERE source = $1 AND symbol = given.symbol AND trade_date BETWEEN given.first AND given.last)`;

function fieldsOf(source: string, { symbol, origin }: SeriesBars, bar: StoredBar): readonly CopyField[] {
  const { date, open, high, low, close, volume, amount, partial = false } = bar;
  return [source, symbol, origin, date, open, high, low, close, volume, amount, partial];
}

function* rowsOf(source: string, series: readonly SeriesBars[]): Generator<readonly CopyField[]> {
  for (const one of series) for (const bar of one.bars) yield fieldsOf(source, one, bar);
}

async function occupied(
  sql: Sql,
  source: string,
  series: readonly SeriesBars[],
): Promise<ReadonlySet<string>> {
  const dates = series.map(({ bars }) => bars.map((bar) => bar.date).toSorted());
  const rows = await sql.query<{ symbol: string }>(OCCUPIED, [
    source,
    series.map(({ symbol }) => symbol),
    dates.map((days) => days[0]),
    dates.map((days) => days.at(-1)),
  ]);
  return new Set(rows.map((row) => row.symbol));
}

async function upsert(sql: Sql, source: string, series: readonly SeriesBars[]): Promise<void> {
  const rows = [...rowsOf(source, series)];
  // Column by column, as text: see copyText.
  const columns = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((column) => rows.map((row) => String(row[column])));
  await sql.query(UPSERT, [source, ...columns]);
}

/**
 * Stores bars of any number of symbols: by COPY where the symbol has none in their range, which is the case of first
 * loads and of new days, and by an upsert elsewhere. The caller holds the symbols' locks ({@link lockSymbols}), or a
 * second writer could fill a range between the look and the COPY.
 */
export async function storeDailyBars(
  sql: Transaction,
  source: string,
  series: readonly SeriesBars[],
): Promise<void> {
  const given = series.filter(({ bars }) => bars.length > 0);
  if (given.length === 0) return;
  const taken = await occupied(sql, source, given);
  const fresh = given.filter(({ symbol }) => !taken.has(symbol));
  const known = given.filter(({ symbol }) => taken.has(symbol));
  if (fresh.length > 0) await sql.copyIn(COPY, copyText(rowsOf(source, fresh)));
  if (known.length > 0) await upsert(sql, source, known);
}

/** Removes a bar that a person judged to be wrong. */
export async function deleteDailyBar(
  sql: Sql,
  key: { readonly source: string; readonly symbol: string; readonly date: string },
): Promise<void> {
  await sql.query('DELETE FROM app.daily_bars WHERE source = $1 AND symbol = $2 AND trade_date = $3', [
    key.source,
    key.symbol,
    key.date,
  ]);
}

/** The last stored bar before a date. */
export async function lastBarBefore(
  sql: Sql,
  key: { readonly source: string; readonly symbol: string },
  date: string,
): Promise<{ date: string; close: number } | undefined> {
  const rows = await sql.query<{ date: string; close: number }>(
    `SELECT trade_date::text AS date, close::float8 AS close FROM app.daily_bars
      WHERE source = $1 AND symbol = $2 AND trade_date < $3 ORDER BY trade_date DESC LIMIT 1`,
    [key.source, key.symbol, date],
  );
  return rows[0];
}

/** High and close of all bars before a date, ascending. */
export function readPricesBefore(
  sql: Sql,
  key: { readonly source: string; readonly symbol: string },
  date: string,
): Promise<{ date: string; high: number; close: number }[]> {
  return sql.query(
    `SELECT trade_date::text AS date, high::float8 AS high, close::float8 AS close FROM app.daily_bars
      WHERE source = $1 AND symbol = $2 AND trade_date < $3 ORDER BY trade_date`,
    [key.source, key.symbol, date],
  );
}
