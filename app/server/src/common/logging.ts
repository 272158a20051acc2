import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Params } from 'nestjs-pino';
import { type HttpLogger, type Options, pinoHttp } from 'pino-http';
import { requestIdOf } from './http/request-id.ts';
import { redactLine, redactUrl } from './redaction/redact.ts';

/** Probes and scrapes come every few seconds and say nothing. */
const QUIET = /^\/(health|metrics)(\/|$)/;

function levelOf(
  _request: IncomingMessage,
  response: ServerResponse,
  error?: Error,
): 'error' | 'warn' | 'info' {
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

/**
 * JSON lines on standard output. Request and error are allow-lists, never headers or body: what must not be logged is not
 * handed over in the first place. What gets into a line all the same is hidden as the line is written (`redaction/`).
 */
export function loggingParams(role: string, level: string): Params & { readonly pinoHttp: Options } {
  return {
    // Nest's own middleware comes after ours and would not see what they refuse.
    useExisting: true,
    pinoHttp: {
      level,
      base: { role },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      genReqId: requestIdOf,
      customLogLevel: levelOf,
      quietReqLogger: true,
      customAttributeKeys: { reqId: 'requestId' },
      autoLogging: { ignore: (request) => QUIET.test(request.url ?? '') },
      serializers: {
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
      },
      hooks: { streamWrite: redactLine },
    },
  };
}

/** Writes one line for each request, also for those that no route ever sees. */
export function requestLog(role: string, level: string): HttpLogger {
  return pinoHttp(loggingParams(role, level).pinoHttp);
}
