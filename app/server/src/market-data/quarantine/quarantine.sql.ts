import type { Disposition } from '../checks/finding.ts';
import type { Bar, MinuteBar, Origin } from '../provider.ts';
import type { Dataset, Resolution } from '../store/findings.ts';

/** A row of the table, with what a decision needs. */
export interface QuarantineRow {
  readonly id: string;
  readonly source: string;
  readonly origin: Origin;
  readonly symbol: string;
  readonly dataset: Dataset;
  readonly rowNumber: number;
  readonly date: string | null;
  readonly reason: string;
  readonly disposition: Disposition;
  readonly detail: string;
  readonly raw: unknown;
  readonly resolution: Resolution | null;
  readonly resolvedAt: Date | null;
  readonly resolvedBecause: string | null;
}

export type QuarantinedBar = QuarantineRow & {
  readonly bar: Bar | MinuteBar | null;
  readonly subject: string;
};

const COLUMNS = `id, source, origin, symbol, dataset, row_number AS "rowNumber", trade_date AS date, reason, disposition,
  detail, raw, resolution, resolved_at AS "resolvedAt", resolved_because AS "resolvedBecause"`;

/** $1 source; the rest is null or what is asked for: symbol, disposition, dataset, reason, state. */
const FILTER = `source = $1 AND ($2::text IS NULL OR symbol = $2) AND ($3::text IS NULL OR disposition = $3)
  AND ($4::text IS NULL OR dataset = $4) AND ($5::text IS NULL OR reason = $5)
  AND ($6::text IS NULL OR coalesce(resolution, 'open') = $6)`;

/** $7: after this id, $8: how many. */
export const PAGE = `SELECT ${COLUMNS} FROM app.quarantine WHERE ${FILTER} AND id > $7::bigint ORDER BY id LIMIT $8`;

/** Rows that are counted for one answer: everybody may ask, and a broken source can fill the table. */
export const MOST_COUNTED = 10_000;

export const COUNTS = `
  SELECT symbol, dataset, reason, disposition, count(*)::int AS count
    FROM (SELECT symbol, dataset, reason, disposition FROM app.quarantine WHERE ${FILTER}
           ORDER BY id DESC LIMIT ${MOST_COUNTED}) AS newest
   GROUP BY symbol, dataset, reason, disposition ORDER BY count DESC, symbol, dataset, reason`;

export const SYMBOL_OF = 'SELECT symbol FROM app.quarantine WHERE id = $1 AND source = $2';

export const ROW = `SELECT ${COLUMNS}, bar, subject FROM app.quarantine WHERE id = $1 FOR UPDATE`;

/** Other findings about the same bar. $1 to $4: source, symbol, dataset, subject; $5: not this one. */
export const SIBLINGS = `
  SELECT disposition, resolution FROM app.quarantine
   WHERE source = $1 AND symbol = $2 AND dataset = $3 AND subject = $4 AND id <> $5`;

export const RESOLVE = `
  UPDATE app.quarantine SET resolution = $2, resolved_at = now(), resolved_because = $3 WHERE id = $1
  RETURNING ${COLUMNS}`;
