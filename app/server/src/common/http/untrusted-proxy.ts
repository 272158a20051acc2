import { Logger } from '@nestjs/common';
import type { Request } from 'express';
import type { Middleware } from './middleware.ts';

const FORWARDED = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded'];

const isForwarded = ({ headers }: Request): boolean => FORWARDED.some((name) => headers[name] !== undefined);

/** Says once that a proxy is not believed: then all of its clients have one address, and share its rate limits. */
export function tellOfUntrustedProxy(isTrusted: (address: string) => boolean): Middleware {
  const logger = new Logger('Http');
  let isTold = false;
  return (request, _response, next) => {
    if (!isTold && isForwarded(request) && !isTrusted(request.socket.remoteAddress ?? '')) {
      isTold = true;
      logger.warn(
        'X-Forwarded-* came from an address that security.trustedProxies does not list, and is ignored; if it is your proxy, list it',
      );
    }
    next();
  };
}
