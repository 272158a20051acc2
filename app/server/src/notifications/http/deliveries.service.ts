import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { CLOCK, type Clock } from '../../common/clock.ts';
import {
  ConflictError,
  InvalidParameterError,
  NotFoundError,
  TooManyRequestsError,
} from '../../common/errors.ts';
import { tracedJob } from '../../common/tracing/job-scope.ts';
import { DATABASE } from '../../database/database.module.ts';
import { NOTIFICATION_QUEUES, type NotificationChannelName } from '../../database/job-queue.ts';
import { JobQueue } from '../../database/job-queue.service.ts';
import { jobsOn } from '../../database/jobs-on.ts';
import type { Database, Sql } from '../../database/sql.ts';
import { Notifications } from '../notifications.service.ts';
import type { DeliveriesQuery, Delivery, DeliveryPage } from './deliveries.dto.ts';
import { type DeliveryRow, FIND, LEAVE_OUT, PAGE, RETRY } from './deliveries-http.sql.ts';

const MINUTE_MS = 60_000;

/** Shows what becomes of notifications, and lets people try. */
@Injectable()
export class DeliveriesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly queue: JobQueue,
    private readonly notifications: Notifications,
    private readonly audit: AuditLog,
  ) {}

  /** @throws InvalidParameterError for a cursor that no answer gave */
  async page({ channel, state, subject, cursor, limit }: DeliveriesQuery): Promise<DeliveryPage> {
    const before = cursor === undefined ? null : seqOf(cursor);
    const rows = await this.database.query<DeliveryRow>(PAGE, [
      ...[channel ?? null, state ?? null, subject ?? null, before],
      limit + 1,
    ]);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map(shown),
      nextCursor: rows.length > limit && last !== undefined ? cursorOf(last.seq) : null,
    };
  }

  /**
   * Sends a message that says that it is a test, over one channel, once a minute at most.
   * @throws NotFoundError where the channel is not configured; TooManyRequestsError
   */
  async test(channel: NotificationChannelName): Promise<Delivery> {
    const now = this.clock.now();
    const minute = Math.floor(now.getTime() / MINUTE_MS);
    return this.database.transaction(async (sql) => {
      if (!(await this.notifications.channels(sql)).includes(channel))
        throw new NotFoundError(
          `no worker has the channel ${channel}; monitoring.notifications.${channel} of its config.yaml configures it`,
        );
      // The key of a minute is there once, whoever asks for it, and however many at once.
      const [id] = await this.notifications.enqueue(sql, testMessage(channel, minute, now));
      if (id === undefined)
        throw new TooManyRequestsError(
          `the channel ${channel} was tested within this minute; GET /api/v1/notifications/deliveries shows what came of it`,
          Math.ceil(((minute + 1) * MINUTE_MS - now.getTime()) / 1000),
        );
      const delivery = await this.find(sql, id);
      const object = { kind: 'notification-channel', id: channel };
      await this.audit.record({ action: 'notification.test', object, after: { delivery: id } }, sql);
      return shown(delivery);
    });
  }

  /**
   * Tries a delivery that was given up again, with all that is in the same message.
   * @throws NotFoundError; ConflictError where it was not given up, or is not the case any more
   */
  async retry(id: string): Promise<Delivery> {
    return this.database.transaction(async (sql) => {
      const overtaken = await sql.query<{ id: string }>(LEAVE_OUT, [id]);
      if (overtaken.some((one) => one.id === id))
        throw new ConflictError(
          `a later delivery says what became of what the delivery ${id} is about; that one can be tried again`,
        );
      const again = await sql.query(RETRY, [id]);
      const delivery = await this.find(sql, id);
      if (again.length === 0)
        throw new ConflictError(
          `the delivery ${id} is ${delivery.state}; only one that is dead is tried again`,
        );
      const names = await this.notifications.channels(sql);
      const name = names.find((channel) => channel === delivery.channel);
      if (name === undefined)
        throw new ConflictError(`the channel ${delivery.channel} of the delivery is not configured any more`);
      await this.queue.currentOrNone()?.send(NOTIFICATION_QUEUES[name], tracedJob({}), { db: jobsOn(sql) });
      const after = { channel: name, deliveries: again.length };
      await this.audit.record(
        { action: 'notification.retry', object: { kind: 'notification', id }, after },
        sql,
      );
      return shown(delivery);
    });
  }

  private async find(sql: Sql, id: string): Promise<DeliveryRow> {
    const [found] = await sql.query<DeliveryRow>(FIND, [id]);
    if (found === undefined)
      throw new NotFoundError(`there is no delivery ${id}; GET /api/v1/notifications/deliveries lists them`);
    return found;
  }
}

function testMessage(channel: NotificationChannelName, minute: number, now: Date) {
  return {
    subjectKey: `test:${minute}`,
    transition: 'test',
    groupKey: `test:${channel}:${minute}`,
    onlyChannels: [channel],
    atOnce: true,
    content: {
      kind: 'alert',
      status: 'firing',
      labels: { alertname: 'NotificationTest', severity: 'info' },
      annotations: {
        summary: `test of the channel ${channel} 通知测试`,
        description: 'Somebody asked for this message to see whether it arrives. There is nothing to do.',
      },
      startsAt: now.toISOString(),
      fingerprint: `test-${minute}`,
    },
  } as const;
}

const shown = ({ seq: _internal, ...delivery }: DeliveryRow): Delivery => ({ ...delivery });

/** Clients are to hand it back and not to make one. */
const cursorOf = (seq: string): string => Buffer.from(`seq:${seq}`).toString('base64url');

function seqOf(cursor: string): string {
  const seq = /^seq:(\d{1,18})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (seq === undefined)
    throw new InvalidParameterError('cursor', 'must be the nextCursor of the answer before');
  return seq;
}
