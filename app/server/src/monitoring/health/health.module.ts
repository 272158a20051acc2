import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller.ts';
import { HealthChecks } from './health-checks.ts';
import { HealthService } from './health.service.ts';
import { ShutdownState } from './shutdown-state.ts';

/** Probes and the health of components; the same for server and worker. */
@Module({
  // Probes fail every few seconds while something is down; the condition is in the answer, not in the log.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [ShutdownState, HealthChecks, HealthService],
  exports: [HealthChecks, HealthService],
})
export class HealthModule {}
