import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { ErrorsController } from './errors/http/errors.controller.ts';
import { ErrorsService } from './errors/http/errors.service.ts';
import { PerformanceController } from './performance/http/performance.controller.ts';
import { PerformanceService } from './performance/http/performance.service.ts';

/** What people see of errors and of what is slow, and what they say of it. */
@Module({
  imports: [AuditModule],
  controllers: [ErrorsController, PerformanceController],
  providers: [ErrorsService, PerformanceService],
})
export class TroublesModule {}
