import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../common/configuration/errors.ts';
import { DATABASE } from '../../database/database.module.ts';
import { JobQueue } from '../../database/job-queue.service.ts';
import type { Database } from '../../database/sql.ts';
import { ChannelOutcomes } from '../channel-outcomes.ts';
import { ENQUEUE, RECORD_SENT, RECORD_SUPERSEDED } from '../deliveries/deliveries.sql.ts';
import type { DirectDelivery } from './direct-delivery.ts';
import { DirectSender } from './direct-sender.ts';

/** Well within the time in which a group gathers: what another worker enqueues of the same is not sent by then. */
const LOOK_MS = 2_000;
/** What is being tried while it is enqueued may be taken yet, and is written down as sent before anybody else sends it. */
const ATTEMPT_SECONDS = 60;

/**
 * Writes down what was sent without the database when that is back: sent, so that nobody sends it again. What could not be
 * sent is enqueued like everything else.
 */
@Injectable()
export class DirectRecorder implements OnApplicationBootstrap {
  private readonly logger = new Logger('Notifications');

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly queue: JobQueue,
    private readonly sender: DirectSender,
    private readonly outcomes: ChannelOutcomes,
  ) {}

  onApplicationBootstrap(): void {
    void this.keepRecording();
  }

  /** @throws what the database says */
  async record(): Promise<void> {
    for (const delivery of this.sender.unrecorded())
      await delivery.record(async () => {
        await this.write(delivery);
      });
  }

  private write({ id, channel, message, sent, toldIn, isOver }: DirectDelivery): Promise<unknown> {
    const { subjectKey, transition, groupKey, content } = message;
    const told = [subjectKey, transition, channel, groupKey, JSON.stringify(content)];
    if (sent !== undefined) return this.database.query(RECORD_SENT, [...told, id, JSON.stringify([sent])]);
    if (toldIn !== undefined) return this.database.query(RECORD_SUPERSEDED, [...told, toldIn]);
    const aloneSeconds = this.outcomes.aloneMs(channel) / 1000;
    return this.database.query(ENQUEUE, [...told, Math.max(isOver ? 0 : ATTEMPT_SECONDS, aloneSeconds)]);
  }

  private async keepRecording(): Promise<void> {
    const { signal } = this.queue;
    let isTold = false;
    while (!signal.aborted) {
      try {
        await this.record();
        isTold = false;
      } catch (error) {
        if (!isTold) this.logger.warn(`what was sent directly is not recorded yet: ${messageOf(error)}`);
        isTold = true;
      }
      await sleep(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
