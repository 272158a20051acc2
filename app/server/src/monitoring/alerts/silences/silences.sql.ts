import { hasLabels, type Labels } from '../../history/labels.ts';
import type { Sql } from '../../../database/sql.ts';

/** What must be equal for an alert to be silenced: labels, and `rule` and `severity`, which are no labels of series. */
export interface Silence {
  readonly id: string;
  readonly matchers: Labels;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly comment: string;
  readonly createdAt: Date;
  readonly createdBy: string | null;
}

const FIELDS = `id, matchers, starts_at AS "startsAt", ends_at AS "endsAt", comment, created_at AS "createdAt",
                created_by AS "createdBy"`;

/** Silences that hold at a time. */
export async function silencesAt(sql: Sql, at: Date): Promise<Silence[]> {
  return sql.query<Silence>(
    `SELECT ${FIELDS} FROM app.alert_silences WHERE starts_at <= $1 AND ends_at > $1`,
    [at],
  );
}

/** Silences that hold at a time, or will later: for whoever cannot ask again then. */
export async function silencesFrom(sql: Sql, at: Date): Promise<Silence[]> {
  return sql.query<Silence>(`SELECT ${FIELDS} FROM app.alert_silences WHERE ends_at > $1`, [at]);
}

/** All that have not ended, and those that ended a moment ago, newest first. */
export async function listSilences(sql: Sql, endedAfter: Date): Promise<Silence[]> {
  return sql.query<Silence>(
    `SELECT ${FIELDS} FROM app.alert_silences WHERE ends_at > $1 ORDER BY ends_at DESC, id LIMIT 500`,
    [endedAfter],
  );
}

export async function insertSilence(sql: Sql, silence: Silence): Promise<void> {
  const { id, matchers, startsAt, endsAt, comment, createdAt, createdBy } = silence;
  await sql.query(
    `INSERT INTO app.alert_silences (id, matchers, starts_at, ends_at, comment, created_at, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, matchers, startsAt, endsAt, comment, createdAt, createdBy],
  );
}

/** Ends a silence that has not ended yet. @returns whether there was one */
export async function endSilence(sql: Sql, id: string, at: Date): Promise<boolean> {
  // One that has not begun would end before it begins, so it goes.
  const gone = await sql.query(
    'DELETE FROM app.alert_silences WHERE id = $1 AND starts_at >= $2 RETURNING id',
    [id, at],
  );
  if (gone.length > 0) return true;
  const ended = await sql.query(
    'UPDATE app.alert_silences SET ends_at = $2 WHERE id = $1 AND ends_at > $2 RETURNING id',
    [id, at],
  );
  return ended.length > 0;
}

/** What of an alert a silence looks at. */
export interface Silenceable {
  readonly rule: string;
  readonly severity: string;
  readonly labels: Labels;
}

/** Whether all that the silence names is so with the alert, whenever the silence holds. */
export function fits({ matchers }: Pick<Silence, 'matchers'>, alert: Silenceable): boolean {
  return hasLabels({ ...alert.labels, rule: alert.rule, severity: alert.severity }, matchers);
}

export function isSilenced(silences: readonly Silence[], alert: Silenceable): boolean {
  return silences.some((silence) => fits(silence, alert));
}

/** Alerts that are the case: those that a silence has something to say of. */
export async function activeAlerts(sql: Sql): Promise<Silenceable[]> {
  return sql.query<Silenceable>(
    `SELECT rule, severity, labels FROM app.alerts WHERE state IN ('pending', 'firing')`,
  );
}
