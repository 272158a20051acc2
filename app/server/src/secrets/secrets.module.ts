import { Module } from '@nestjs/common';
import { MonitoringModule } from '../monitoring/monitoring.module.ts';
import { SecretBox } from './secret-box.ts';
import { SecretMetrics } from './secret-metrics.ts';
import { SecretRewrap } from './secret-rewrap.ts';
import { UserSecretsController } from './user-secrets.controller.ts';
import { UserSecrets } from './user-secrets.service.ts';

/** Only where there are keyrings: in the server. */
@Module({
  imports: [MonitoringModule],
  controllers: [UserSecretsController],
  providers: [SecretBox, SecretMetrics, SecretRewrap, UserSecrets],
  exports: [SecretBox, UserSecrets],
})
export class SecretsModule {}
