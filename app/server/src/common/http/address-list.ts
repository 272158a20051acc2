import { ForbiddenError } from '../errors.ts';
import { currentRequest } from '../request-context.ts';
import { rangeMatcher } from './address.ts';
import { isProbe, type Middleware } from './middleware.ts';

/** Refuses everybody else but probes; an empty list lets everybody in. */
export function onlyFrom(ranges: readonly string[]): Middleware {
  if (ranges.length === 0) return (_request, _response, next) => next();
  const isListed = rangeMatcher(ranges);
  return (request, _response, next) => {
    if (isProbe(request) || isListed(currentRequest()?.address ?? '')) next();
    else
      next(
        new ForbiddenError('this server is not for your address; security.allowedCIDRs lists who may ask'),
      );
  };
}
