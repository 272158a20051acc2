import { Logger } from '@nestjs/common';
import type { Request } from 'express';
import type { Middleware } from './middleware.ts';

const FORWARDED = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded'];

/** Anybody may send such a header: what is said of it must not fill a log. */
const SILENCE_MS = 3_600_000;

const isForwarded = ({ headers }: Request): boolean => FORWARDED.some((name) => headers[name] !== undefined);

/**
 * Says, once an hour at most, that a proxy is not believed: then all of its clients have one address, and share its limits
 * and its rest after wrong passwords.
 * @param count is called at each such request
 */
export function tellOfUntrustedProxy(isTrusted: (address: string) => boolean, count: () => void): Middleware {
  const logger = new Logger('Http');
  let toldAt = -Infinity;
  let seen = 0;
  return (request, _response, next) => {
    if (isForwarded(request) && !isTrusted(request.socket.remoteAddress ?? '')) {
      count();
      seen += 1;
      if (performance.now() - toldAt >= SILENCE_MS) {
        toldAt = performance.now();
        logger.warn(
          { requests: seen },
          'X-Forwarded-* came from an address that security.trustedProxies does not list, and is ignored; if it is your ' +
            'proxy, list it: until then all of its users have one address, and share rate limits and lockouts',
        );
      }
    }
    next();
  };
}
