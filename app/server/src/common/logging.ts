import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Params } from 'nestjs-pino';
import { requestIdOf } from './request-id.ts';

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

/**
 * JSON lines on standard output. The request is an allow-list (method, url, id), never its headers or body:
 * pino's redaction is shallow, so what must not be logged is not handed over in the first place.
 */
export function loggingParams(role: string, level: string): Params {
  return {
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
        req: (request: { method: string; url: string }) => ({ method: request.method, url: request.url }),
        res: (response: { statusCode: number }) => ({ statusCode: response.statusCode }),
      },
      redact: {
        paths: [
          'password',
          '*.password',
          'token',
          '*.token',
          'authorization',
          '*.authorization',
          'connectionString',
          '*.connectionString',
        ],
        censor: '[redacted]',
      },
    },
  };
}
