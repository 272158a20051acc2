import type { Sql } from '../../database/sql.ts';
import type { Report } from './model/report.ts';
import { incidentCount } from './model/verdict.ts';
import type { Period, ReportKind } from './period.ts';

/** What lists show. */
export interface ReportRow {
  readonly id: string;
  readonly kind: ReportKind;
  readonly from: Date;
  readonly to: Date;
  readonly createdAt: Date;
  readonly availability: number | null;
  /** Share of the period that was; null: made before this was told. */
  readonly observed: number | null;
  readonly incidents: number;
  readonly verdict: string;
  /** Handed to the channels, or to be told by none. */
  readonly isTold: boolean;
}

const SHOWN = `id, kind, period_from AS "from", period_to AS "to", created_at AS "createdAt", availability, observed,
  incidents, verdict, told_at IS NOT NULL AS "isTold"`;

const ADD = `
  INSERT INTO app.operations_reports (id, kind, period_from, period_to, created_at, told_at, availability, observed, incidents,
                                      verdict, model)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  ON CONFLICT ON CONSTRAINT operations_reports_period_key DO NOTHING RETURNING id`;

/** @returns whether it is stored: there is one of the period already where it is not */
export async function addReport(sql: Sql, id: string, report: Report, isTold: boolean): Promise<boolean> {
  const { kind, from, to, createdAt, total, incidents, verdict } = report;
  const rows = await sql.query(ADD, [
    ...[id, kind, new Date(from), new Date(to), new Date(createdAt), isTold ? new Date(createdAt) : null],
    ...[total.availability, total.observed, incidentCount(incidents), verdict.title, JSON.stringify(report)],
  ]);
  return rows.length > 0;
}

/** @returns whether it is for the caller to tell it: in a transaction, so that of several one does */
export async function markTold(sql: Sql, id: string): Promise<boolean> {
  const rows = await sql.query(
    'UPDATE app.operations_reports SET told_at = now() WHERE id = $1 AND told_at IS NULL RETURNING id',
    [id],
  );
  return rows.length > 0;
}

/** The report of a period, where there is one. */
export async function reportOfPeriod(
  sql: Sql,
  { kind, from, to }: Pick<Period, 'kind' | 'from' | 'to'>,
): Promise<ReportRow | undefined> {
  const [row] = await sql.query<ReportRow>(
    `SELECT ${SHOWN} FROM app.operations_reports WHERE kind = $1 AND period_from = $2 AND period_to = $3`,
    [kind, new Date(from), new Date(to)],
  );
  return row;
}

/** $1 kind or null, $2 and $3 after this one or null, $4 how many. */
const PAGE = `
  SELECT ${SHOWN} FROM app.operations_reports
   WHERE ($1::text IS NULL OR kind = $1) AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
   ORDER BY created_at DESC, id DESC LIMIT $4`;

export function reportPage(
  sql: Sql,
  kind: ReportKind | undefined,
  after: readonly [createdAt: string, id: string] | readonly [],
  limit: number,
): Promise<ReportRow[]> {
  return sql.query<ReportRow>(PAGE, [kind ?? null, after[0] ?? null, after[1] ?? null, limit]);
}

export async function findReport(sql: Sql, id: string): Promise<Report | undefined> {
  const [row] = await sql.query<{ model: Report }>('SELECT model FROM app.operations_reports WHERE id = $1', [
    id,
  ]);
  return row?.model;
}

/** Whom a report was told to, as `subjectKeyOf` names it. */
export interface Told {
  readonly subject: string;
  readonly channel: string;
  readonly state: string;
}

export const subjectKeyOf = (id: string): string => `report ${id}`;

export function toldOf(sql: Sql, ids: readonly string[]): Promise<Told[]> {
  return sql.query<Told>(
    `SELECT subject_key AS subject, channel, state FROM app.notification_deliveries
      WHERE subject_key = ANY($1) ORDER BY channel`,
    [ids.map(subjectKeyOf)],
  );
}

/** $1 made before, $2 to $4 kinds, beginnings and ends of those that stay */
const FORGET = `
  DELETE FROM app.operations_reports WHERE created_at < $1
     AND (kind, period_from, period_to) NOT IN
         (SELECT kind, begin, ending FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) AS kept (kind, begin, ending))`;

export async function forgetReports(
  sql: Sql,
  before: Date,
  kept: readonly Pick<Period, 'kind' | 'from' | 'to'>[],
): Promise<void> {
  await sql.query(FORGET, [
    before,
    kept.map(({ kind }) => kind),
    kept.map(({ from }) => new Date(from)),
    kept.map(({ to }) => new Date(to)),
  ]);
}
