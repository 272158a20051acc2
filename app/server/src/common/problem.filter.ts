import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  ForbiddenException,
  HttpException,
  Logger,
  NotFoundException,
} from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { STATUS_CODES } from 'node:http';
import { causeOf, isDatabaseAbsence } from './database-absence.ts';
import {
  DomainError,
  ForbiddenError,
  MethodNotAllowedError,
  NotFoundError,
  type ParameterError,
  TooManyRequestsError,
} from './errors.ts';
import { requestIdOf } from './http/request-id.ts';
import { routeTemplateOf } from './http/route-template.ts';
import { kindOfTitle, type Problem, PROBLEM_MEDIA_TYPE, problemType } from './problem.ts';
import { redactText } from './redaction/redact.ts';
import { ValidationFailedError } from './validation.ts';

interface Failure {
  readonly kind: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly ParameterError[];
}

/** When asking again is worth it: a database that comes back and a load that ends are a matter of seconds. */
const RETRY_AFTER_SECONDS = 5;

/**
 * Somebody else holds what is needed: a lock that was not given in time, a deadlock, two changes that do not go together.
 * Nothing was done, and a moment later it may work.
 */
const CONTENTION_SQLSTATE = /^(55P03|40P01|40001)$/;

function titled(status: number, detail?: string): Failure {
  const title = STATUS_CODES[status] ?? 'Error';
  return { kind: kindOfTitle(title), title, status, detail: detail ?? title, errors: [] };
}

function unavailable(detail: string): Failure {
  return { kind: 'unavailable', title: 'Service unavailable', status: 503, detail, errors: [] };
}

/** The status that body-parser and the router put on their own errors (http-errors), if it is a client error. */
function clientErrorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

function isContention(error: unknown): boolean {
  const cause = causeOf(error);
  return cause instanceof Error && 'code' in cause && CONTENTION_SQLSTATE.test(String(cause.code));
}

function classify(error: unknown): Failure {
  if (error instanceof ValidationFailedError) {
    const detail = error.errors.map((entry) => `${entry.parameter}: ${entry.detail}`).join('; ');
    return {
      kind: 'invalid-parameter',
      title: 'Invalid parameter',
      status: 400,
      detail,
      errors: error.errors,
    };
  }
  if (error instanceof DomainError) {
    return {
      kind: error.kind,
      title: error.title,
      status: error.status,
      detail: error.message,
      errors: error.errors,
    };
  }
  // The router's words for a route that there is not.
  if (error instanceof NotFoundException && /^Cannot [A-Z]+ /.test(error.message))
    return classify(new NotFoundError(error.message.slice(0, 200).replace('Cannot', 'there is nothing at')));
  // The framework's words name a header of the browser, and not what an administrator can do.
  if (error instanceof ForbiddenException && error.message.startsWith('Cross-origin request detected'))
    return classify(
      new ForbiddenError(
        'pages of another origin may not send this; security.corsOrigins lists those that may',
      ),
    );
  if (error instanceof HttpException) return titled(error.getStatus(), error.message);
  // The parser's message repeats a piece of the text, which may be a password.
  if (error instanceof SyntaxError && 'type' in error && error.type === 'entity.parse.failed')
    return titled(400, 'the body is not valid JSON');
  const status = clientErrorStatus(error);
  if (status !== undefined) return titled(status, error instanceof Error ? error.message : undefined);
  if (isDatabaseAbsence(error))
    return unavailable(
      'the database does not answer at the moment, or takes no changes; try again in a few seconds',
    );
  if (isContention(error))
    return unavailable('others are changing the same at the moment; try again in a few seconds');
  // What went wrong inside is for the log, never for the client.
  return titled(
    500,
    'the server failed to answer this request; its log has the details under this requestId',
  );
}

const logger = new Logger('Problem');

/** The one place that turns a thrown value into an HTTP answer. */
function sendProblem(error: unknown, request: Request, response: Response): void {
  const { kind, title, status, detail, errors } = classify(error);
  // An expected failure has nothing to look up; the request itself is logged with its status.
  if (status >= 500 && !(error instanceof DomainError))
    logger.error({
      err: error instanceof Error ? error : new Error(String(error)),
      route: routeTemplateOf(request),
    });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  if (status === 503) response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  if (error instanceof TooManyRequestsError) response.setHeader('Retry-After', error.retryAfterSeconds);
  if (error instanceof MethodNotAllowedError) response.setHeader('Allow', error.allowed.join(', '));
  // What is refused now may be answered in a moment, and has no version.
  response.setHeader('Cache-Control', 'no-store').removeHeader('ETag');
  const requestId = requestIdOf(request);
  const problem: Problem = {
    type: problemType(kind),
    title,
    status,
    detail: redactText(detail),
    requestId,
    errors: errors.map((entry) => ({
      parameter: redactText(entry.parameter),
      detail: redactText(entry.detail),
    })),
  };
  const body = JSON.stringify(problem);
  // Not `send`, which would give it an entity tag.
  response.status(status).type(PROBLEM_MEDIA_TYPE).setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}

@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest<Request>(), http.getResponse<Response>());
  }
}

/** What no route and no file answers, and errors outside of routes; Nest's own 404 covers only the API's prefix. */
export function answerTheRest(app: NestExpressApplication): void {
  app.use((request: Request, response: Response) => {
    const { method, path } = request;
    // TRACE would send back what was sent, wherever that goes.
    const problem =
      method === 'TRACE'
        ? new MethodNotAllowedError(method, ['GET', 'HEAD'])
        : new NotFoundError(`there is nothing at ${method} ${path.slice(0, 200)}`);
    sendProblem(problem, request, response);
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    sendProblem(error, request, response),
  );
}
