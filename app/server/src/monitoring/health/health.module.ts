import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller.ts';
import { HealthService } from './health.service.ts';
import { ShutdownState } from './shutdown-state.ts';

/** Probes and the health of components; the same for server and worker. */
@Module({
  // Probes fail every few seconds while something is down; the condition is in the answer, not in the log.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [ShutdownState, HealthService],
  exports: [HealthService],
})
export class HealthModule {}
