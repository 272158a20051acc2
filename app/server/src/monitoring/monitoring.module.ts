import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { DatabaseMetrics } from './database-metrics.ts';
import { HealthController } from './health.controller.ts';
import { HealthService } from './health.service.ts';
import { ManagementServer } from './management-server.ts';
import { Metrics } from './metrics.ts';
import { ShutdownState } from './shutdown-state.ts';

/** Probes, metrics and the management port; the same for server and worker. */
@Module({
  // Probes fail every few seconds while something is down; the condition is in the answer, not in the log.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [Metrics, ShutdownState, HealthService, ManagementServer, DatabaseMetrics],
  exports: [Metrics],
})
export class MonitoringModule {}
