import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { ApiKeysController } from './api-keys.controller.ts';
import { ApiKeys } from './api-keys.service.ts';

/** Keys by which programs show whose they are. */
@Module({
  imports: [AuditModule],
  controllers: [ApiKeysController],
  providers: [ApiKeys],
  exports: [ApiKeys],
})
export class ApiKeysModule {}
