import { Module } from '@nestjs/common';
import { ErrorsModule } from './errors/errors.module.ts';
import { HealthModule } from './health/health.module.ts';
import { HistoryModule } from './history/history.module.ts';
import { LogLevels } from './log-level/log-levels.ts';
import { ManagementServer } from './management-server.ts';
import { MetricsModule } from './metrics/metrics.module.ts';
import { PerformanceModule } from './performance/performance.module.ts';
import { StatusModule } from './status/status.module.ts';
import { TracingModule } from './tracing/tracing.module.ts';
import { SystemModule } from './system/system.module.ts';

/** What tells how the process does, and the management port; the same for server and worker. */
@Module({
  imports: [
    MetricsModule,
    SystemModule,
    HealthModule,
    StatusModule,
    HistoryModule,
    ErrorsModule,
    PerformanceModule,
    TracingModule,
  ],
  providers: [ManagementServer, LogLevels],
  exports: [
    MetricsModule,
    SystemModule,
    HealthModule,
    StatusModule,
    HistoryModule,
    ManagementServer,
    LogLevels,
  ],
})
export class MonitoringModule {}
