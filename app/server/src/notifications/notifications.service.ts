import { Inject, Injectable } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { tracedJob } from '../common/tracing/job-scope.ts';
import { type NotificationChannelName, NOTIFICATION_QUEUES } from '../database/job-queue.ts';
import { JobQueue } from '../database/job-queue.service.ts';
import { jobsOn } from '../database/jobs-on.ts';
import type { Sql, Transaction } from '../database/sql.ts';
import { AnnouncedChannels } from './announced.ts';
import { type ChannelOutcome, ChannelOutcomes } from './channel-outcomes.ts';
import { type ChannelState, ChannelStates } from './channel-states.ts';
import { leastSeverityOf } from './channels.ts';
import { cleaned } from './content.ts';
import { ENQUEUE } from './deliveries/deliveries.sql.ts';
import { StandingMessages, type StandingSource } from './deliveries/standing-messages.ts';
import { DirectSender } from './direct/direct-sender.ts';
import { type Addressed, addressOf, type NotificationMessage, targetsOf } from './message.ts';

export { ALERT_ID, END_REASON } from './content.ts';
export type { ChannelOutcome } from './channel-outcomes.ts';
export type { ChannelState } from './channel-states.ts';
export type { StandingMessage } from './deliveries/standing-messages.ts';
export type { NotificationMessage } from './message.ts';

/**
 * What is being sent, or was sent, without the database waits so long here for that to be recorded. Only if the process
 * dies before is it sent a second time.
 */
const DIRECT_SECONDS = 300;

/** Tells people: the one service of this room. */
@Injectable()
export class Notifications {
  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    private readonly queue: JobQueue,
    private readonly direct: DirectSender,
    private readonly states: ChannelStates,
    private readonly outcomes: ChannelOutcomes,
    private readonly announced: AnnouncedChannels,
    private readonly standing: StandingMessages,
  ) {}

  /** `email`, `webhook`, as workers are configured. */
  channels(sql: Sql): Promise<readonly NotificationChannelName[]> {
    return this.announced.names(sql);
  }

  /**
   * To be told over every channel that the message is for, if the transaction commits. What was told or enqueued before
   * is not told again.
   * @returns ids of the new deliveries, one for each channel
   */
  async enqueue(sql: Transaction, message: NotificationMessage): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const channel of await this.targets(sql, addressOf(message))) {
      const id = await this.enqueueOver(sql, message, channel);
      if (id !== undefined) ids.push(id);
    }
    return ids;
  }

  /**
   * Tells at once, without the database: for what tells of the database itself. In a worker; elsewhere there is no channel
   * to tell it over. It resolves when it is told, or left to a later message or to the database; that may take as long as both
   * the channel and the database are away. It never rejects.
   */
  async sendDirect(message: NotificationMessage): Promise<void> {
    await this.direct.send({ ...message, content: cleaned(message.content) });
  }

  /** Whether one of the channels has taken what was sent at once by this process, or there is none to take it. */
  isDirectTaken(message: NotificationMessage): boolean {
    return this.direct.isTaken(message);
  }

  /** Which messages there is a channel for at all, as workers are configured now. @throws what the database says */
  async reach(sql: Sql): Promise<(message: Addressed) => boolean> {
    const channels = await this.channels(sql);
    const least = leastSeverityOf(this.configuration.monitoring);
    return (message) => targetsOf(message, channels, least).length > 0;
  }

  /** How the channels do, from memory; none where this process does not send. */
  channelStates(): ChannelState[] {
    return this.states.all();
  }

  /** @param listener is told of every attempt of this process; it must neither throw nor wait */
  observe(listener: (outcome: ChannelOutcome) => void): void {
    this.outcomes.observe(listener);
  }

  /**
   * What was given up is told yet as long as `source` says that it is the last word about something and true: when the
   * channel has taken anything else, and every half hour.
   */
  tellWhatStands(source: StandingSource): void {
    this.standing.register(source);
  }

  private async targets(sql: Sql, message: Addressed): Promise<NotificationChannelName[]> {
    return targetsOf(message, await this.channels(sql), leastSeverityOf(this.configuration.monitoring));
  }

  private async enqueueOver(
    sql: Transaction,
    message: NotificationMessage,
    channel: NotificationChannelName,
  ): Promise<string | undefined> {
    const { subjectKey, transition, groupKey, content } = message;
    const seconds = this.secondsToGather(message, channel);
    const told = [subjectKey, transition, channel, groupKey, JSON.stringify(cleaned(content))];
    const [row] = await sql.query<{ id: string }>(ENQUEUE, [...told, seconds]);
    if (row === undefined) return undefined;
    // Without a queue the worker finds it by itself, a little later.
    const options = { startAfter: seconds, db: jobsOn(sql) };
    await this.queue.currentOrNone()?.send(NOTIFICATION_QUEUES[channel], tracedJob({}), options);
    return row.id;
  }

  private secondsToGather(message: NotificationMessage, channel: string): number {
    if (this.direct.find(message, channel) !== undefined) return DIRECT_SECONDS;
    return message.atOnce === true || message.content.kind === 'document'
      ? 0
      : this.configuration.monitoring.alerts.groupSeconds;
  }
}
