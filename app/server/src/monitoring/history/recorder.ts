import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { DatabaseConnector } from '../../database/connector.ts';
import { DATABASE } from '../../database/database.module.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import type { Database } from '../../database/sql.ts';
import { Metrics } from '../metrics/metrics.ts';
import { Framing, type Layout } from './frames.ts';
import { type Origin, recentSeries, storeFrame, storeLayout } from './history.sql.ts';
import { HistoryKeeper } from './keeper.ts';
import type { Series } from './series.ts';

/** What had no value for so long comes back as something new. */
const RECENT_MS = 24 * 3_600_000;
/** The database may be gone, and who stops is waited for. */
const FAREWELL_MS = 1_000;
/** What is recorded of a histogram is named after it, and its bounds are a label. */
const OF_A_HISTOGRAM = { suffix: /_(bucket|count)$/, label: 'le' };

/** How this process is called among all of the platform. */
export const PROCESS_NAME = Symbol('ProcessName');

/** Writes down what the metrics of this process say, at an even pace, so that charts need no Prometheus. */
@Injectable()
export class MetricRecorder implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly framing = new Framing();
  private readonly origin: Origin;
  private hasRecalled = false;
  private recording: Promise<void> = Promise.resolve();
  private stored: { readonly layout: Layout; readonly id: string } | undefined;
  /** When the last frame was stored, or this process began: what counters gained since then is in the next. */
  private since: Date;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    private readonly connector: DatabaseConnector,
    private readonly queries: PeriodicQueries,
    private readonly metrics: Metrics,
    private readonly keeper: HistoryKeeper,
    @Inject(PROCESS_NAME) instance: string,
  ) {
    this.origin = { role: configuration.role, instance };
    this.since = clock.now();
  }

  onApplicationBootstrap(): void {
    const everyMs = this.configuration.monitoring.history.sampleSeconds * 1000;
    this.queries.repeat(everyMs, 'samples of metrics', async () => {
      try {
        await this.record();
      } catch (error) {
        // The layout may be gone with the rows that had it.
        this.stored = undefined;
        throw error;
      }
    });
  }

  /** What was counted since the last frame would be missing at each restart: where a bad one shows. */
  async beforeApplicationShutdown(): Promise<void> {
    if (!this.connector.isReady) return;
    await Promise.race([this.record().catch(() => undefined), sleep(FAREWELL_MS, undefined, { ref: false })]);
  }

  /** Writes one frame. @throws what the database says; what was counted is then in the next frame */
  record(): Promise<void> {
    // One after the other: two at once would both have what was counted since the last.
    const recorded = this.recording.then(() => this.write());
    this.recording = recorded.catch(() => undefined);
    return recorded;
  }

  private async write(): Promise<void> {
    const at = this.clock.now();
    if (!this.hasRecalled) await this.recall(at.getTime());
    const samples = await this.metrics.samples();
    const { frame, kept } = this.framing.frame(samples, at.getTime(), this.keeper.leads);
    // A clock may have been set back.
    const since = new Date(Math.min(this.since.getTime(), at.getTime()));
    await storeFrame(this.database, this.origin, { since, at }, await this.layoutId(frame.layout), frame);
    kept();
    this.since = at;
  }

  /** Of what its role recorded of late, all that this build still has. */
  private async recall(at: number): Promise<void> {
    const recent = await recentSeries(this.database, this.origin.role, new Date(at - RECENT_MS));
    const families = new Map(this.metrics.families().map(({ name, labels }) => [name, labels]));
    const isThere = ({ metric, labels }: Series): boolean => {
      const its = families.get(metric) ?? families.get(metric.replace(OF_A_HISTOGRAM.suffix, ''));
      return (
        its !== undefined &&
        Object.keys(labels).every((name) => [...its, OF_A_HISTOGRAM.label].includes(name))
      );
    };
    this.framing.recall(recent.filter(isThere), at);
    this.hasRecalled = true;
  }

  private async layoutId(layout: Layout): Promise<string> {
    if (this.stored?.layout !== layout)
      this.stored = { layout, id: await storeLayout(this.database, layout) };
    return this.stored.id;
  }
}
