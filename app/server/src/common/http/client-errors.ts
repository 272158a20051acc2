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

function answer(socket: Duplex, code: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_OF_CODE[code] ?? 400;
  const title = STATUS_CODES[status] ?? 'Bad Request';
  const requestId = randomUUID();
  const detail =
    status === 400
      ? 'this is no HTTP request; characters outside of ASCII must be percent-encoded in a URL'
      : title;
  const problem: Problem = {
    type: problemType(kindOfTitle(title)),
    title,
    status,
    detail,
    requestId,
    errors: [],
  };
  logger.warn({ requestId, status, code }, 'not an HTTP request');
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${status} ${title}`,
      'Connection: close',
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      `X-Request-Id: ${requestId}`,
      `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

/**
 * What Node's parser refuses never reaches a route; it is answered here, in the form of all other errors. Where a
 * request before it on the same connection is still being answered, that answer comes first: one in the middle of
 * another would be taken for a part of it.
 */
export function answerMalformedRequests(server: Server): void {
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) =>
    answers.set(socket, response),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const { code = '' } = error;
    if (code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const before = answers.get(socket);
    if (before === undefined || before.closed || before.writableFinished) answer(socket, code);
    else if (code === 'ERR_HTTP_REQUEST_TIMEOUT' && !before.headersSent) answer(socket, code);
    else before.once('close', () => answer(socket, code));
  });
}
