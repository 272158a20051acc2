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

/** Replaces the halts that were derived from bars; those that the source names itself stay, and win. */
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
    `INSERT INTO app.halts (source, origin, symbol, from_date, to_date)
     SELECT $1, 'derived', given.* FROM unnest($2::text[], $3::date[], $4::date[]) AS given ON CONFLICT DO NOTHING`,
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

/** Marks who is halted on `day` by the halts that are stored, and who trades again. */
export async function markSuspended(sql: Sql, source: string, day: string): Promise<void> {
  await sql.query(
    `WITH halted AS (SELECT symbol FROM app.halts WHERE source = $1 AND from_date <= $2 AND coalesce(to_date >= $2, true))
     UPDATE app.symbols AS stored
        SET listing_status = CASE WHEN stored.symbol IN (SELECT symbol FROM halted) THEN 'suspended' ELSE 'listed' END
      WHERE source = $1 AND listing_status <> 'delisted'
        AND (listing_status = 'suspended') <> (stored.symbol IN (SELECT symbol FROM halted))`,
    [source, day],
  );
}
