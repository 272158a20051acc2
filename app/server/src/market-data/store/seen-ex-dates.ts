import type { Sql } from '../../database/sql.ts';

/** A day whose quote counted from another price than the close of the bar before: a right of the share went in between. */
export interface SeenExDate {
  readonly symbol: string;
  /** Date of the bar before. */
  readonly after: string;
  readonly exDate: string;
}

/** @param seen each with the price that the day counted from, in yuan */
export async function recordSeenExDates(
  sql: Sql,
  source: string,
  seen: readonly (SeenExDate & { readonly reference: number })[],
): Promise<void> {
  if (seen.length === 0) return;
  await sql.query(
    `INSERT INTO app.seen_ex_dates (source, symbol, ex_date, after_date, reference)
     SELECT $1, given.* FROM unnest($2::text[], $3::date[], $4::date[], $5::numeric[]) AS given
     ON CONFLICT (source, symbol, ex_date) DO UPDATE
        SET after_date = excluded.after_date, reference = excluded.reference, seen_at = now()`,
    [
      source,
      seen.map(({ symbol }) => symbol),
      seen.map(({ exDate }) => exDate),
      seen.map(({ after }) => after),
      seen.map(({ reference }) => reference),
    ],
  );
}

/**
 * Ex-dates that were seen and are not among the stored corporate actions; ascending. A bar that was corrected or dropped
 * since then is evidence of nothing.
 */
export function unlistedExDates(sql: Sql, source: string, symbols: readonly string[]): Promise<SeenExDate[]> {
  return sql.query(
    `SELECT seen.symbol, seen.after_date::text AS after, seen.ex_date::text AS "exDate"
       FROM app.seen_ex_dates AS seen
       JOIN app.daily_bars AS bar ON bar.source = seen.source AND bar.symbol = seen.symbol
                                 AND bar.trade_date = seen.after_date AND bar.close <> seen.reference
      WHERE seen.source = $1 AND seen.symbol = ANY($2)
        AND NOT EXISTS (SELECT 1 FROM app.corporate_actions AS action
                         WHERE action.source = seen.source AND action.symbol = seen.symbol
                           AND action.ex_date > seen.after_date AND action.ex_date <= seen.ex_date)
      ORDER BY seen.ex_date`,
    [source, symbols],
  );
}
