import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { MetricsModule } from '../metrics/metrics.module.ts';
import { SystemModule } from '../system/system.module.ts';
import { ComponentHealth } from './component-health.ts';
import { ComponentHealthController } from './component-health.controller.ts';
import { ComponentStates } from './component-states.ts';
import { HealthController } from './health.controller.ts';
import { HealthChecks } from './health-checks.ts';
import { HealthService } from './health.service.ts';
import { PlatformChecks } from './platform-checks.ts';
import { ShutdownState } from './shutdown-state.ts';

/** Probes and the health of components; the same for server and worker. */
@Module({
  // Probes fail every few seconds while something is down; the condition is in the answer, not in the log.
  imports: [TerminusModule.forRoot({ logger: false }), MetricsModule, SystemModule],
  controllers: [HealthController, ComponentHealthController],
  providers: [ShutdownState, HealthChecks, PlatformChecks, HealthService, ComponentStates, ComponentHealth],
  exports: [ShutdownState, HealthChecks, HealthService, ComponentHealth],
})
export class HealthModule {}
