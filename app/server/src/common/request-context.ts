import { AsyncLocalStorage } from 'node:async_hooks';
import type { NextFunction, Request, Response } from 'express';
import type { IncomingMessage } from 'node:http';
import type { Principal } from './access.ts';
import { InvalidParameterError } from './errors.ts';
import { canonicalAddress } from './http/address.ts';
import { requestIdOf } from './http/request-id.ts';

/** What every part may know of the request it works for, without handing it through every call. */
export interface RequestContext {
  readonly requestId: string;
  /** Address of the client, as trusted proxies tell it. */
  readonly address: string;
  readonly userAgent: string | undefined;
  /** Set by the access guard. */
  principal: Principal | undefined;
}

const LONGEST_USER_AGENT = 200;

const storage = new AsyncLocalStorage<RequestContext>();
const contexts = new WeakMap<IncomingMessage, RequestContext>();

/** Undefined outside of a request: in jobs and at start. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore();
}

/** The context of a request for who has the request itself, as the line of the log that is written at its end. */
export function contextOf(request: IncomingMessage): RequestContext | undefined {
  return contexts.get(request);
}

/**
 * Runs the rest of the request within its context. A trusted proxy that says who asks and names no address is believed
 * in nothing: to take the proxy for the client would count and judge all of its clients as one.
 */
export function requestContext(request: Request, _response: Response, next: NextFunction): void {
  const userAgent = request.headers['user-agent']?.slice(0, LONGEST_USER_AGENT);
  const address = canonicalAddress(request.ip ?? '');
  if (address === undefined) {
    next(new InvalidParameterError('X-Forwarded-For', 'must be a list of IP addresses'));
    return;
  }
  const context = { requestId: requestIdOf(request), address, userAgent, principal: undefined };
  contexts.set(request, context);
  storage.run(context, next);
}
