import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiBearerAuth } from '@nestjs/swagger';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { CONFIGURATION, type Configuration } from './configuration/configuration.ts';
import { ForbiddenError, UnauthorizedError } from './errors.ts';

type AccessRule = 'public' | 'bootstrap-token';

const ACCESS_RULE = 'access-rule';

/** Open to everyone: reading, before users exist. */
export const Public = (): MethodDecorator & ClassDecorator =>
  SetMetadata(ACCESS_RULE, 'public' satisfies AccessRule);

/** Needs `Authorization: Bearer <bootstrap token>`: writing, before users exist. */
export const NeedsBootstrapToken = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(ACCESS_RULE, 'bootstrap-token' satisfies AccessRule), ApiBearerAuth());

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Digests have one length, so the comparison takes the same time whatever was sent. */
function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

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
    if (rule === 'public') return true;
    const expected = this.configuration.bootstrapToken;
    if (expected === undefined) {
      throw new ForbiddenError(
        'writing is switched off: the server was started without BOOTSTRAP_TOKEN_FILE',
      );
    }
    const header = context.switchToHttp().getRequest<Request>().headers.authorization ?? '';
    const given = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header)?.[1];
    if (given === undefined)
      throw new UnauthorizedError('this request needs the header Authorization: Bearer <bootstrap token>');
    if (!sameSecret(given, expected)) throw new UnauthorizedError('the bootstrap token is not the right one');
    return true;
  }
}
