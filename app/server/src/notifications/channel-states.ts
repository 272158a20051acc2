import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { PeriodicQueries } from '../database/periodic-queries.ts';
import { Metrics } from '../monitoring/metrics/metrics.ts';
import type { ChannelKind } from './channel.ts';
import { ChannelOutcomes } from './channel-outcomes.ts';
import { CHANNELS, type OpenChannel } from './channels.ts';
import { SLOT_TIME, TAKES_SLOT } from './deliveries/deliveries.sql.ts';
import { keptForCritical } from './deliveries/plan.ts';

const REFRESH_MS = 15_000;
/** Fewer are a mail server that restarts, or one that greylists. */
const FAILING_FROM = 3;

interface StoredState {
  readonly channel: string;
  readonly oldestWaitingSeconds: number;
  readonly failuresInRow: number;
  readonly deadCount: number;
  readonly lastSuccessAt: Date | null;
  readonly lastDeadAt: Date | null;
  /** Newest attempt that failed, of what is still to be sent. */
  readonly lastFailedAt: Date | null;
  readonly fullUntil: Date | null;
  readonly isMessageDue: boolean;
}

/** How a channel does: what this process saw, and what the database says of all workers, newest first. */
export interface ChannelState {
  readonly name: string;
  readonly kind: ChannelKind;
  /** Three attempts in a row failed, or a message was given up, and nothing was taken since. */
  readonly isFailing: boolean;
  readonly failuresInRow: number;
  /** RFC 3339. */
  readonly lastSuccessAt: string | undefined;
  readonly lastFailureAt: string | undefined;
  /** Redacted. */
  readonly lastError: string | undefined;
  /** Age of the oldest message that is due and not sent. */
  readonly oldestWaitingSeconds: number;
  /** Messages given up, as far as they are kept and were not sent again. */
  readonly deadCount: number;
  /** Until when something waits for a message, as so many went over it in ten minutes; RFC 3339. */
  readonly fullUntil: string | undefined;
}

/** $1 names of the channels, $2 how many messages that are not critical may be made in ten minutes */
export const STATES = `
  SELECT name AS channel,
    greatest(0, extract(epoch FROM now() - least(
      (SELECT min(due_at) FROM app.notification_deliveries WHERE channel = name AND sending_id IS NULL),
      (SELECT min(created_at) FROM app.notification_sendings WHERE channel = name AND ended_at IS NULL))))::float8
      AS "oldestWaitingSeconds",
    coalesce((SELECT max(jsonb_array_length(attempts)) FROM app.notification_sendings
               WHERE channel = name AND ended_at IS NULL), 0) AS "failuresInRow",
    (SELECT max((attempts->-1->>'at')::timestamptz) FROM app.notification_sendings
      WHERE channel = name AND ended_at IS NULL) AS "lastFailedAt",
    (SELECT count(*) FROM app.notification_sendings WHERE channel = name AND state = 'dead')::int AS "deadCount",
    (SELECT max(ended_at) FROM app.notification_sendings WHERE channel = name AND state = 'dead' AND attempt > 0)
      AS "lastDeadAt",
    (SELECT ended_at FROM app.notification_sendings WHERE channel = name AND state = 'sent'
      ORDER BY created_at DESC LIMIT 1) AS "lastSuccessAt",
    (SELECT created_at + ${SLOT_TIME} FROM app.notification_sendings WHERE channel = name AND ${TAKES_SLOT}
      ORDER BY created_at DESC OFFSET $2::int - 1 LIMIT 1) AS "fullUntil",
    EXISTS (SELECT FROM app.notification_deliveries WHERE channel = name AND sending_id IS NULL AND due_at <= now())
      AS "isMessageDue"
  FROM unnest($1::text[]) AS name`;

@Injectable()
export class ChannelStates implements OnApplicationBootstrap {
  private stored: () => readonly StoredState[] = () => [];

  constructor(
    @Inject(CHANNELS) private readonly channels: readonly OpenChannel[],
    private readonly queries: PeriodicQueries,
    private readonly outcomes: ChannelOutcomes,
    private readonly metrics: Metrics,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  onApplicationBootstrap(): void {
    const names = this.channels.map(({ name }) => name);
    const { perTenMinutes } = this.configuration.monitoring.notifications;
    const most = perTenMinutes - keptForCritical(perTenMinutes);
    if (names.length > 0)
      this.stored = this.queries.every(REFRESH_MS, 'states of channels', (sql) =>
        sql.query<StoredState>(STATES, [names, most]),
      );
    const label = { channel: ['email', 'webhook'] } as const;
    this.metrics.observableGauge(
      'notification_queue_age_seconds',
      'Age of the oldest message that is due and not sent, by channel',
      label,
      (set) => {
        for (const { name } of this.channels)
          set({ channel: name }, this.state(name)?.oldestWaitingSeconds ?? 0);
      },
    );
    this.metrics.observableGauge(
      'notification_dead_letters',
      'Messages that were given up and are kept, by channel',
      label,
      (set) => {
        for (const { name } of this.channels) set({ channel: name }, this.state(name)?.deadCount ?? 0);
      },
    );
  }

  /** From memory: never waits. */
  all(): ChannelState[] {
    return this.channels.map(({ name, channel }) => this.merged(name, channel.kind));
  }

  private state(name: string): StoredState | undefined {
    return this.stored().find(({ channel }) => channel === name);
  }

  private merged(name: string, kind: ChannelKind): ChannelState {
    const [stored, seen] = [this.state(name), this.outcomes.seen(name)];
    const lastSuccessAt = latest(stored?.lastSuccessAt?.toISOString(), seen.lastSuccessAt);
    const lastDeadAt = stored?.lastDeadAt?.toISOString();
    const lastTriedAt = latest(stored?.lastFailedAt?.toISOString(), seen.lastFailureAt);
    const failuresInRow = Math.max(seen.failuresInRow, stored?.failuresInRow ?? 0);
    const isSuccessNewer = (than: string | undefined): boolean =>
      than === undefined || (lastSuccessAt !== undefined && lastSuccessAt > than);
    return {
      name,
      kind,
      isFailing:
        (failuresInRow >= FAILING_FROM && !isSuccessNewer(lastTriedAt)) || !isSuccessNewer(lastDeadAt),
      failuresInRow,
      lastSuccessAt,
      lastFailureAt: latest(lastTriedAt, lastDeadAt),
      lastError: seen.lastError,
      oldestWaitingSeconds: stored?.oldestWaitingSeconds ?? 0,
      deadCount: stored?.deadCount ?? 0,
      fullUntil: stored?.isMessageDue === true ? stored.fullUntil?.toISOString() : undefined,
    };
  }
}

/** Of instants in RFC 3339, all in UTC. */
function latest(...instants: readonly (string | undefined)[]): string | undefined {
  return instants
    .filter((instant) => instant !== undefined)
    .toSorted()
    .at(-1);
}
