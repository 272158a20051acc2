import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import type { Channel } from '../channel.ts';
import { ChannelOutcomes } from '../channel-outcomes.ts';
import { type OpenChannel, CHANNELS } from '../channels.ts';
import { type Attempt, failedAttempt, sentAttempt } from '../deliveries/attempt.ts';
import { statusOf } from '../content.ts';
import { type NotificationMessage, targetsOf, toldKey } from '../message.ts';

const DEADLINE_MS = 45_000;
/** Seconds before each further attempt. What is not sent by then waits for the database, which has more patience. */
const AGAIN_SECONDS: readonly number[] = [1, 5, 15, 30, 60];
const TEN_MINUTES_MS = 600_000;
/** What is known to have been told; a storm while the database is down is not remembered for ever. */
const MOST_KNOWN = 1_000;

/** A message over one channel that was to be sent without the database. */
export interface DirectDelivery {
  readonly id: string;
  readonly channel: string;
  readonly message: NotificationMessage;
  readonly at: Date;
  /** Absent: being sent, or given up. */
  sent?: Attempt | undefined;
  isOver: boolean;
  isRecorded: boolean;
}

/**
 * Sends at once and keeps nothing but in memory: for what tells of the database itself. Each message once per channel,
 * however often it is asked for.
 */
@Injectable()
export class DirectSender implements OnModuleDestroy {
  private readonly logger = new Logger('Notifications');
  private readonly stopping = new AbortController();
  private readonly known = new Map<string, DirectDelivery>();
  private readonly sentAt = new Map<string, number[]>();

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CHANNELS) private readonly channels: readonly OpenChannel[],
    private readonly outcomes: ChannelOutcomes,
  ) {}

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /** Resolves when each channel has taken it or was tried often enough; never rejects. */
  async send(message: NotificationMessage): Promise<void> {
    const targets = targetsOf(
      message,
      this.channels.map(({ name }) => name),
    );
    await Promise.all(
      this.channels
        .filter(({ name }) => targets.includes(name))
        .filter(({ name }) => !this.known.has(toldKey(message, name)))
        .map(({ name, channel }) => this.sendOver(channel, this.remember(message, name))),
    );
  }

  /** What is known of a message over a channel: it is being sent, was sent, or was given up. */
  find(message: NotificationMessage, channel: string): DirectDelivery | undefined {
    return this.known.get(toldKey(message, channel));
  }

  /** What is over, and not in the database yet. */
  unrecorded(): DirectDelivery[] {
    return [...this.known.values()].filter(({ isOver, isRecorded }) => isOver && !isRecorded);
  }

  private remember(message: NotificationMessage, channel: string): DirectDelivery {
    const key = toldKey(message, channel);
    const id = idOf(key);
    const delivery = { id, channel, message, at: new Date(), isOver: false, isRecorded: false };
    this.known.set(key, delivery);
    this.forgetOne();
    return delivery;
  }

  /** The oldest that the database has; without one, the oldest. */
  private forgetOne(): void {
    if (this.known.size <= MOST_KNOWN) return;
    const keys = [...this.known.keys()];
    const key = keys.find((one) => this.known.get(one)?.isRecorded === true) ?? keys[0];
    if (key !== undefined) this.known.delete(key);
  }

  private async sendOver(channel: Channel, delivery: DirectDelivery): Promise<void> {
    if (this.takesSlot(channel.name))
      for (const seconds of [0, ...AGAIN_SECONDS]) {
        if (!(await this.paused(seconds)) || (await this.attempt(channel, delivery))) break;
      }
    delivery.isOver = true;
  }

  /** @returns false when the process stops */
  private async paused(seconds: number): Promise<boolean> {
    const { signal } = this.stopping;
    if (seconds > 0) await sleep(seconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
    return !signal.aborted;
  }

  /** @returns whether there is nothing more to try */
  private async attempt(channel: Channel, delivery: DirectDelivery): Promise<boolean> {
    const { id, message, at: createdAt } = delivery;
    const { content, groupKey } = message;
    const status = statusOf([content], content.kind === 'alert' ? content.groupStatus : undefined);
    const [at, started] = [new Date(), performance.now()];
    const timing = () => ({ at, milliseconds: performance.now() - started });
    try {
      const receipt = await channel.send(
        { id, createdAt, groupKey, status, items: [content], count: 1, isSummary: false },
        AbortSignal.timeout(DEADLINE_MS),
      );
      delivery.sent = sentAttempt(timing(), receipt);
      this.outcomes.tell(channel, delivery.sent);
      return true;
    } catch (error) {
      const { attempt, againInSeconds } = failedAttempt(timing(), error, 1, 0.5);
      this.outcomes.tell(channel, attempt);
      this.logger.warn(`a message over ${channel.name} was not sent: ${attempt.error ?? ''}`);
      return againInSeconds === undefined;
    }
  }

  /** The same bound as with a database; what is over waits for it. */
  private takesSlot(channel: string): boolean {
    const { perTenMinutes } = this.configuration.monitoring.notifications;
    const now = performance.now();
    const lately = (this.sentAt.get(channel) ?? []).filter((at) => now - at < TEN_MINUTES_MS);
    if (lately.length >= perTenMinutes) return false;
    this.sentAt.set(channel, [...lately, now]);
    return true;
  }
}

/** The same in every process, so that a receiver knows a message that two of them sent. A UUID of version 8 (RFC 9562). */
function idOf(key: string): string {
  const bytes = createHash('sha256').update(key).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
