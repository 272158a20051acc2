import type { NestExpressApplication } from '@nestjs/platform-express';
import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface.js';
import type { Request } from 'express';
import { isApi } from './middleware.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const ACCEPTED = ['Accept', 'Authorization', 'Content-Type', 'If-None-Match', 'X-CSRF-Token', 'X-Request-Id'];
const SHOWN = ['ETag', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id'];
/** How long a browser need not ask again, in seconds: what browsers keep at most. */
const PREFLIGHT_SECONDS = 7_200;

/** Only the API, and only for origins of the list, letter by letter: there is no `*` and no pattern. */
function answerTo(origins: ReadonlySet<string>, { headers, path }: Request): CorsOptions {
  const { origin } = headers;
  if (origin === undefined || !origins.has(origin) || !isApi(path)) return { origin: false };
  return {
    origin,
    credentials: true,
    methods: METHODS,
    allowedHeaders: ACCEPTED,
    exposedHeaders: SHOWN,
    maxAge: PREFLIGHT_SECONDS,
    // OPTIONS is answered where the methods of each path are known.
    preflightContinue: true,
  };
}

export function shareWithOrigins(app: NestExpressApplication, list: readonly string[]): void {
  if (list.length === 0) return;
  const origins = new Set(list);
  app.use((_request: Request, response: { vary(name: string): void }, next: () => void) => {
    // Also without an origin: a cache must not give that answer to another page.
    response.vary('Origin');
    next();
  });
  app.enableCors((request: Request, callback: (error: null, options: CorsOptions) => void) =>
    callback(null, answerTo(origins, request)),
  );
}
