import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import type { Server } from 'node:http';
import helmet from 'helmet';
import { answerMalformedRequests } from './client-errors.ts';
import { ConditionalAnswers } from './conditional/conditional-answers.ts';
import { ProblemFilter } from './problem.filter.ts';
import { refuseForeignBody } from './request-body.ts';
import { requestContext } from './request-context.ts';
import { requestId } from './request-id.ts';
import { createValidationPipe } from './validation.ts';

/** Longer than the 60 s of common load balancers, so that they close idle connections first (nodejs/node#27363). */
const KEEP_ALIVE_MS = 65_000;
const HEADERS_MS = 66_000;
const REQUEST_MS = 60_000;
const BODY_LIMIT = '100kb';

/** No inline scripts or styles; no `upgrade-insecure-requests`, which blanks the page over plain HTTP. */
function securityHeaders(): ReturnType<typeof helmet> {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // The platform does not terminate TLS itself; HSTS belongs to whoever does.
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
    xFrameOptions: { action: 'deny' },
  });
}

/**
 * Answers are asked for again each time; with their entity tag that costs a version's look-up and no body. Not for
 * shared caches: access rules may come to differ from reader to reader.
 */
function revalidate(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'private, max-age=0, must-revalidate');
  next();
}

/** Everything the public HTTP server needs apart from its routes; the tests use the same. */
export function configureHttp(app: NestExpressApplication): void {
  app.disable('x-powered-by');
  app.use(requestId);
  app.use(requestContext);
  app.use(securityHeaders());
  app.use('/api', revalidate);
  app.use(refuseForeignBody);
  app.useBodyParser('json', { limit: BODY_LIMIT });
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalInterceptors(new ConditionalAnswers());
  app.useGlobalFilters(new ProblemFilter());
  const server: Server = app.getHttpServer();
  answerMalformedRequests(server);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
}
