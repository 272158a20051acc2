import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../common/configuration/errors.ts';
import { DATABASE } from '../../database/database.module.ts';
import { JobQueue } from '../../database/job-queue.service.ts';
import type { Database } from '../../database/sql.ts';
import { ENQUEUE, RECORD_SENT } from '../deliveries/deliveries.sql.ts';
import { type DirectDelivery, DirectSender } from './direct-sender.ts';

/** Well within the time in which a group gathers: what another worker enqueues of the same is not sent by then. */
const LOOK_MS = 2_000;

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
  ) {}

  onApplicationBootstrap(): void {
    void this.keepRecording();
  }

  /** @throws what the database says */
  async record(): Promise<void> {
    for (const delivery of this.sender.unrecorded()) {
      await this.write(delivery);
      delivery.isRecorded = true;
    }
  }

  private async write({ id, channel, message, sent }: DirectDelivery): Promise<void> {
    const { subjectKey, transition, groupKey, content } = message;
    const told = [subjectKey, transition, channel, groupKey, JSON.stringify(content)];
    if (sent === undefined) await this.database.query(ENQUEUE, [...told, 0]);
    else await this.database.query(RECORD_SENT, [...told, id, JSON.stringify([sent])]);
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
