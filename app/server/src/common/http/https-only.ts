import type { Request } from 'express';
import { ForbiddenError } from '../errors.ts';
import { isApi, isProbe, type Middleware } from './middleware.ts';

const HOST = /^[\w.:[\]-]+$/;

/**
 * The name that the client itself asked for, without a port; undefined where it is no plain host. Only `Host` is read: a
 * cache keeps answers apart by it, while X-Forwarded-Host is invisible to one, and whoever slipped it in would send
 * others away.
 */
function hostOf({ headers: { host = '' } }: Request): string | undefined {
  return HOST.test(host) ? URL.parse(`https://${host}`)?.hostname : undefined;
}

/** What a person may have typed. The API's clients must not get used to sending keys in the clear (ASVS 5.0, 4.1.2). */
function isPage({ method, originalUrl, path }: Request): boolean {
  return (method === 'GET' || method === 'HEAD') && originalUrl.startsWith('/') && !isApi(path);
}

/**
 * Sends whoever opens the page over plain HTTP to HTTPS on the standard port, and refuses everything else but probes.
 * The answer is kept by no cache, and the host in it is the one that this client named: a forged one leads nobody else.
 */
export function onlyOverHttps(isForced: boolean): Middleware {
  if (!isForced) return (_request, _response, next) => next();
  return (request, response, next) => {
    if (request.secure || isProbe(request)) return next();
    const host = isPage(request) ? hostOf(request) : undefined;
    if (host === undefined) return next(new ForbiddenError('this server is to be asked over HTTPS only'));
    response
      .status(308)
      .set({ Location: `https://${host}${request.originalUrl}`, 'Content-Length': '0' })
      .end();
  };
}
