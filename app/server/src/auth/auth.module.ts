import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { MonitoringModule } from '../monitoring/monitoring.module.ts';
import { SecretsModule } from '../secrets/secrets.module.ts';
import { AccessGuard } from './access.guard.ts';
import { Accounts } from './accounts.service.ts';
import { AuthController } from './auth.controller.ts';
import { AuthService } from './auth.service.ts';
import { Authenticator } from './authenticator.ts';
import { Lockout } from './login/lockout.ts';
import { Login } from './login/login.service.ts';
import { BreachedPasswords } from './passwords/breached-passwords.ts';
import { PasswordHasher } from './passwords/hash-queue.ts';
import { PasswordRules } from './passwords/password-rules.ts';
import { Passwords } from './passwords/passwords.service.ts';
import { SecondFactorController } from './second-factor/second-factor.controller.ts';
import { SecondFactorPolicy } from './second-factor/second-factor-policy.ts';
import { SecondFactor } from './second-factor/second-factor.service.ts';
import { CsrfTokens } from './sessions/csrf.ts';
import { Sessions } from './sessions/sessions.service.ts';
import { Setup } from './login/setup.service.ts';

/** Who asks, and may they: signing in, sessions, the guard of all routes. */
@Module({
  imports: [ApiKeysModule, AuditModule, MonitoringModule, SecretsModule],
  controllers: [AuthController, SecondFactorController],
  providers: [
    AccessGuard,
    Accounts,
    AuthService,
    Authenticator,
    BreachedPasswords,
    CsrfTokens,
    Lockout,
    Login,
    PasswordHasher,
    PasswordRules,
    Passwords,
    SecondFactor,
    SecondFactorPolicy,
    Sessions,
    Setup,
  ],
  exports: [AccessGuard, Accounts],
})
export class AuthModule {}
