import type { Sql } from '../../database/sql.ts';
import type { SymbolKey } from './reference.ts';

/** The span in which no ex-date of the symbol is missing; null: none is known. */
export async function setFactorsKnown(
  sql: Sql,
  { source, symbol }: SymbolKey,
  known: { readonly from: string; readonly until: string } | null,
): Promise<void> {
  await sql.query(
    `UPDATE app.symbols SET factors_known_from = $3, factors_known_until = $4, updated_at = now()
      WHERE source = $1 AND symbol = $2
        AND (factors_known_from, factors_known_until) IS DISTINCT FROM ($3::date, $4::date)`,
    [source, symbol, known?.from ?? null, known?.until ?? null],
  );
}

export async function readFactorsKnown(
  sql: Sql,
  { source, symbol }: SymbolKey,
): Promise<{ from: string; until: string } | undefined> {
  const rows = await sql.query<{ from: string; until: string }>(
    `SELECT factors_known_from::text AS "from", factors_known_until::text AS "until" FROM app.symbols
      WHERE source = $1 AND symbol = $2 AND factors_known_from IS NOT NULL`,
    [source, symbol],
  );
  return rows[0];
}

/** The days after a bar of a symbol, up to `day`. */
interface DaysSince {
  readonly symbol: string;
  /** Date of the bar. */
  readonly after: string;
  readonly day: string;
}

/** No ex-date lies in these days: what was known up to the bar before them is known for longer. */
export async function extendFactorsKnown(
  sql: Sql,
  source: string,
  days: readonly DaysSince[],
): Promise<void> {
  if (days.length === 0) return;
  await sql.query(
    `UPDATE app.symbols AS stored SET factors_known_until = given.day
       FROM unnest($2::text[], $3::date[], $4::date[]) AS given (symbol, after, day)
      WHERE stored.source = $1 AND stored.symbol = given.symbol
        AND stored.factors_known_until >= given.after AND stored.factors_known_until < given.day`,
    [source, days.map(({ symbol }) => symbol), days.map(({ after }) => after), days.map(({ day }) => day)],
  );
}

/** Nothing is known from the earliest of these ex-dates of a symbol on. */
export async function endFactorsKnown(
  sql: Sql,
  source: string,
  unlisted: readonly { readonly symbol: string; readonly exDate: string }[],
): Promise<void> {
  if (unlisted.length === 0) return;
  await sql.query(
    `UPDATE app.symbols AS stored SET factors_known_until = unlisted.first - 1
       FROM (SELECT symbol, min(ex_date) AS first FROM unnest($2::text[], $3::date[]) AS given (symbol, ex_date)
              GROUP BY symbol) AS unlisted
      WHERE stored.source = $1 AND stored.symbol = unlisted.symbol AND stored.factors_known_until >= unlisted.first`,
    [source, unlisted.map(({ symbol }) => symbol), unlisted.map(({ exDate }) => exDate)],
  );
}
