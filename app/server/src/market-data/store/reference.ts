import type { Sql } from '../../database/sql.ts';
import type { FactorStep } from '../adjustment/factors.ts';
import type { CorporateAction, Origin } from '../provider.ts';

export interface SymbolKey {
  readonly source: string;
  readonly symbol: string;
}

const ACTIONS = `
  INSERT INTO app.corporate_actions AS stored
         (source, symbol, origin, ex_date, record_date, announced_on, cash_per_share, bonus_per_share,
          conversion_per_share, rights_per_share, rights_price, adjusts_price, note)
  SELECT $1, $2, $3, given.*
    FROM unnest($4::date[], $5::date[], $6::date[], $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[],
                $11::numeric[], $12::boolean[], $13::text[]) AS given
  ON CONFLICT (source, symbol, ex_date) DO UPDATE
     SET origin = excluded.origin, record_date = excluded.record_date, announced_on = excluded.announced_on,
         cash_per_share = excluded.cash_per_share, bonus_per_share = excluded.bonus_per_share,
         conversion_per_share = excluded.conversion_per_share, rights_per_share = excluded.rights_per_share,
         rights_price = excluded.rights_price, adjusts_price = excluded.adjusts_price, note = excluded.note,
         fetched_at = now()
   WHERE (stored.record_date, stored.announced_on, stored.cash_per_share, stored.bonus_per_share,
          stored.conversion_per_share, stored.rights_per_share, stored.rights_price, stored.adjusts_price, stored.note)
         IS DISTINCT FROM
         (excluded.record_date, excluded.announced_on, excluded.cash_per_share, excluded.bonus_per_share,
          excluded.conversion_per_share, excluded.rights_per_share, excluded.rights_price, excluded.adjusts_price, excluded.note)`;

/** The answer is all that the source has of the symbol: an action that it names no more was withdrawn. */
export async function storeCorporateActions(
  sql: Sql,
  { source, symbol, origin }: SymbolKey & { readonly origin: Origin },
  actions: readonly CorporateAction[],
): Promise<void> {
  const dates = actions.map((action) => action.exDate);
  await sql.query(
    'DELETE FROM app.corporate_actions WHERE source = $1 AND symbol = $2 AND NOT ex_date = ANY($3::date[])',
    [source, symbol, dates],
  );
  await sql.query(ACTIONS, [
    source,
    symbol,
    origin,
    dates,
    actions.map((action) => action.recordDate ?? null),
    actions.map((action) => action.announcedOn ?? null),
    actions.map((action) => action.cashPerShare),
    actions.map((action) => action.bonusPerShare),
    actions.map((action) => action.conversionPerShare),
    actions.map((action) => action.rightsPerShare),
    actions.map((action) => action.rightsPrice ?? null),
    actions.map((action) => action.adjustsPrice),
    actions.map((action) => action.note ?? null),
  ]);
}

/** Ascending by ex-date. */
export async function readCorporateActions(
  sql: Sql,
  { source, symbol }: SymbolKey,
): Promise<CorporateAction[]> {
  const rows = await sql.query<
    Omit<CorporateAction, 'rightsPrice' | 'note'> & { rightsPrice: number | null; note: string | null }
  >(
    `SELECT ex_date::text AS "exDate", cash_per_share::float8 AS "cashPerShare", bonus_per_share::float8 AS "bonusPerShare",
            conversion_per_share::float8 AS "conversionPerShare", rights_per_share::float8 AS "rightsPerShare",
            rights_price::float8 AS "rightsPrice", adjusts_price AS "adjustsPrice", note
       FROM app.corporate_actions WHERE source = $1 AND symbol = $2 ORDER BY ex_date`,
    [source, symbol],
  );
  return rows.map((row) =>
    Object.assign(row, { rightsPrice: row.rightsPrice ?? undefined, note: row.note ?? undefined }),
  );
}

/** The closes that factors are computed from: the last one before each ex-date, and the last of all. Ascending. */
export function closesForFactors(
  sql: Sql,
  { source, symbol }: SymbolKey,
): Promise<{ date: string; close: number }[]> {
  return sql.query(
    `SELECT trade_date::text AS date, close::float8 AS close FROM (
       SELECT bar.trade_date, bar.close
         FROM app.corporate_actions AS action
        CROSS JOIN LATERAL (SELECT trade_date, close FROM app.daily_bars
                             WHERE source = action.source AND symbol = action.symbol AND trade_date < action.ex_date
                             ORDER BY trade_date DESC LIMIT 1) AS bar
        WHERE action.source = $1 AND action.symbol = $2
        UNION
       (SELECT trade_date, close FROM app.daily_bars WHERE source = $1 AND symbol = $2 ORDER BY trade_date DESC LIMIT 1)
     ) AS closes ORDER BY trade_date`,
    [source, symbol],
  );
}

/** Replaces the factors of a symbol; equal ones are not rewritten. */
export async function storeFactors(
  sql: Sql,
  { source, symbol }: SymbolKey,
  steps: readonly FactorStep[],
): Promise<void> {
  const dates = steps.map((step) => step.exDate);
  await sql.query(
    'DELETE FROM app.adjustment_factors WHERE source = $1 AND symbol = $2 AND NOT ex_date = ANY($3::date[])',
    [source, symbol, dates],
  );
  await sql.query(
    `INSERT INTO app.adjustment_factors AS stored
            (source, symbol, ex_date, previous_close, reference, price_factor, share_factor)
     SELECT $1, $2, given.*
       FROM unnest($3::date[], $4::numeric[], $5::numeric[], $6::float8[], $7::float8[]) AS given
     ON CONFLICT (source, symbol, ex_date) DO UPDATE
        SET previous_close = excluded.previous_close, reference = excluded.reference,
            price_factor = excluded.price_factor, share_factor = excluded.share_factor, computed_at = now()
      WHERE (stored.previous_close, stored.reference, stored.price_factor, stored.share_factor) IS DISTINCT FROM
            (excluded.previous_close, excluded.reference, excluded.price_factor, excluded.share_factor)`,
    [
      source,
      symbol,
      dates,
      steps.map((step) => step.previousClose),
      steps.map((step) => step.reference),
      steps.map((step) => step.factor),
      steps.map((step) => step.shareRatio),
    ],
  );
}

/** Which of these symbols have corporate actions. */
export async function symbolsWithActions(
  sql: Sql,
  source: string,
  symbols: readonly string[],
): Promise<string[]> {
  const rows = await sql.query<{ symbol: string }>(
    'SELECT DISTINCT symbol FROM app.corporate_actions WHERE source = $1 AND symbol = ANY($2)',
    [source, symbols],
  );
  return rows.map((row) => row.symbol);
}

/** The last bar before a day, and the price that the day counts from as far as the stored actions say. */
export interface CloseBefore {
  readonly date: string;
  readonly reference: number;
}

/** Of every symbol that has a bar before the day. */
export async function closesBefore(
  sql: Sql,
  source: string,
  day: string,
): Promise<ReadonlyMap<string, CloseBefore>> {
  const rows = await sql.query<CloseBefore & { symbol: string }>(
    // With a limit it stays one probe of the key for each symbol; a plain join reads all bars.
    `SELECT symbol, bar.trade_date::text AS date,
            coalesce((SELECT reference FROM app.adjustment_factors
                       WHERE source = stored.source AND symbol = stored.symbol
                         AND ex_date > bar.trade_date AND ex_date <= $2
                       ORDER BY ex_date DESC LIMIT 1), bar.close)::float8 AS reference
       FROM app.symbols AS stored
      CROSS JOIN LATERAL (SELECT trade_date, close FROM app.daily_bars
                           WHERE source = stored.source AND symbol = stored.symbol AND trade_date < $2
                           ORDER BY trade_date DESC LIMIT 1) AS bar
      WHERE source = $1`,
    [source, day],
  );
  return new Map(rows.map(({ symbol, ...close }) => [symbol, close]));
}
