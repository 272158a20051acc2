import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Options } from 'pino-http';
import { errorLines } from '../error-lines.ts';
import { requestIdOf } from '../http/request-id.ts';
import { redactLine, redactUrl } from '../redaction/redact.ts';
import { contextOf } from '../request-context.ts';
import { requestSpanOf } from '../tracing/request-trace.ts';
import { currentScope } from '../tracing/scope.ts';

/** Probes come every few seconds and say nothing, be it that all is well or that it is not yet. */
const QUIET = /^\/health(\/|$)/;

function isQuiet({ url = '' }: IncomingMessage, { statusCode }: ServerResponse): boolean {
  return QUIET.test(url) && (statusCode < 400 || statusCode === 503);
}

function levelOf(
  request: IncomingMessage,
  response: ServerResponse,
  error?: Error,
): 'error' | 'warn' | 'info' | 'silent' {
  if (isQuiet(request, response)) return 'silent';
  if (error !== undefined || response.statusCode >= 500) return 'error';
  return response.statusCode >= 400 ? 'warn' : 'info';
}

/** What pino makes of an error; the rest of it may be anything: a failed query has its parameters there. */
interface SerializedError {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string | number;
}

/** Not let in, not allowed, too often: from where somebody tries is what one wants to know afterwards. */
const REFUSED = new Set([401, 403, 429]);

/**
 * By ids: who it was, and the session or key that spoke for them. Nothing where nobody showed who they are; the address
 * where it was refused, and else not: who reads what is not what a log is for.
 */
function whoAsked(request: IncomingMessage, response: ServerResponse): object {
  // Asked at the beginning as well, and what is known by then would stand in the line twice.
  if (!response.headersSent && !response.destroyed) return {};
  const { traceId, spanId } = requestSpanOf(request).trace;
  const context = contextOf(request);
  const from = REFUSED.has(response.statusCode) ? { address: context?.address } : {};
  const principal = context?.principal;
  if (principal === undefined) return { traceId, spanId, ...from };
  return {
    ...{ traceId, spanId, ...from },
    userId: principal.userId,
    via: principal.kind === 'session' ? principal.sessionId : principal.keyId,
  };
}

/** What a line that is written in the middle of something belongs to, however deep it is written. */
function whatItBelongsTo(): object {
  const scope = currentScope();
  if (scope === undefined) return {};
  const { trace, request, job } = scope;
  const userId = request?.principal?.userId;
  return {
    ...(request === undefined ? {} : { requestId: request.requestId }),
    traceId: trace.traceId,
    spanId: trace.spanId,
    ...(userId === undefined ? {} : { userId }),
    ...job,
  };
}

const serializers = {
  req: (request: { method: string; url: string }) => ({
    method: request.method,
    url: redactUrl(request.url),
  }),
  res: (response: { statusCode: number }) => ({ statusCode: response.statusCode }),
  err: (error: SerializedError) => ({
    type: error.type,
    message: error.message,
    stack: error.stack,
    ...(error.code === undefined ? {} : { code: error.code }),
  }),
};

/**
 * JSON lines. Request and error are allow-lists, never headers or body: what must not be logged is not handed over in the
 * first place. What gets into a line all the same is hidden as the line is written (`redaction/`).
 */
function optionsOfAll(role: string, level: string): Options {
  return {
    level,
    base: { role },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    serializers,
    hooks: { streamWrite: (line) => errorLines.passing(redactLine(line)) },
  };
}

/** Of lines that the code writes. */
export function lineOptions(role: string, level: string): Options {
  return { ...optionsOfAll(role, level), mixin: whatItBelongsTo };
}

/** Of the one line of each request, at its end: it says itself whose it is, for by then there may be no scope any more. */
export function requestLineOptions(role: string, level: string): Options {
  return {
    ...optionsOfAll(role, level),
    genReqId: requestIdOf,
    customLogLevel: levelOf,
    quietReqLogger: true,
    customProps: whoAsked,
    customAttributeKeys: { reqId: 'requestId' },
  };
}
