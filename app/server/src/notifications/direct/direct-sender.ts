import { Inject, Injectable, Logger, type OnModuleDestroy, Optional } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { uuidOf } from '../../common/uuid-of.ts';
import type { Channel } from '../channel.ts';
import { ChannelOutcomes } from '../channel-outcomes.ts';
import { type OpenChannel, CHANNELS, leastSeverityOf } from '../channels.ts';
import { rankOf, statusOf } from '../content.ts';
import { type Attempt, failedAttempt, sentAttempt } from '../deliveries/attempt.ts';
import { hasRoom, keptForCritical, SLOT_MINUTES } from '../deliveries/plan.ts';
import { aboutOf, addressOf, type NotificationMessage, targetsOf, toldKey } from '../message.ts';
import { platformOf } from '../platform.ts';
import { DirectDelivery } from './direct-delivery.ts';

const DEADLINE_MS = 45_000;
/** Seconds before each further attempt; the last is that of all others. A test makes them shorter. */
const AGAIN_SECONDS: readonly number[] = [1, 5, 15, 30, 60];
/** Who has to wait for longer than this is left to the database. */
const LATE_MS = 60_000;
export const DIRECT_PAUSES = Symbol('DirectPauses');
/** What is known to have been told; a storm while the database is down is not remembered for ever. */
const MOST_KNOWN = 1_000;

/**
 * Sends at once and keeps nothing but in memory: for what tells of the database itself. Each message once per channel,
 * however often it is asked for; of one alert in the order in which it happened. It is tried until it is taken, until a later
 * one about the same alert takes its place, or until the database is back and has it.
 */
@Injectable()
export class DirectSender implements OnModuleDestroy {
  private readonly logger = new Logger('Notifications');
  private readonly stopping = new AbortController();
  private readonly known = new Map<string, DirectDelivery>();
  /** The newest of each alert and channel. */
  private readonly newest = new Map<string, DirectDelivery>();
  private readonly sentAt = new Map<string, number[]>();

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CHANNELS) private readonly channels: readonly OpenChannel[],
    private readonly outcomes: ChannelOutcomes,
    @Optional() @Inject(DIRECT_PAUSES) private readonly pauses: readonly number[] = AGAIN_SECONDS,
  ) {}

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /** Resolves when each channel has taken it, or it is told in another way; never rejects. */
  async send(message: NotificationMessage): Promise<void> {
    const targets = this.targetsOf(message);
    await Promise.all(
      this.channels
        .filter(({ name }) => targets.includes(name))
        .filter(({ name }) => !this.known.has(toldKey(message, name)))
        .map(({ name, channel }) => this.sendOver(channel, this.remember(message, name))),
    );
  }

  /** Whether any channel has taken it, or it is for none. */
  isTaken(message: NotificationMessage): boolean {
    const targets = this.targetsOf(message);
    return targets.length === 0 || targets.some((channel) => this.find(message, channel)?.sent !== undefined);
  }

  /** What is known of a message over a channel: it is being sent, or what became of it. */
  find(message: NotificationMessage, channel: string): DirectDelivery | undefined {
    return this.known.get(toldKey(message, channel));
  }

  /** What the database is to have, and has not yet: what was told before what another message took the place of. */
  unrecorded(): DirectDelivery[] {
    const all = [...this.known.values()].filter(({ isToRecord }) => isToRecord);
    return [...all.filter(({ sent }) => sent !== undefined), ...all.filter(({ sent }) => sent === undefined)];
  }

  private targetsOf(message: NotificationMessage): readonly string[] {
    return targetsOf(
      addressOf(message),
      this.channels.map(({ name }) => name),
      leastSeverityOf(this.configuration.monitoring),
    );
  }

  private remember(message: NotificationMessage, channel: string): DirectDelivery {
    const key = toldKey(message, channel);
    // The same in each worker of an installation, and like that of no other one.
    const id = uuidOf(platformOf(this.configuration).key + key);
    const delivery = new DirectDelivery(id, channel, message);
    this.known.set(key, delivery);
    this.forgetOne();
    return delivery;
  }

  /** The oldest that the database has; without one, the oldest. */
  private forgetOne(): void {
    if (this.known.size <= MOST_KNOWN) return;
    const entries = [...this.known];
    const [key, gone] = entries.find(([, { isRecorded }]) => isRecorded) ?? entries[0] ?? [];
    if (key === undefined || gone === undefined) return;
    this.known.delete(key);
    const about = aboutOf(gone.message, gone.channel);
    if (this.newest.get(about) === gone) this.newest.delete(about);
  }

  private async sendOver(channel: Channel, delivery: DirectDelivery): Promise<void> {
    const about = aboutOf(delivery.message, delivery.channel);
    const before = this.newest.get(about);
    this.newest.set(about, delivery);
    await before?.giveWayTo(delivery);
    // What the database has is told by it, and so in order.
    if (before?.isLeftToDatabase !== true) await this.tryAgainAndAgain(channel, delivery);
    delivery.end();
  }

  private async tryAgainAndAgain(channel: Channel, delivery: DirectDelivery): Promise<void> {
    let hasSlot = false;
    for (let attempts = 0; ; attempts += 1) {
      const pause = attempts === 0 ? 0 : (this.pauses[attempts - 1] ?? this.pauses.at(-1) ?? 0);
      const aloneMs = this.outcomes.aloneMs(delivery.channel);
      // The database can wait better, if it is back before that.
      if (aloneMs > LATE_MS) delivery.isLate = true;
      await this.pause(Math.max(pause * 1000, aloneMs), delivery);
      if (this.stopping.signal.aborted || delivery.overtaken.aborted || delivery.isRecorded) return;
      hasSlot ||= this.takesSlot(delivery);
      if (hasSlot && (await this.attempt(channel, delivery))) return;
      delivery.isLate ||= !hasSlot || attempts >= this.pauses.length;
    }
  }

  private async pause(milliseconds: number, { overtaken }: DirectDelivery): Promise<void> {
    if (milliseconds === 0) return;
    const signal = AbortSignal.any([this.stopping.signal, overtaken]);
    await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
  }

  /** @returns whether there is nothing more to try */
  private async attempt(channel: Channel, delivery: DirectDelivery): Promise<boolean> {
    const { id, message, at: createdAt } = delivery;
    const { content, groupKey } = message;
    const status = statusOf([content], content.kind === 'alert' ? content.groupStatus : undefined);
    const [at, started] = [new Date(), performance.now()];
    const timing = () => ({ at, milliseconds: performance.now() - started });
    const fieldsOf = ({ code, milliseconds }: Attempt): object => ({
      ...{ channel: channel.name, message: id, code, milliseconds },
    });
    try {
      const receipt = await channel.send(
        { id, createdAt, groupKey, status, items: [content], count: 1, isSummary: false },
        AbortSignal.timeout(DEADLINE_MS),
      );
      const sent = sentAttempt(timing(), receipt);
      delivery.taken(sent);
      this.outcomes.tell(channel, sent);
      this.logger.debug(fieldsOf(sent), `a message over ${channel.name} was sent without the database`);
      return true;
    } catch (error) {
      const { attempt, againInSeconds, leaveAloneSeconds } = failedAttempt(timing(), error, 1, 0.5);
      this.outcomes.tell(channel, attempt, leaveAloneSeconds);
      this.logger.warn(
        { ...fieldsOf(attempt), error: attempt.error },
        `a message over ${channel.name} was not sent without the database`,
      );
      return againInSeconds === undefined;
    }
  }

  /** The same bound as with a database; what is over waits. */
  private takesSlot({ channel, message }: DirectDelivery): boolean {
    const { perTenMinutes } = this.configuration.monitoring.notifications;
    const now = performance.now();
    const lately = (this.sentAt.get(channel) ?? []).filter((at) => now - at < SLOT_MINUTES * 60_000);
    const slots = perTenMinutes - lately.length;
    if (!hasRoom(rankOf(message.content), slots, keptForCritical(perTenMinutes))) return false;
    this.sentAt.set(channel, [...lately, now]);
    return true;
  }
}
