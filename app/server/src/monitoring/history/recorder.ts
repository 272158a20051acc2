import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { DATABASE } from '../../database/database.module.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import type { Database } from '../../database/sql.ts';
import { Metrics } from '../metrics/metrics.ts';
import { Framing, type Layout } from './frames.ts';
import { type Origin, storeFrame, storeLayout } from './history.sql.ts';

/** How this process is called among all of the platform. */
export const PROCESS_NAME = Symbol('ProcessName');

/** Writes down what the metrics of this process say, at an even pace, so that charts need no Prometheus. */
@Injectable()
export class MetricRecorder implements OnApplicationBootstrap {
  private readonly framing = new Framing();
  private readonly origin: Origin;
  private stored: { readonly layout: Layout; readonly id: string } | undefined;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    private readonly queries: PeriodicQueries,
    private readonly metrics: Metrics,
    @Inject(PROCESS_NAME) instance: string,
  ) {
    this.origin = { role: configuration.role, instance };
  }

  onApplicationBootstrap(): void {
    const everyMs = this.configuration.monitoring.history.sampleSeconds * 1000;
    this.queries.repeat(everyMs, 'the metrics were not written down', async () => {
      try {
        await this.record();
      } catch (error) {
        // The layout may be gone with the rows that had it.
        this.stored = undefined;
        throw error;
      }
    });
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
}
