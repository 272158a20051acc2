import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../../../audit/audit-log.service.ts';
import { CLOCK, type Clock } from '../../../common/clock.ts';
import { currentUserId } from '../../../common/current-principal.ts';
import { ConflictError, InvalidParameterError, NotFoundError } from '../../../common/errors.ts';
import { DATABASE } from '../../../database/database.module.ts';
import type { Database } from '../../../database/sql.ts';
import { cursorOf, positionOf } from '../../newest-cursor.ts';
import type { Alert, AlertPage, AlertsQuery, Suppression } from './alerts.dto.ts';

type Item = Omit<Alert, 'suppressed' | 'evaluations'> & { readonly evaluations: string };

interface SuppressionRow extends Omit<Suppression, 'count'> {
  readonly alertId: string;
  readonly count: string;
}

const FIELDS = `
  id, fingerprint, rule, severity, state, labels, summary, description, value, limit_value AS "limit",
  started_at AS "startsAt", coalesce(first_fired_at, fired_at) AS "firstFiredAt", fired_at AS "firedAt", resolved_at AS "endsAt", end_reason AS "endReason", evaluations,
  reopened, transition AS messages, escalated_at AS "escalatedAt", acknowledged_at AS "acknowledgedAt",
  acknowledged_by AS "acknowledgedBy", acknowledgement`;

const PAGE = `
  SELECT ${FIELDS} FROM app.alerts
  WHERE ($1::text[] IS NULL OR state = ANY($1)) AND ($2::text IS NULL OR severity = $2) AND ($3::text IS NULL OR rule = $3)
    AND ($4::timestamptz IS NULL OR started_at >= $4) AND ($5::timestamptz IS NULL OR started_at < $5)
    AND ($6::timestamptz IS NULL OR (started_at, id) < ($6, $7::uuid))
  ORDER BY started_at DESC, id DESC LIMIT $8`;

const SUPPRESSIONS = `
  SELECT alert_id AS "alertId", reason, count, first_at AS "firstAt", last_at AS "lastAt"
  FROM app.alert_suppressions WHERE alert_id = ANY($1) ORDER BY reason`;

/** How long it took stays when the alert comes back, and what somebody did about an earlier bout is said of that one. */
const ACKNOWLEDGE = `
  UPDATE app.alerts
     SET acknowledged_at = $2, acknowledged_by = $3, acknowledgement = $4,
         seconds_to_acknowledge = coalesce(
           seconds_to_acknowledge,
           CASE WHEN state = 'firing' THEN greatest(0, extract(epoch FROM $2::timestamptz - fired_at)) ELSE 0 END)
   WHERE id = $1`;

/** Alerts as people read them. */
@Injectable()
export class AlertsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  /** @throws InvalidParameterError for an empty range of time and a cursor that no answer gave */
  async page({ state, severity, rule, from, to, cursor, limit }: AlertsQuery): Promise<AlertPage> {
    if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to))
      throw new InvalidParameterError('from', `must be before to (${to})`);
    const states = state === 'active' ? ['pending', 'firing'] : state && [state];
    const [startedAt, id] = positionOf(cursor);
    const rows = await this.database.query<Item>(PAGE, [
      ...[states, severity, rule, from, to, startedAt, id].map((value) => value ?? null),
      limit + 1,
    ]);
    const items = await this.withSuppressions(rows.slice(0, limit));
    const last = items.at(-1);
    return {
      items,
      nextCursor:
        rows.length > limit && last !== undefined ? cursorOf({ at: last.startsAt, id: last.id }) : null,
    };
  }

  /** @throws NotFoundError */
  async find(id: string): Promise<Alert> {
    const rows = await this.database.query<Item>(`SELECT ${FIELDS} FROM app.alerts WHERE id = $1`, [id]);
    const [alert] = await this.withSuppressions(rows);
    if (alert === undefined) throw new NotFoundError('there is no such alert');
    return alert;
  }

  /** Whoever does it first has done it. @throws NotFoundError; ConflictError where it is over */
  async acknowledge(id: string, comment: string): Promise<Alert> {
    await this.database.transaction(async (sql) => {
      const [alert] = await sql.query<Pick<Item, 'state' | 'acknowledgedAt'>>(
        'SELECT state, acknowledged_at AS "acknowledgedAt" FROM app.alerts WHERE id = $1 FOR UPDATE',
        [id],
      );
      if (alert === undefined) throw new NotFoundError('there is no such alert');
      if (alert.state === 'resolved')
        throw new ConflictError('the alert is over; nobody has to look after it');
      if (alert.acknowledgedAt !== null) return;
      await sql.query(ACKNOWLEDGE, [id, this.clock.now(), currentUserId(), comment]);
      await this.audit.record(
        { action: 'alert.acknowledge', object: { kind: 'alert', id }, reason: comment },
        sql,
      );
    });
    return this.find(id);
  }

  private async withSuppressions(rows: readonly Item[]): Promise<Alert[]> {
    if (rows.length === 0) return [];
    const suppressions = await this.database.query<SuppressionRow>(SUPPRESSIONS, [rows.map(({ id }) => id)]);
    const suppressedOf = (id: string): Suppression[] =>
      suppressions
        .filter(({ alertId }) => alertId === id)
        .map(({ reason, count, firstAt, lastAt }) => ({ reason, count: Number(count), firstAt, lastAt }));
    return rows.map((row) =>
      Object.assign(row, { evaluations: Number(row.evaluations), suppressed: suppressedOf(row.id) }),
    );
  }
}
