import { Module } from '@nestjs/common';
import { MonitoringModule } from '../monitoring/monitoring.module.ts';
import { AuditLog, SECRET_FIELDS } from './audit-log.service.ts';

@Module({
  imports: [MonitoringModule],
  providers: [
    AuditLog,
    {
      provide: SECRET_FIELDS,
      useFactory: () => (process.env['NODE_ENV'] === 'test' ? 'refuse' : 'replace'),
    },
  ],
  exports: [AuditLog],
})
export class AuditModule {}
