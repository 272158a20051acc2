import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ACCESS_RULE, type AccessRule } from '../common/access.ts';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { UnauthorizedError } from '../common/errors.ts';

/** Denies every route that does not say who may use it. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const rule = this.reflector.getAllAndOverride<AccessRule | undefined>(ACCESS_RULE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (rule?.kind === 'public') return true;
    if (rule?.kind === 'reading' && this.configuration.security.anonymousReading) return true;
    throw new UnauthorizedError('sign in first, or send Authorization: Bearer <API key>');
  }
}
