import type { Bar, SourceRow } from '../provider.ts';

/**
 * What becomes of a row: `rejected` is impossible and never a bar; `held` is implausible and waits for a person;
 * `flagged` is a bar with a remark.
 */
export type Disposition = 'rejected' | 'held' | 'flagged';

/** What is wrong with one source row. */
export interface Finding {
  readonly rowNumber: number;
  readonly date: string | undefined;
  readonly reason: string;
  readonly disposition: Disposition;
  readonly detail: string;
  readonly raw: unknown;
}

export interface CheckedRow {
  /** To be stored; undefined when a finding rejects or holds it. */
  readonly bar: Bar | undefined;
  /** What would be stored if somebody released the row. */
  readonly held: Bar | undefined;
  readonly findings: readonly Finding[];
}

/** The judgement of one check on one row; undefined: nothing to say. */
export type Verdict = { readonly reason: string; readonly detail: string } | undefined;

export function finding(row: SourceRow, disposition: Disposition, verdict: NonNullable<Verdict>): Finding {
  return { rowNumber: row.rowNumber, date: row.bar?.date, disposition, raw: row.raw, ...verdict };
}
