import { Module } from '@nestjs/common';
import { HealthModule } from './health/health.module.ts';
import { ManagementServer } from './management-server.ts';
import { MetricsModule } from './metrics/metrics.module.ts';

/** What tells how the process does, and the management port; the same for server and worker. */
@Module({
  imports: [MetricsModule, HealthModule],
  providers: [ManagementServer],
  exports: [MetricsModule, HealthModule],
})
export class MonitoringModule {}
