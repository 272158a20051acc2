import { createHash } from 'node:crypto';
import type { Sql } from '../../database/sql.ts';
import type { Finding } from '../checks/finding.ts';
import type { Bar, MinuteBar, Origin } from '../provider.ts';

export type Dataset = 'daily' | 'minutes' | 'quotes';

/** A finding with all that a later decision about it needs. */
export interface Found extends Finding {
  readonly symbol: string;
  readonly origin: Origin;
  /** What it is about, see {@link subjectOf}. */
  readonly subject: string;
  /** Tells rows apart that say the same in one answer. */
  readonly occurrence: number;
  /** What a row that is not rejected is, or would be. */
  readonly bar: Bar | MinuteBar | undefined;
}

/**
 * What a finding is about, and with its reason the key of a decision: the time and the prices of the bar, which are the same
 * in a quote, in a history and from another upstream, where volume and amount are rounded otherwise. A row that can be no
 * bar has nothing but its text.
 */
export function subjectOf(raw: unknown, bar: Bar | MinuteBar | undefined): string {
  if (bar === undefined)
    return createHash('sha256')
      .update(JSON.stringify(raw) ?? '')
      .digest('hex')
      .slice(0, 32);
  const { open, high, low, close } = bar;
  // As the database keeps prices.
  const prices = [open, high, low, close].map((price) => Number(price.toFixed(4)));
  return ['at' in bar ? bar.at : bar.date, ...prices].join(' ');
}

export type Resolution = 'released' | 'dropped';

/** What a person has decided about a finding before. */
export interface Decision {
  readonly symbol: string;
  readonly reason: string;
  readonly subject: string;
  readonly resolution: Resolution;
}

export interface FoundIn {
  readonly source: string;
  readonly dataset: Dataset;
  readonly runId: string;
}

/** What was found before keeps its decision, and only learns how it looks and where it stands now. */
const RECORD = `
  INSERT INTO app.quarantine AS stored
         (source, dataset, run_id, symbol, origin, row_number, subject, occurrence, trade_date, reason, disposition, detail, raw, bar)
  SELECT $1, $2, $3, given.*
    FROM unnest($4::text[], $5::text[], $6::int[], $7::text[], $8::int[], $9::text[], $10::text[], $11::text[], $12::text[],
                $13::jsonb[], $14::jsonb[]) AS given
  ON CONFLICT (source, symbol, dataset, reason, subject, occurrence) DO UPDATE
     SET run_id = excluded.run_id, origin = excluded.origin, row_number = excluded.row_number,
         disposition = excluded.disposition, detail = excluded.detail, raw = excluded.raw, bar = excluded.bar`;

/** jsonb holds neither NUL nor half a surrogate pair; a source may write either into a column that nobody reads. */
function storableJson(raw: unknown): string {
  return (JSON.stringify(raw) ?? 'null').replaceAll(/\\(?:u([\da-f]{4})|.)/g, (escape, code?: string) =>
    code !== undefined && /^(0000|d[89a-f])/.test(code) ? String.raw`\ufffd` : escape,
  );
}

/** Stores findings; what was decided about them before stays. */
export async function recordFindings(
  sql: Sql,
  { source, dataset, runId }: FoundIn,
  found: readonly Found[],
): Promise<void> {
  if (found.length === 0) return;
  await sql.query(RECORD, [
    source,
    dataset,
    runId,
    found.map((one) => one.symbol),
    found.map((one) => one.origin),
    found.map((one) => one.rowNumber),
    found.map((one) => one.subject),
    found.map((one) => one.occurrence),
    found.map((one) => one.date ?? null),
    found.map((one) => one.reason),
    found.map((one) => one.disposition),
    found.map((one) => one.detail),
    found.map((one) => storableJson(one.raw)),
    found.map((one) => (one.bar === undefined ? null : JSON.stringify(one.bar))),
  ]);
}

/** All that people have decided about rows of these symbols. */
export function decisionsAbout(
  sql: Sql,
  { source, dataset }: Omit<FoundIn, 'runId'>,
  symbols: readonly string[],
): Promise<Decision[]> {
  return sql.query(
    `SELECT symbol, reason, subject, resolution FROM app.quarantine
      WHERE source = $1 AND dataset = $2 AND symbol = ANY($3) AND resolution IS NOT NULL`,
    [source, dataset, symbols],
  );
}

/**
 * A row that the source has mended since must not keep its old finding: whatever this run, having read all rows from
 * `from` to `to`, did not find again goes, unless somebody has decided about it.
 * @param from first date that the run has read; undefined: all, and rows without a date
 */
export async function forgetMended(
  sql: Sql,
  { source, dataset, runId }: FoundIn,
  symbols: readonly string[],
  from?: string,
  to?: string,
): Promise<void> {
  await sql.query(
    `DELETE FROM app.quarantine
      WHERE source = $1 AND dataset = $2 AND symbol = ANY($4) AND run_id IS DISTINCT FROM $3 AND resolution IS NULL
        AND ($5::text IS NULL OR trade_date >= $5) AND ($6::text IS NULL OR trade_date <= $6)`,
    [source, dataset, runId, symbols, from ?? null, to ?? null],
  );
}

/** What an earlier run found so many days ago, and nobody has decided about since. */
export async function forgetOld(
  sql: Sql,
  { source, dataset, runId }: FoundIn,
  symbol: string,
  days: number,
): Promise<void> {
  await sql.query(
    `DELETE FROM app.quarantine
      WHERE source = $1 AND dataset = $2 AND symbol = $4 AND run_id IS DISTINCT FROM $3 AND resolution IS NULL
        AND found_at < now() - make_interval(days => $5)`,
    [source, dataset, runId, symbol, days],
  );
}
