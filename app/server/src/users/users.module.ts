import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { AuthModule } from '../auth/auth.module.ts';
import { OwnAccountController } from './own-account.controller.ts';
import { UsersController } from './users.controller.ts';
import { UsersService } from './users.service.ts';

/** Who there is. */
@Module({
  imports: [AuditModule, AuthModule],
  controllers: [OwnAccountController, UsersController],
  providers: [UsersService],
})
export class UsersModule {}
