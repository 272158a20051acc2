import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import type { Observable } from 'rxjs';
import { ACCESS_RULE, type AccessRule } from '../access.ts';
import type { Middleware } from './middleware.ts';

/** Kept by the client that asked and by nobody between, and asked for again each time: that costs no body. */
export const REVALIDATE = 'private, max-age=0, must-revalidate';

/** What nobody has judged otherwise is kept nowhere. */
export const noStore: Middleware = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};

/** Market data may stay with the client; what belongs to somebody is not even on the disk of their browser. */
@Injectable()
export class CacheControl implements NestInterceptor {
  private readonly reflector = new Reflector();

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const rule = this.reflector.getAllAndOverride<AccessRule | undefined>(ACCESS_RULE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (rule?.kind === 'reading')
      context.switchToHttp().getResponse<Response>().setHeader('Cache-Control', REVALIDATE);
    return next.handle();
  }
}
