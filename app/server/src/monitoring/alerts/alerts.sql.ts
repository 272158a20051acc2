import type { Episode } from './lifecycle.ts';
import type { Labels } from '../history/labels.ts';
import type { Severity } from './rules/definition.ts';
import type { SuppressionReason, Told } from './telling.ts';
import type { Sql } from '../../database/sql.ts';

/** An alert as it is stored: what the next evaluation needs, and what people read. */
export interface StoredAlert {
  readonly id: string;
  readonly fingerprint: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly labels: Labels;
  readonly summary: string;
  readonly description: string;
  readonly value: number | undefined;
  readonly limit: number | undefined;
  readonly startedAt: number;
  readonly evaluatedAt: number;
  readonly episode: Episode;
  readonly told: Told;
}

/** Rows as PostgreSQL gives them. */
interface AlertRow {
  readonly id: string;
  readonly fingerprint: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly labels: Labels;
  readonly summary: string;
  readonly description: string;
  readonly state: Episode['state'];
  readonly value: number | null;
  readonly limit_value: number | null;
  readonly started_at: Date;
  readonly pending_since: Date;
  readonly fired_at: Date | null;
  readonly first_fired_at: Date | null;
  readonly clear_since: Date | null;
  readonly seen_at: Date;
  readonly unknown_since: Date | null;
  readonly resolved_at: Date | null;
  readonly end_reason: Episode['endReason'] | null;
  readonly evaluated_at: Date;
  readonly reopened: number;
  readonly flaps: number;
  readonly told: Told['told'];
  readonly told_firing_at: Date | null;
  readonly escalated_at: Date | null;
  readonly transition: number;
  readonly acknowledged_at: Date | null;
}

const ms = (date: Date | null): number | undefined => date?.getTime();
const date = (at: number | undefined): Date | null => (at === undefined ? null : new Date(at));

function alertOf(row: AlertRow): StoredAlert {
  const { id, fingerprint, rule, severity, labels, summary, description } = row;
  return {
    ...{ id, fingerprint, rule, severity, labels, summary, description },
    value: row.value ?? undefined,
    limit: row.limit_value ?? undefined,
    startedAt: row.started_at.getTime(),
    evaluatedAt: row.evaluated_at.getTime(),
    episode: {
      state: row.state,
      pendingSince: row.pending_since.getTime(),
      firedAt: ms(row.fired_at),
      // A release that knew no bouts kept the first one.
      firstFiredAt: ms(row.first_fired_at ?? row.fired_at),
      clearSince: ms(row.clear_since),
      seenAt: row.seen_at.getTime(),
      unknownSince: ms(row.unknown_since),
      resolvedAt: ms(row.resolved_at),
      endReason: row.end_reason ?? undefined,
      reopened: row.reopened,
      flaps: row.flaps,
    },
    told: {
      told: row.told,
      toldFiringAt: ms(row.told_firing_at),
      escalatedAt: ms(row.escalated_at),
      acknowledgedAt: ms(row.acknowledged_at),
      transition: row.transition,
    },
  };
}

/** Any number of engines may evaluate at once; of one rule, one after the other. */
const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended('alert rule ' || $1, 0))`;

const NEWEST = `
  SELECT DISTINCT ON (fingerprint) * FROM app.alerts
  WHERE rule = $1 AND (state IN ('pending', 'firing') OR resolved_at > $2)
  ORDER BY fingerprint, state = 'resolved', started_at DESC`;

/** Locks the rule until the transaction ends. @returns the newest alert of each fingerprint that may still go on */
export async function lockRule(sql: Sql, rule: string, resolvedAfter: number): Promise<StoredAlert[]> {
  await sql.query(LOCK, [rule]);
  return (await sql.query<AlertRow>(NEWEST, [rule, new Date(resolvedAfter)])).map(alertOf);
}

const WRITE = `
  INSERT INTO app.alerts (
    id, fingerprint, rule, severity, labels, summary, description, state, value, limit_value, started_at, pending_since,
    fired_at, clear_since, seen_at, resolved_at, end_reason, evaluated_at, reopened, flaps, told, told_firing_at,
    escalated_at, transition, first_fired_at, unknown_since, evaluations)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
    $25, $26, 1)
  ON CONFLICT (id) DO UPDATE SET
    severity = excluded.severity, summary = excluded.summary, description = excluded.description, state = excluded.state,
    value = excluded.value, limit_value = excluded.limit_value, started_at = excluded.started_at,
    pending_since = excluded.pending_since, fired_at = excluded.fired_at, first_fired_at = excluded.first_fired_at,
    unknown_since = excluded.unknown_since, clear_since = excluded.clear_since, seen_at = excluded.seen_at,
    resolved_at = excluded.resolved_at, end_reason = excluded.end_reason, evaluated_at = excluded.evaluated_at,
    reopened = excluded.reopened, flaps = excluded.flaps, told = excluded.told, told_firing_at = excluded.told_firing_at,
    escalated_at = excluded.escalated_at, transition = excluded.transition, evaluations = alerts.evaluations + 1,
    acknowledged_at = CASE WHEN alerts.acknowledged_at >= excluded.pending_since THEN alerts.acknowledged_at END,
    acknowledged_by = CASE WHEN alerts.acknowledged_at >= excluded.pending_since THEN alerts.acknowledged_by END,
    acknowledgement = CASE WHEN alerts.acknowledged_at >= excluded.pending_since THEN alerts.acknowledgement END`;

/** Writes an alert; what people did with it stays as it is, unless it has begun anew since. */
export async function writeAlert(sql: Sql, alert: StoredAlert): Promise<void> {
  const { episode, told } = alert;
  await sql.query(WRITE, [
    ...[
      alert.id,
      alert.fingerprint,
      alert.rule,
      alert.severity,
      alert.labels,
      alert.summary,
      alert.description,
    ],
    ...[episode.state, finite(alert.value), finite(alert.limit), date(alert.startedAt)],
    ...[date(episode.pendingSince), date(episode.firedAt), date(episode.clearSince), date(episode.seenAt)],
    ...[date(episode.resolvedAt), episode.endReason ?? null, date(alert.evaluatedAt)],
    ...[episode.reopened, episode.flaps, told.told, date(told.toldFiringAt), date(told.escalatedAt)],
    ...[told.transition, date(episode.firstFiredAt), date(episode.unknownSince)],
  ]);
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

export async function removeAlert(sql: Sql, id: string): Promise<void> {
  await sql.query('DELETE FROM app.alerts WHERE id = $1', [id]);
}

const SUPPRESS = `
  INSERT INTO app.alert_suppressions (alert_id, reason, count, first_at, last_at) VALUES ($1, $2, 1, $3, $3)
  ON CONFLICT (alert_id, reason) DO UPDATE
    SET count = alert_suppressions.count + 1, last_at = greatest(alert_suppressions.last_at, excluded.last_at)`;

export async function countSuppressed(
  sql: Sql,
  alertId: string,
  reason: SuppressionReason,
  at: number,
): Promise<void> {
  await sql.query(SUPPRESS, [alertId, reason, new Date(at)]);
}

const FIRED_SINCE = `
  SELECT DISTINCT rule FROM app.alerts
   WHERE rule = ANY($1) AND (state = 'firing' OR (fired_at IS NOT NULL AND resolved_at > $2 AND resolved_at <= $3))`;

/**
 * Which of these rules fire, or did after that time.
 * @param until an end after it was written by a clock that was wrong, and is not known to have been lately
 */
export async function firedSince(
  sql: Sql,
  rules: readonly string[],
  since: number,
  until: number,
): Promise<string[]> {
  if (rules.length === 0) return [];
  const rows = await sql.query<{ rule: string }>(FIRED_SINCE, [rules, new Date(since), new Date(until)]);
  return rows.map(({ rule }) => rule);
}

/** Alerts of these rules that may be told yet, or are. */
export async function activeAmong(
  sql: Sql,
  rules: readonly string[],
): Promise<{ readonly rule: string; readonly labels: Labels }[]> {
  if (rules.length === 0) return [];
  return sql.query(
    `SELECT rule, labels FROM app.alerts WHERE rule = ANY($1) AND state IN ('pending', 'firing')`,
    [rules],
  );
}

/** Rules with alerts that may still change: an evaluation that says nothing new about all others writes nothing. */
export async function rulesWithAlerts(sql: Sql): Promise<Set<string>> {
  const rows = await sql.query<{ rule: string }>(
    `SELECT DISTINCT rule FROM app.alerts WHERE state IN ('pending', 'firing')`,
  );
  return new Set(rows.map(({ rule }) => rule));
}

/** The newest alert of each of these rules, whatever became of it. */
export async function newestIds(sql: Sql, rules: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql.query<{ rule: string; id: string }>(
    'SELECT DISTINCT ON (rule) rule, id FROM app.alerts WHERE rule = ANY($1) ORDER BY rule, started_at DESC',
    [rules],
  );
  return new Map(rows.map(({ rule, id }) => [rule, id]));
}

/** When somebody said that he looks after it; undefined: nobody did. Null: there is no such alert. */
export async function acknowledgedAt(sql: Sql, id: string): Promise<number | undefined | null> {
  const [row] = await sql.query<{ acknowledged_at: Date | null }>(
    'SELECT acknowledged_at FROM app.alerts WHERE id = $1',
    [id],
  );
  return row === undefined ? null : ms(row.acknowledged_at);
}

/** When an alert was evaluated last, as it is stored; null: there is none of that id. */
export async function evaluatedAt(sql: Sql, id: string): Promise<number | null> {
  const [row] = await sql.query<{ evaluated_at: Date }>('SELECT evaluated_at FROM app.alerts WHERE id = $1', [
    id,
  ]);
  return row === undefined ? null : row.evaluated_at.getTime();
}
