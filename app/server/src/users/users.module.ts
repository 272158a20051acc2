import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { AuthModule } from '../auth/auth.module.ts';
import { SecretsModule } from '../secrets/secrets.module.ts';
import { OwnAccountController } from './own-account.controller.ts';
import { UsersController } from './users.controller.ts';
import { UsersService } from './users.service.ts';

/** Who there is. */
@Module({
  imports: [ApiKeysModule, AuditModule, AuthModule, SecretsModule],
  controllers: [OwnAccountController, UsersController],
  providers: [UsersService],
})
export class UsersModule {}
