import type { Sql } from '../../database/sql.ts';
import type { DerivedHalt } from '../calendar/halts.ts';
import type { Halt, Origin } from '../provider.ts';

export interface DerivedHalts {
  readonly symbol: string;
  /** First date that was looked at: what was derived before it stays. */
  readonly from: string;
  readonly halts: readonly DerivedHalt[];
}

const REPLACE_HALTS = `
  WITH looked AS (SELECT * FROM unnest($2::text[], $3::date[]) AS looked (symbol, since)),
       given AS (SELECT * FROM unnest($4::text[], $5::date[], $6::date[]) AS given (symbol, from_date, to_date)),
       outdated AS (
         DELETE FROM app.halts AS stored USING looked
          WHERE stored.source = $1 AND stored.symbol = looked.symbol AND stored.from_date >= looked.since
            AND stored.origin = 'derived'
            AND NOT EXISTS (SELECT 1 FROM given WHERE given.symbol = stored.symbol AND given.from_date = stored.from_date
                                                  AND given.to_date = stored.to_date)
         RETURNING 1)
  SELECT count(*) FROM outdated`;

/**
 * Replaces the halts that were derived from bars; those that the source names itself stay, and win. An answer may lack
 * days that another one had: what has a bar is no halt.
 */
export async function storeDerivedHalts(
  sql: Sql,
  source: string,
  derived: readonly DerivedHalts[],
): Promise<void> {
  const halts = derived.flatMap(({ symbol, halts: found }) =>
    found.map(({ from, to }) => ({ symbol, from, to })),
  );
  const columns = [
    halts.map((halt) => halt.symbol),
    halts.map((halt) => halt.from),
    halts.map((halt) => halt.to),
  ];
  await sql.query(REPLACE_HALTS, [
    source,
    derived.map(({ symbol }) => symbol),
    derived.map(({ from }) => from),
    ...columns,
  ]);
  if (halts.length === 0) return;
  await sql.query(
    // With a limit it stays one probe of the key for each halt; a join may read all bars.
    `INSERT INTO app.halts (source, origin, symbol, from_date, to_date)
     SELECT $1, 'derived', given.* FROM unnest($2::text[], $3::date[], $4::date[]) AS given (symbol, from_date, to_date)
      WHERE (SELECT true FROM app.daily_bars AS bar
              WHERE bar.source = $1 AND bar.symbol = given.symbol
                AND bar.trade_date BETWEEN given.from_date AND given.to_date LIMIT 1) IS NULL
     ON CONFLICT DO NOTHING`,
    [source, ...columns],
  );
}

/** The source's own halts, which carry a reason and may be open-ended. */
export async function storeHalts(
  sql: Sql,
  source: string,
  origin: Origin,
  halts: readonly Halt[],
): Promise<void> {
  await sql.query(
    `INSERT INTO app.halts AS stored (source, origin, symbol, from_date, to_date, reason)
     SELECT DISTINCT ON (given.symbol, given.from_date) $1, $2, given.*
       FROM unnest($3::text[], $4::date[], $5::date[], $6::text[]) AS given (symbol, from_date, to_date, reason)
     ON CONFLICT (source, symbol, from_date) DO UPDATE
        SET origin = excluded.origin, to_date = excluded.to_date, reason = excluded.reason, fetched_at = now()
      WHERE (stored.origin, stored.to_date, stored.reason) IS DISTINCT FROM (excluded.origin, excluded.to_date, excluded.reason)`,
    [
      source,
      origin,
      halts.map((halt) => halt.symbol),
      halts.map((halt) => halt.from),
      halts.map((halt) => halt.to ?? null),
      halts.map((halt) => halt.reason ?? null),
    ],
  );
}

/**
 * Locks the symbols that a list of halts may change, as `lockSymbols` does it: those that it names, and those that are
 * halted by what is stored. @returns the ones that are known
 */
export async function lockHalted(
  sql: Sql,
  source: string,
  listed: readonly string[],
  day: string,
): Promise<string[]> {
  const rows = await sql.query<{ symbol: string }>(
    `SELECT symbol FROM app.symbols
      WHERE source = $1
        AND (symbol = ANY($2) OR listing_status = 'suspended'
             OR symbol IN (SELECT symbol FROM app.halts
                            WHERE source = $1 AND from_date <= $3 AND coalesce(to_date, 'infinity'::date) >= $3))
      ORDER BY symbol FOR NO KEY UPDATE`,
    [source, listed, day],
  );
  return rows.map(({ symbol }) => symbol);
}

/** Marks which of the symbols are halted on `day` by the halts that are stored, and which trade again. */
export async function markSuspended(
  sql: Sql,
  source: string,
  symbols: readonly string[],
  day: string,
): Promise<void> {
  await sql.query(
    `WITH halted AS (SELECT symbol FROM app.halts
                      WHERE source = $1 AND symbol = ANY($2) AND from_date <= $3 AND coalesce(to_date >= $3, true))
     UPDATE app.symbols AS stored
        SET listing_status = CASE WHEN stored.symbol IN (SELECT symbol FROM halted) THEN 'suspended' ELSE 'listed' END
      WHERE source = $1 AND symbol = ANY($2) AND listing_status <> 'delisted'
        AND (listing_status = 'suspended') <> (stored.symbol IN (SELECT symbol FROM halted))`,
    [source, symbols, day],
  );
}

export interface ContradictedHalt {
  readonly symbol: string;
  readonly from: string;
  /** Whether the share traded on its first day. */
  readonly tradedFirst: boolean;
  /** The first later day with a bar. */
  readonly traded: string;
}

/** Halts of these symbols, as the source names them, within which the share traded again. */
export function contradictedHalts(
  sql: Sql,
  source: string,
  symbols: readonly string[],
): Promise<ContradictedHalt[]> {
  return sql.query(
    `SELECT halt.symbol, halt.from_date::text AS "from", bar.trade_date::text AS traded,
            EXISTS (SELECT FROM app.daily_bars AS first
                     WHERE first.source = $1 AND first.symbol = halt.symbol AND first.trade_date = halt.from_date) AS "tradedFirst"
       FROM app.halts AS halt
      CROSS JOIN LATERAL (SELECT trade_date FROM app.daily_bars
                           WHERE source = $1 AND symbol = halt.symbol AND trade_date > halt.from_date
                             AND trade_date <= coalesce(halt.to_date, 'infinity'::date)
                           ORDER BY trade_date LIMIT 1) AS bar
      WHERE halt.source = $1 AND halt.symbol = ANY($2) AND halt.origin <> 'derived'`,
    [source, symbols],
  );
}

/** @param ends last days of halts that are known by symbol and first day; null: it was none */
export async function endHalts(
  sql: Sql,
  source: string,
  ends: readonly { readonly symbol: string; readonly from: string; readonly to: string | null }[],
): Promise<void> {
  const given = `unnest($2::text[], $3::date[], $4::date[]) AS given (symbol, from_date, to_date)`;
  const key = 'stored.source = $1 AND stored.symbol = given.symbol AND stored.from_date = given.from_date';
  const columns = [ends.map(({ symbol }) => symbol), ends.map(({ from }) => from), ends.map(({ to }) => to)];
  await sql.query(`DELETE FROM app.halts AS stored USING ${given} WHERE ${key} AND given.to_date IS NULL`, [
    source,
    ...columns,
  ]);
  await sql.query(
    `UPDATE app.halts AS stored SET to_date = given.to_date, fetched_at = now() FROM ${given}
      WHERE ${key} AND given.to_date IS NOT NULL`,
    [source, ...columns],
  );
}
