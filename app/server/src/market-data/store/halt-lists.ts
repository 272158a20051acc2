import type { Sql } from '../../database/sql.ts';
import type { ListedHalts } from '../calendar/halts.ts';

/** The list of a day was read, so a share that it does not name was not halted on it. */
export async function recordHaltList(sql: Sql, source: string, day: string): Promise<void> {
  await sql.query('INSERT INTO app.halt_lists (source, list_date) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    source,
    day,
  ]);
}

/** The newest day whose list was read. */
export async function newestHaltList(sql: Sql, source: string): Promise<string | undefined> {
  const [row] = await sql.query<{ day: string | null }>(
    'SELECT max(list_date)::text AS day FROM app.halt_lists WHERE source = $1',
    [source],
  );
  return row?.day ?? undefined;
}

/** What the lists of the source say of these symbols. */
export async function readListedHalts(
  sql: Sql,
  source: string,
  symbols: readonly string[],
): Promise<(symbol: string) => ListedHalts> {
  const lists = await sql.query<{ day: string }>(
    'SELECT list_date::text AS day FROM app.halt_lists WHERE source = $1',
    [source],
  );
  const rows = await sql.query<{ symbol: string; from: string; to: string | null }>(
    `SELECT symbol, from_date::text AS "from", to_date::text AS "to" FROM app.halts
      WHERE source = $1 AND symbol = ANY($2) AND origin <> 'derived'`,
    [source, symbols],
  );
  const days = new Set(lists.map(({ day }) => day));
  const halts = Map.groupBy(rows, ({ symbol }) => symbol);
  return (symbol) => ({
    days,
    halts: (halts.get(symbol) ?? []).map(({ from, to }) => ({ from, to: to ?? undefined })),
  });
}
