import { Module } from '@nestjs/common';
import { HealthModule } from '../health/health.module.ts';
import { SystemModule } from '../system/system.module.ts';
import { PlatformStatus } from './platform-status.ts';
import { StatusController } from './status.controller.ts';
import { StatusSections } from './status-sections.ts';

/** The whole state in one answer. */
@Module({
  imports: [HealthModule, SystemModule],
  controllers: [StatusController],
  providers: [StatusSections, PlatformStatus],
  exports: [StatusSections, PlatformStatus],
})
export class StatusModule {}
