import { Module } from '@nestjs/common';
import { AuditModule } from '../../audit/audit.module.ts';
import { MonitoringModule } from '../monitoring.module.ts';
import { LogLevelController } from './log-level.controller.ts';
import { LogLevelService } from './log-level.service.ts';

/** What people see and say of how much is logged. */
@Module({
  imports: [MonitoringModule, AuditModule],
  controllers: [LogLevelController],
  providers: [LogLevelService],
})
export class LogLevelModule {}
