import { Inject, Injectable, Logger } from '@nestjs/common';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../common/configuration/errors.ts';
import { isOfDatabase } from '../../common/database-absence.ts';
import { inSpan } from '../../common/tracing/tracer.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import type { Channel, ChannelMessage, Receipt } from '../channel.ts';
import { ChannelOutcomes } from '../channel-outcomes.ts';
import { type AlertContent, content, statusOf } from '../content.ts';
import { type Attempt, type Failure, failedAttempt, sentAttempt, type Timing } from './attempt.ts';
import {
  CLAIM,
  type ClaimedRow,
  GROUP_STATUS,
  type ItemRow,
  ITEMS,
  LEAVE_ALONE,
  MARK_DEAD,
  MARK_FAILED,
  MARK_SENT,
} from './deliveries.sql.ts';

/** Of one attempt. */
const DEADLINE_MS = 45_000;
/** How long nobody else sends what this worker is sending: longer than it can be at it. */
const CLAIM_SECONDS = 60;
/** What one message shows. */
const MOST_SHOWN = 50;
const MARK_AGAIN_MS = 1_000;
/** Of chance. */
const RESOLUTION = 1_000;

/** What a test makes shorter. */
export interface DispatchOptions {
  readonly deadlineMs: number;
  readonly claimSeconds: number;
}

export const DISPATCH_OPTIONS = Symbol('DispatchOptions');
export const DISPATCH_DEFAULTS: DispatchOptions = { deadlineMs: DEADLINE_MS, claimSeconds: CLAIM_SECONDS };

/** Hands messages to channels, one after the other, and keeps what came of it. */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger('Notifications');
  /** Taken by the channel, and not yet marked as such: the database went away in between. */
  private readonly unmarked = new Map<string, Attempt>();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(DISPATCH_OPTIONS) private readonly options: DispatchOptions,
    private readonly outcomes: ChannelOutcomes,
  ) {}

  /**
   * Sends what is due on a channel.
   * @param retryIn is told when an attempt failed, in how many seconds the next is due
   * @throws what the database says
   */
  async sendDue(
    channel: Channel,
    signal: AbortSignal,
    retryIn: (seconds: number) => Promise<void>,
  ): Promise<void> {
    while (!signal.aborted) {
      const [claimed] = await this.database.query<ClaimedRow>(CLAIM, [
        channel.name,
        this.options.claimSeconds,
      ]);
      if (claimed === undefined) return;
      const again = await this.attempt(channel, claimed, signal);
      if (again !== undefined) await retryIn(again);
    }
  }

  /** @returns in how many seconds it is tried again */
  private async attempt(
    channel: Channel,
    claimed: ClaimedRow,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const timing = startTiming();
    let receipt: Receipt;
    const before = this.unmarked.get(claimed.id);
    if (before !== undefined) return this.markSent(claimed.id, before, signal);
    try {
      const message = await this.compose(claimed);
      receipt = await inSpan(
        `send ${channel.kind}`,
        'client',
        { 'messaging.destination.name': channel.name },
        () => channel.send(message, AbortSignal.timeout(this.options.deadlineMs)),
      );
    } catch (error) {
      // The channel was not asked: the claim ends by itself, and then it is tried again.
      if (isOfDatabase(error)) throw error;
      return this.markFailed(
        channel,
        claimed,
        failedAttempt(timing(), error, claimed.attempt, randomInt(RESOLUTION) / RESOLUTION),
      );
    }
    const attempt = sentAttempt(timing(), receipt);
    this.outcomes.tell(channel, attempt);
    const { code, milliseconds } = attempt;
    this.logger.debug(
      { channel: channel.name, message: claimed.id, attempt: claimed.attempt, code, milliseconds },
      `a message over ${channel.name} was sent`,
    );
    return this.markSent(claimed.id, attempt, signal);
  }

  private async compose({ id, createdAt, groupKey, isSummary }: ClaimedRow): Promise<ChannelMessage> {
    const rows = await this.database.query<ItemRow>(ITEMS, [id, MOST_SHOWN]);
    const items = rows.map((row) => content.parse(row.content));
    return {
      ...{ id, createdAt, items, count: rows[0]?.count ?? 0, isSummary },
      // What one summary says is over is not the end of another.
      groupKey: isSummary ? `${groupKey} ${id}` : groupKey,
      status: statusOf(items, isSummary ? undefined : await this.groupStatus(id)),
    };
  }

  private async groupStatus(id: string): Promise<AlertContent['status'] | undefined> {
    const [row] = await this.database.query<{ groupStatus: AlertContent['status'] | null }>(GROUP_STATUS, [
      id,
    ]);
    return row?.groupStatus ?? undefined;
  }

  /** A message that was taken is not to be sent again, so this goes on until the database has it. */
  private async markSent(id: string, attempt: Attempt, signal: AbortSignal): Promise<undefined> {
    this.unmarked.set(id, attempt);
    for (;;) {
      try {
        await this.database.query(MARK_SENT, [id, JSON.stringify([attempt])]);
        this.unmarked.delete(id);
        return;
      } catch (error) {
        this.logger.warn(`the message ${id} was sent and cannot be marked as such: ${messageOf(error)}`);
        if (signal.aborted) return;
        await sleep(MARK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async markFailed(
    channel: Channel,
    { id, attempt: number }: ClaimedRow,
    { attempt, againInSeconds, leaveAloneSeconds }: Failure,
  ): Promise<number | undefined> {
    this.outcomes.tell(channel, attempt, leaveAloneSeconds);
    const what =
      againInSeconds === undefined ? 'is given up' : `is tried again in ${Math.round(againInSeconds)} s`;
    this.logger.warn(
      { channel: channel.name, message: id, attempt: number, code: attempt.code, error: attempt.error },
      `a message over ${channel.name} was not sent and ${what}`,
    );
    const stored = JSON.stringify([attempt]);
    if (leaveAloneSeconds > 0) await this.database.query(LEAVE_ALONE, [channel.name, leaveAloneSeconds]);
    await (againInSeconds === undefined
      ? this.database.query(MARK_DEAD, [id, stored, number])
      : this.database.query(MARK_FAILED, [id, stored, number, againInSeconds]));
    return againInSeconds;
  }
}

/** @returns gives when it began and how long ago that was */
function startTiming(): () => Timing {
  const [at, started] = [new Date(), performance.now()];
  return () => ({ at, milliseconds: performance.now() - started });
}
