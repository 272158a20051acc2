import { Module } from '@nestjs/common';
import { MonitoringModule } from '../monitoring/monitoring.module.ts';
import { AuditController } from './audit.controller.ts';
import { AuditLog, SECRET_FIELDS } from './audit-log.service.ts';
import { AuditService } from './audit.service.ts';

@Module({
  imports: [MonitoringModule],
  controllers: [AuditController],
  providers: [
    AuditLog,
    AuditService,
    {
      provide: SECRET_FIELDS,
      useFactory: () => (process.env['NODE_ENV'] === 'test' ? 'refuse' : 'replace'),
    },
  ],
  exports: [AuditLog],
})
export class AuditModule {}
