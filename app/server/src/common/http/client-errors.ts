import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { kindOfTitle, type Problem, PROBLEM_MEDIA_TYPE, problemType } from '../problem.ts';

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

const logger = new Logger('Http');

function problemOf(status: number, requestId: string): Problem {
  const title = STATUS_CODES[status] ?? 'Bad Request';
  const detail =
    status === 400
      ? 'this is no HTTP request; characters outside of ASCII must be percent-encoded in a URL'
      : title;
  return { type: problemType(kindOfTitle(title)), title, status, detail, requestId, errors: [] };
}

function answer(socket: Duplex, problem: Problem): void {
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      'Connection: close',
      'Cache-Control: no-store',
      "Content-Security-Policy: default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      'Referrer-Policy: no-referrer',
      'X-Content-Type-Options: nosniff',
      `X-Request-Id: ${problem.requestId}`,
      `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

/**
 * What Node's parser refuses never reaches a route; it is answered here, in the form of all other errors. Noise behind a
 * request that is still being answered only ends the connection, after that answer: in the middle of it, ours would be
 * taken for a part of it.
 */
export function answerMalformedRequests(server: Server): void {
  const newest = new WeakMap<Duplex, { request: IncomingMessage; response: ServerResponse }>();
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) =>
    newest.set(request.socket, { request, response }),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const { code = '' } = error;
    if (code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const problem = problemOf(STATUS_OF_CODE[code] ?? 400, randomUUID());
    logger.warn({ requestId: problem.requestId, status: problem.status, code }, 'no HTTP request');
    const { request, response } = newest.get(socket) ?? {};
    const isAnswering = response !== undefined && !response.closed;
    if (isAnswering && request?.complete === true) response.once('close', () => socket.destroy());
    else if (!socket.writable || (isAnswering && response.headersSent)) socket.destroy();
    else answer(socket, problem);
  });
  // Node would close the connection without a word.
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    const problem = problemOf(405, randomUUID());
    logger.warn({ requestId: problem.requestId, status: problem.status, code: 'CONNECT' }, 'no HTTP request');
    answer(socket, problem);
  });
}
