import { Logger, Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { CLOCK, type Clock } from '../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database } from '../database/sql.ts';
import { Metrics } from '../monitoring/metrics/metrics.ts';
import { MonitoringModule } from '../monitoring/monitoring.module.ts';
import { BarsController } from './bars/bars.controller.ts';
import { BarsService } from './bars/bars.service.ts';
import { FloatShares } from './bars/float-shares.ts';
import { SeriesReader } from './bars/series-reader.ts';
import { MarketCalendar } from './market-calendar.ts';
import { CalendarController } from './calendar/http/calendar.controller.ts';
import { CalendarService } from './calendar/http/calendar.service.ts';
import { FundamentalsController } from './fundamentals/fundamentals.controller.ts';
import { FundamentalsService } from './fundamentals/fundamentals.service.ts';
import { CircuitMetrics } from './gateway/circuit-metrics.ts';
import { HaltsController } from './halts/halts.controller.ts';
import { HaltsService } from './halts/halts.service.ts';
import { IngestionLag } from './ingestion/ingestion-lag.ts';
import { IngestionMetrics } from './ingestion/ingestion-metrics.ts';
import { IngestionRuns } from './ingestion/ingestion-runs.ts';
import { IngestionSchedule, REFRESH_SCHEDULE } from './ingestion/ingestion-schedule.ts';
import { IngestionWorker } from './ingestion/ingestion-worker.ts';
import { IngestionsController } from './ingestion/ingestions.controller.ts';
import { IngestionsService } from './ingestion/ingestions.service.ts';
import { refreshSchedule } from './ingestion/schedule.ts';
import { MarketDataCheck } from './market-data-check.ts';
import { MARKET_DATA_SOURCE } from './market-data-source.ts';
import { openProvider } from './open-provider.ts';
import { MARKET_DATA_PROVIDER } from './provider.ts';
import { MinutesController } from './minutes/minutes.controller.ts';
import { MinutesService } from './minutes/minutes.service.ts';
import { NewsController } from './news/news.controller.ts';
import { NewsService } from './news/news.service.ts';
import { OverviewController } from './overview/overview.controller.ts';
import { OverviewService } from './overview/overview.service.ts';
import { QuarantineController } from './quarantine/quarantine.controller.ts';
import { QuarantineMetrics } from './quarantine/quarantine-metrics.ts';
import { QuarantineService } from './quarantine/quarantine.service.ts';
import { SymbolsController } from './symbols/symbols.controller.ts';
import { SymbolsService } from './symbols/symbols.service.ts';
import { ValuationsController } from './valuations/valuations.controller.ts';
import { ValuationsService } from './valuations/valuations.service.ts';

const source = {
  provide: MARKET_DATA_SOURCE,
  useFactory: ({ marketData }: Configuration): string => marketData.provider.toLowerCase(),
  inject: [CONFIGURATION],
};

/** What the server offers: reading, and ordering loads. It never touches the source itself. */
@Module({
  imports: [MonitoringModule, AuditModule],
  controllers: [
    SymbolsController,
    BarsController,
    MinutesController,
    OverviewController,
    CalendarController,
    HaltsController,
    FundamentalsController,
    ValuationsController,
    NewsController,
    QuarantineController,
    IngestionsController,
  ],
  providers: [
    source,
    MarketCalendar,
    SymbolsService,
    SeriesReader,
    FloatShares,
    BarsService,
    MinutesService,
    OverviewService,
    CalendarService,
    HaltsService,
    FundamentalsService,
    ValuationsService,
    NewsService,
    QuarantineService,
    IngestionRuns,
    IngestionsService,
  ],
  exports: [BarsService],
})
export class MarketDataModule {}

/** What the worker does: loading from the source. */
@Module({
  imports: [MonitoringModule],
  providers: [
    source,
    {
      provide: MARKET_DATA_PROVIDER,
      useFactory: ({ marketData }: Configuration, database: Database, metrics: Metrics, clock: Clock) => {
        const logger = new Logger('MarketData');
        return openProvider(marketData, {
          ...{ database, metrics, clock },
          warn: (text) => logger.warn(text),
          debug: (fields, text) => logger.debug(fields, text),
        });
      },
      inject: [CONFIGURATION, DATABASE, Metrics, CLOCK],
    },
    {
      provide: REFRESH_SCHEDULE,
      useFactory: ({ marketData }: Configuration) => refreshSchedule(marketData.refresh),
      inject: [CONFIGURATION],
    },
    IngestionRuns,
    IngestionSchedule,
    CircuitMetrics,
    IngestionLag,
    IngestionMetrics,
    MarketCalendar,
    IngestionWorker,
    MarketDataCheck,
    QuarantineMetrics,
  ],
})
export class MarketDataWorkerModule {}
