import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';

/** An id from a proxy is kept when it is harmless in a log line and a header. */
const ACCEPTABLE = /^[A-Za-z0-9._-]{8,64}$/;

const ids = new WeakMap<IncomingMessage, string>();

/**
 * Gives every request an id and returns it in `X-Request-Id`; runs before everything else. Only a trusted proxy may have
 * given it one: the id stands in the log and in the audit log, where nobody else is to write or to point at others.
 */
export function requestIds(
  isTrusted: (address: string) => boolean,
): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  return (request, response, next) => {
    if (!isTrusted(request.socket.remoteAddress ?? '')) delete request.headers['x-request-id'];
    response.setHeader('X-Request-Id', requestIdOf(request));
    next();
  };
}

/** The id of this request, the same at every call. */
export function requestIdOf(request: IncomingMessage): string {
  let id = ids.get(request);
  if (id === undefined) {
    const given = request.headers['x-request-id'];
    id = typeof given === 'string' && ACCEPTABLE.test(given) ? given : randomUUID();
    ids.set(request, id);
  }
  return id;
}
