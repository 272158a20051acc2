import type { Sql } from '../../database/sql.ts';

/**
 * A source's list of trading days (ascending, not empty) replaces what is stored from its first to its last day: a day
 * that it names no more was withdrawn, as on a closure at short notice. What lies outside of it stays.
 */
export async function storeTradingDays(sql: Sql, source: string, days: readonly string[]): Promise<void> {
  await sql.query(
    `INSERT INTO app.trading_days AS stored (source, days) VALUES ($1, $2::date[])
     ON CONFLICT (source) DO UPDATE
        SET days = array(SELECT unnest(excluded.days)
                         UNION ALL
                         SELECT day FROM unnest(stored.days) AS day WHERE NOT day BETWEEN $3 AND $4
                          ORDER BY 1),
            fetched_at = now()`,
    [source, days, days[0], days.at(-1)],
  );
}

/** Ascending. */
export async function readTradingDays(sql: Sql, source: string): Promise<readonly string[]> {
  const [row] = await sql.query<{ days: readonly string[] }>(
    'SELECT days::text[] AS days FROM app.trading_days WHERE source = $1',
    [source],
  );
  return row?.days ?? [];
}

/** Another one after every list that was stored; undefined: none is. */
export async function tradingDaysVersion(sql: Sql, source: string): Promise<string | undefined> {
  const [row] = await sql.query<{ version: string }>(
    'SELECT xmin::text AS version FROM app.trading_days WHERE source = $1',
    [source],
  );
  return row?.version;
}
