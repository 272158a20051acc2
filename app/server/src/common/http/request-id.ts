import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';

/** An id from a proxy is kept when it is harmless in a log line and a header. */
const ACCEPTABLE = /^[A-Za-z0-9._-]{8,64}$/;

const ids = new WeakMap<IncomingMessage, string>();

/** Gives every request an id and returns it in `X-Request-Id`; runs before everything else. */
export function requestId(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  response.setHeader('X-Request-Id', requestIdOf(request));
  next();
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
