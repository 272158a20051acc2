import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../../../audit/audit-log.service.ts';
import { CLOCK, type Clock } from '../../../common/clock.ts';
import { currentUserId } from '../../../common/current-principal.ts';
import { ConflictError, NotFoundError } from '../../../common/errors.ts';
import { DATABASE } from '../../../database/database.module.ts';
import type { Database } from '../../../database/sql.ts';
import { cursorOf, positionOf } from '../../newest-cursor.ts';
import type {
  ErrorHour,
  ErrorPage,
  ErrorsQuery,
  ErrorStatus,
  TrackedError,
  TrackedErrorDetails,
} from './errors.dto.ts';

interface Item extends Omit<TrackedError, 'count'> {
  /** bigint, which is text to the driver. */
  readonly count: string;
}

type Details = Item & Pick<TrackedErrorDetails, 'stack' | 'context' | 'samples'>;

const FIELDS = `
  id, fingerprint, type, message, role, count, first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt",
  last_request_id AS "lastRequestId", last_trace_id AS "lastTraceId", version, status, status_at AS "statusAt",
  status_reason AS "statusReason", regressed_at AS "regressedAt"`;

/** The text that is looked for is no pattern. The rows are bounded, so that looking at all of them is no work. */
const PAGE = `
  SELECT ${FIELDS} FROM app.tracked_errors
  WHERE ($1::text IS NULL OR status = $1) AND ($2::timestamptz IS NULL OR last_seen_at >= $2)
    AND ($3::text IS NULL OR strpos(lower(type || ' ' || message), lower($3)) > 0)
    AND ($4::timestamptz IS NULL OR (last_seen_at, id) < ($4, $5::uuid))
  ORDER BY last_seen_at DESC, id DESC LIMIT $6`;

const DETAILS = `
  SELECT ${FIELDS}, stack, context || jsonb_build_object('level', level) AS context, samples
    FROM app.tracked_errors WHERE id = $1`;

const HOURS = `
  SELECT hour, count FROM app.tracked_error_hours
  WHERE error_id = $1 AND hour > now() - interval '48 hours' ORDER BY hour`;

/** Whoever decides about it knows of it. */
const DECIDE = `
  UPDATE app.tracked_errors SET status = $2, status_at = $3, status_by = $4, status_reason = $5,
                                told_at = coalesce(told_at, $3) WHERE id = $1`;

export type Decision = 'resolve' | 'ignore' | 'reopen';

const STATUS_AFTER: Readonly<Record<Decision, ErrorStatus>> = {
  resolve: 'resolved',
  ignore: 'ignored',
  reopen: 'open',
};

const counted = (item: Item): TrackedError => Object.assign(item, { count: Number(item.count) });

/** Errors as people read and settle them. */
@Injectable()
export class ErrorsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  /** @throws InvalidParameterError for a cursor that no answer gave */
  async page({ status, since, q, cursor, limit }: ErrorsQuery): Promise<ErrorPage> {
    const [lastSeenAt, id] = positionOf(cursor);
    const rows = await this.database.query<Item>(PAGE, [
      ...[status, since, q, lastSeenAt, id].map((value) => value ?? null),
      limit + 1,
    ]);
    const items = rows.slice(0, limit).map(counted);
    const last = items.at(-1);
    return {
      items,
      nextCursor:
        rows.length > limit && last !== undefined ? cursorOf({ at: last.lastSeenAt, id: last.id }) : null,
    };
  }

  /** @throws NotFoundError */
  async find(id: string): Promise<TrackedErrorDetails> {
    const [error] = await this.database.query<Details>(DETAILS, [id]);
    if (error === undefined) throw new NotFoundError('there is no such error');
    const hours = await this.database.query<{ hour: Date; count: string }>(HOURS, [id]);
    const counts = hours.map(({ hour, count }): ErrorHour => ({ hour, count: Number(count) }));
    return Object.assign(error, { count: Number(error.count), hours: counts });
  }

  /** @throws NotFoundError; ConflictError where it is so already */
  async decide(id: string, decision: Decision, reason: string): Promise<TrackedErrorDetails> {
    const status = STATUS_AFTER[decision];
    await this.database.transaction(async (sql) => {
      const [error] = await sql.query<Pick<Item, 'status'>>(
        'SELECT status FROM app.tracked_errors WHERE id = $1 FOR UPDATE',
        [id],
      );
      if (error === undefined) throw new NotFoundError('there is no such error');
      if (error.status === status) throw new ConflictError(`the error is ${status} already`);
      await sql.query(DECIDE, [id, status, this.clock.now(), currentUserId(), reason]);
      await this.audit.record(
        {
          action: `error.${decision}`,
          object: { kind: 'error', id },
          before: { status: error.status },
          after: { status },
          reason,
        },
        sql,
      );
    });
    return this.find(id);
  }
}
