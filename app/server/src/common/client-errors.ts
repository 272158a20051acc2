import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { kindOfTitle, type Problem, PROBLEM_CONTENT_TYPE, problemType } from './problem.ts';

const TOO_LARGE = new Set(['HPE_HEADER_OVERFLOW']);
const TOO_SLOW = new Set(['ERR_HTTP_REQUEST_TIMEOUT']);

function statusOf(code: string): number {
  if (TOO_LARGE.has(code)) return 431;
  return TOO_SLOW.has(code) ? 408 : 400;
}

/** What Node's parser refuses never reaches a route; it is answered here, in the form of all other errors. */
export function answerMalformedRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const status = statusOf(error.code ?? '');
    const title = STATUS_CODES[status] ?? 'Bad Request';
    const problem: Problem = {
      type: problemType(kindOfTitle(title)),
      title,
      status,
      detail:
        status === 400
          ? 'this is no HTTP request; characters outside of ASCII must be percent-encoded in a URL'
          : title,
      requestId: randomUUID(),
      errors: [],
    };
    const body = JSON.stringify(problem);
    socket.end(
      [
        `HTTP/1.1 ${status} ${title}`,
        'Connection: close',
        `Content-Type: ${PROBLEM_CONTENT_TYPE}`,
        `Content-Length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    );
  });
}
