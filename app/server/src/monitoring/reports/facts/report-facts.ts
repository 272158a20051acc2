import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../../common/configuration/configuration.ts';
import { DATABASE } from '../../../database/database.module.ts';
import type { Database } from '../../../database/sql.ts';
import { type HistorySeries, MetricHistory } from '../../history/metric-history.ts';
import type { Labels } from '../../history/labels.ts';
import type { Facts, PeriodFacts, StorageFact } from '../model/facts.ts';
import type { Span } from '../model/spans.ts';
import { type Period, periodBefore } from '../period.ts';
import { extendPresence, presenceIn } from '../presence/presence.sql.ts';
import { ReportSections } from '../sections.ts';
import { alertsIn, loadsIn, messagesIn } from './facts.sql.ts';
import {
  componentFacts,
  lagFacts,
  lastOf,
  lastSum,
  serverWindows,
  storageFacts,
  windowsOf,
} from './recorded-facts.ts';

const SHORTEST_WINDOW_SECONDS = 300;
const HOUR_SECONDS = 3_600;
/** Growth is told from so far back: four whole weeks, so that no day of the week counts more than another. */
const GROWTH_MS = 28 * 86_400_000;

/** Gathers all that a report is made of. */
@Injectable()
export class ReportFacts {
  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    private readonly history: MetricHistory,
    private readonly sections: ReportSections,
  ) {}

  async gather(period: Period): Promise<Facts> {
    const earlier = periodBefore(period);
    await extendPresence(this.database, this.configuration.monitoring.history.sampleSeconds);
    const now = await this.ofPeriod(period);
    const read = (metric: string): Promise<HistorySeries[]> => this.read(metric, period, now.stepSeconds);
    const last = lastOf(windowsOf(await read('stock_analysis_build_info'), 'worker'));
    return {
      at: this.clock.now().getTime(),
      now,
      before: await this.ofPeriod(earlier),
      messages: await messagesIn(this.database, period),
      loads: await loadsIn(this.database, period),
      lags: lagFacts(await read('stock_analysis_ingestion_lag_trading_days'), last),
      openQuarantine: lastSum(await read('stock_analysis_quarantine_open_rows'), last),
      components: componentFacts(await read('stock_analysis_component_health')),
      storage: await this.storage(period),
      sections: await this.sections.gather(this.database, period, earlier),
      objective: this.configuration.monitoring.reports.availability / 100,
    };
  }

  private async ofPeriod(period: Period): Promise<PeriodFacts> {
    const stepSeconds = Math.max(SHORTEST_WINDOW_SECONDS, this.history.resolutionSeconds(period.from));
    const read = (metric: string, labels: Labels = {}): Promise<HistorySeries[]> =>
      this.read(metric, period, stepSeconds, labels);
    const servers = serverWindows({
      health: await read('stock_analysis_component_health', { role: 'server' }),
      requests: await read('http_requests_total', { role: 'server' }),
      buckets: await read('http_request_duration_seconds_bucket', { role: 'server' }),
    });
    const { sampleSeconds } = this.configuration.monitoring.history;
    // The first window may begin before the period does.
    const span = { from: period.from - stepSeconds * 1000, to: period.to };
    const presence = await presenceIn(this.database, span, sampleSeconds);
    return { period, stepSeconds, servers, presence, alerts: await alertsIn(this.database, period) };
  }

  private async storage({ to }: Period): Promise<StorageFact[]> {
    const span = { from: to - GROWTH_MS, to };
    const read = (metric: string): Promise<HistorySeries[]> => this.read(metric, span, HOUR_SECONDS);
    return storageFacts({
      databaseBytes: await read('stock_analysis_database_size_bytes'),
      volumeBytes: await read('stock_analysis_database_volume_size_bytes'),
      volumeAvailableBytes: await read('stock_analysis_database_volume_available_bytes'),
      filesystemBytes: await read('stock_analysis_filesystem_size_bytes'),
      availableBytes: await read('stock_analysis_filesystem_available_bytes'),
    });
  }

  private read(
    metric: string,
    { from, to }: Span,
    stepSeconds: number,
    labels: Labels = {},
  ): Promise<HistorySeries[]> {
    return this.history.read(metric, labels, [[from, to]], stepSeconds);
  }
}
