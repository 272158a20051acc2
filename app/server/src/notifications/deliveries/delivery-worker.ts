import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { messageOf } from '../../common/configuration/errors.ts';
import { inTurn, tracedJob } from '../../common/tracing/job-scope.ts';
import { DATABASE } from '../../database/database.module.ts';
import { NOTIFICATION_QUEUES } from '../../database/job-queue.ts';
import { JobQueue } from '../../database/job-queue.service.ts';
import type { Database } from '../../database/sql.ts';
import { AnnouncedChannels } from '../announced.ts';
import { type OpenChannel, CHANNELS } from '../channels.ts';
import { expiredAttempt } from './attempt.ts';
import { EXPIRE, FORGET, LOCK_CHANNEL } from './deliveries.sql.ts';
import { Dispatcher } from './dispatcher.ts';
import { makeMessages } from './make-messages.ts';
import { type StandingMessage, StandingMessages } from './standing-messages.ts';

const POLL_SECONDS = 1;
/** Jobs say only that there is something to do, so one pass is the answer to all of them. */
const JOBS_AT_ONCE = 100;
/** Finds what no job tells of: what a storm held back, what a worker that died had begun. */
const SWEEP_MS = 15_000;
/** What waits for a message that is being handed over, which takes seconds. */
const HELD_SECONDS = 2;
const FORGET_MS = 3_600_000;
const FORGET_AT_ONCE = 1_000;

/** The worker's side: makes messages of what waits, and sends what is due, when a job says so and every now and then. */
@Injectable()
export class DeliveryWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Notifications');
  private readonly stopping = new AbortController();
  private readonly passes = new Set<Promise<void>>();

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CHANNELS) private readonly channels: readonly OpenChannel[],
    private readonly queue: JobQueue,
    private readonly dispatcher: Dispatcher,
    private readonly announced: AnnouncedChannels,
    private readonly standing: StandingMessages,
  ) {}

  onApplicationBootstrap(): void {
    void this.begin();
  }

  /** Who was told while the database could not be asked any more would be told again by another worker. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled(this.passes);
  }

  /**
   * One pass over a channel.
   * @param standing what is told yet where it was given up
   * @throws what the database says
   */
  async pass(open: OpenChannel, standing: readonly StandingMessage[] = []): Promise<void> {
    if (this.stopping.signal.aborted) return;
    const pass = this.passOver(open, standing);
    this.passes.add(pass);
    await pass.finally(() => this.passes.delete(pass));
  }

  private async passOver(
    { name, channel }: OpenChannel,
    standing: readonly StandingMessage[],
  ): Promise<void> {
    const { perTenMinutes } = this.configuration.monitoring.notifications;
    const made = await makeMessages(this.database, name, perTenMinutes, standing);
    if (made.due > 0) this.logger.debug({ channel: name, ...made }, 'messages were made of what waited');
    const signal = AbortSignal.any([this.queue.signal, this.stopping.signal]);
    await this.dispatcher.sendDue(channel, signal, (seconds) => this.wake(name, seconds));
    if (made.isHeld) await this.wake(name, HELD_SECONDS);
  }

  /** Of all channels, also those that no worker has any more. Several that begin at once do so one after the other. */
  private async expire(): Promise<void> {
    await this.database.transaction(async (sql) => {
      await sql.query(LOCK_CHANNEL, ['every channel']);
      await sql.query(EXPIRE, [JSON.stringify([expiredAttempt(this.clock.now())])]);
    });
  }

  private async begin(): Promise<void> {
    await this.queue.whenStarted();
    // Before anything is sent: a channel may be back after months.
    await this.expire().catch((error: unknown) => this.logger.warn(notNow('old deliveries', error)));
    for (const open of this.channels) {
      const options = { pollingIntervalSeconds: POLL_SECONDS, batchSize: JOBS_AT_ONCE };
      await this.queue.work(NOTIFICATION_QUEUES[open.name], options, () => this.pass(open));
      void this.sweep(open);
    }
    void this.announce();
    void this.forget();
  }

  private async wake(name: OpenChannel['name'], seconds: number): Promise<void> {
    const startAfter = Math.ceil(seconds);
    await this.queue.current().send(NOTIFICATION_QUEUES[name], tracedJob({}), { startAfter });
  }

  private async sweep(open: OpenChannel): Promise<void> {
    await this.every(SWEEP_MS, `deliveries over ${open.name}`, async () =>
      this.pass(open, await this.standing.all(this.database)),
    );
  }

  private async announce(): Promise<void> {
    if (this.channels.length > 0)
      await this.every(SWEEP_MS, 'channels', () => this.announced.announce(this.database));
  }

  private async forget(): Promise<void> {
    const { keepDays } = this.configuration.monitoring.notifications;
    await this.every(FORGET_MS, 'old deliveries', async () => {
      await this.expire();
      let gone: readonly unknown[];
      do gone = await this.database.query(FORGET, [keepDays, FORGET_AT_ONCE]);
      while (gone.length === FORGET_AT_ONCE && !this.queue.signal.aborted);
    });
  }

  private async every(intervalMs: number, what: string, work: () => Promise<void>): Promise<void> {
    const { signal } = this.queue;
    while (!signal.aborted) {
      await inTurn(what, () => work().catch((error: unknown) => this.logger.warn(notNow(what, error))));
      await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}

const notNow = (what: string, error: unknown): string =>
  `${what} cannot be looked after now: ${messageOf(error)}`;
