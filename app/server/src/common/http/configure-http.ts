import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Server } from 'node:http';
import { ConditionalAnswers } from '../conditional/conditional-answers.ts';
import type { SecurityConfiguration } from '../configuration/security-schema.ts';
import { ProblemFilter } from '../problem.filter.ts';
import { requestContext } from '../request-context.ts';
import { requestTraces } from '../tracing/request-trace.ts';
import { createValidationPipe } from '../validation.ts';
import { rangeMatcher } from './address.ts';
import { onlyFrom } from './address-list.ts';
import { CacheControl, noStore } from './cache-control.ts';
import { answerMalformedRequests } from './client-errors.ts';
import { shareWithOrigins } from './cross-origin.ts';
import { readForwardedHeaders } from './forwarded-headers.ts';
import { onlyOverHttps } from './https-only.ts';
import type { Middleware } from './middleware.ts';
import { requestIds } from './request-id.ts';
import { requestLimits } from './request-limits.ts';
import { securityHeaders } from './security-headers.ts';
import { tellOfUntrustedProxy } from './untrusted-proxy.ts';

/** Longer than the 60 s of common load balancers, so that they close idle connections first (nodejs/node#27363). */
const KEEP_ALIVE_MS = 65_000;
/** Who sends byte by byte keeps a connection so long at most; Node looks every 30 s. */
const HEADERS_MS = 20_000;
const REQUEST_MS = 60_000;
/** Who reads an answer so slowly that nothing moves. */
const SILENCE_MS = 120_000;

function boundConnections(server: Server): void {
  // Node would answer without a body; `requestLimits` does it with a problem.
  Object.assign(server, { requireHostHeader: false });
  answerMalformedRequests(server);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  server.timeout = SILENCE_MS;
}

/**
 * Everything the public HTTP server needs apart from its routes; the tests use the same. Who may not ask at all is
 * refused before anything is done for them; `log` sees each request that has an id, the refused ones too.
 * `countUntrusted` is called where somebody says to be a proxy who is not listed as one.
 */
export function configureHttp(
  app: NestExpressApplication,
  security: SecurityConfiguration,
  log: Middleware,
  countUntrusted: () => void = () => undefined,
): void {
  app.disable('x-powered-by');
  // Express looks at the hops from the nearest on and takes the first that is not trusted for the client.
  const isTrusted = rangeMatcher(security.trustedProxies);
  app.set('trust proxy', isTrusted);
  app.use(requestIds(isTrusted));
  app.use(requestTraces(isTrusted));
  app.use(readForwardedHeaders(isTrusted));
  app.use(log);
  app.use(securityHeaders(security.forceHTTPS));
  app.use(noStore);
  app.use(tellOfUntrustedProxy(isTrusted, countUntrusted));
  app.use(requestContext);
  app.use(onlyFrom(security.allowedCIDRs));
  // A request that means two things is sent nowhere.
  app.use(requestLimits);
  app.use(onlyOverHttps(security.forceHTTPS));
  shareWithOrigins(app, security.corsOrigins);
  // What a browser says comes from another site changes nothing here; the token of the session is the second layer.
  app.enableCsrfProtection({ trustedOrigins: [...security.corsOrigins] });
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalInterceptors(new CacheControl(), new ConditionalAnswers());
  app.useGlobalFilters(new ProblemFilter());
  boundConnections(app.getHttpServer());
}
