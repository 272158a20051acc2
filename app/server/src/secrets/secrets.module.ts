import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { MonitoringModule } from '../monitoring/monitoring.module.ts';
import { SecretBox } from './secret-box.ts';
import { SecretMetrics } from './secret-metrics.ts';
import { SecretRewrap } from './secret-rewrap.ts';
import { UserSecretsController } from './user-secrets.controller.ts';
import { UserSecrets } from './user-secrets.service.ts';

/** Only where there are keyrings: in the server. */
@Module({
  imports: [AuditModule, MonitoringModule],
  controllers: [UserSecretsController],
  providers: [SecretBox, SecretMetrics, SecretRewrap, UserSecrets],
  exports: [SecretBox, UserSecrets],
})
export class SecretsModule {}
