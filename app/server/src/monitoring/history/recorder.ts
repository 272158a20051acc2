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
import { DatabaseConnector } from '../../database/connector.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { Metrics } from '../metrics/metrics.ts';
import { Framing, type Layout } from './frames.ts';
import { type Origin, storeFrame, storeLayout } from './history.sql.ts';

/** How this process is called among all of the platform. */
export const PROCESS_NAME = Symbol('ProcessName');

/** Writes down what the metrics of this process say, at an even pace, so that charts need no Prometheus. */
@Injectable()
export class MetricRecorder implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('History');
  private readonly stopping = new AbortController();
  private readonly framing = new Framing();
  private readonly origin: Origin;
  private stored: { readonly layout: Layout; readonly id: string } | undefined;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    private readonly connector: DatabaseConnector,
    private readonly metrics: Metrics,
    @Inject(PROCESS_NAME) instance: string,
  ) {
    this.origin = { role: configuration.role, instance };
  }

  onApplicationBootstrap(): void {
    void this.run();
  }

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /** Writes one frame. @throws what the database says; what was counted is then in the next frame */
  async record(): Promise<void> {
    const at = this.clock.now();
    const { frame, kept } = this.framing.frame(await this.metrics.samples());
    await storeFrame(this.database, this.origin, at, await this.layoutId(frame.layout), frame);
    kept();
  }

  private async layoutId(layout: Layout): Promise<string> {
    if (this.stored?.layout !== layout)
      this.stored = { layout, id: await storeLayout(this.database, layout) };
    return this.stored.id;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const everyMs = this.configuration.monitoring.history.sampleSeconds * 1000;
    await this.connector.whenReady();
    while (!signal.aborted) {
      try {
        await this.record();
      } catch (error) {
        // The layout may be gone with the rows that had it.
        this.stored = undefined;
        this.logger.warn(`the metrics were not written down: ${messageOf(error)}`);
      }
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
