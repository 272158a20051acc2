import type { NextFunction, Request, Response } from 'express';
import type { IncomingMessage } from 'node:http';
import { InvalidParameterError } from './errors.ts';
import { canonicalAddress } from './http/address.ts';
import { requestIdOf } from './http/request-id.ts';
import { requestSpanOf } from './tracing/request-trace.ts';
import { currentScope, inScope, type RequestContext } from './tracing/scope.ts';

export type { RequestContext } from './tracing/scope.ts';

const LONGEST_USER_AGENT = 200;

const contexts = new WeakMap<IncomingMessage, RequestContext>();

/** Undefined outside of a request: in jobs and at start. */
export function currentRequest(): RequestContext | undefined {
  return currentScope()?.request;
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
  const { trace } = requestSpanOf(request);
  const requestId = requestIdOf(request);
  const context: RequestContext = { requestId, address, userAgent, trace, principal: undefined };
  contexts.set(request, context);
  inScope({ trace, request: context }, next);
}
