import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import type { Middleware } from '../http/middleware.ts';
import { routeTemplateOf } from '../http/route-template.ts';
import { childOf, parseTraceparent, parseTracestate, type TraceContext } from './trace-context.ts';
import { type Span, startSpan } from './tracer.ts';

const spans = new WeakMap<IncomingMessage, Span>();

/** Asked every few seconds by the cluster; most of what is recorded would be these. */
const PROBE = /^\/health(\/|$)/;

const HEADERS = ['traceparent', 'tracestate'] as const;

/** A list of several headers is one header with commas; for `traceparent`, which is no list, that is not valid. */
function parentOf({ headers }: IncomingMessage): TraceContext | undefined {
  const { traceparent, tracestate } = headers;
  const parent = typeof traceparent === 'string' ? parseTraceparent(traceparent) : undefined;
  if (parent === undefined) return undefined;
  const state = typeof tracestate === 'string' ? parseTracestate(tracestate) : undefined;
  return state === undefined ? parent : { ...parent, state };
}

/**
 * Makes every request a part of a trace. As with `X-Request-Id`, only a trusted proxy may have begun it: the id stands in
 * the log, where nobody else is to write or to point at others, and whoever may say `sampled` decides what is sent.
 */
export function requestTraces(isTrusted: (address: string) => boolean): Middleware {
  return (request, response, next) => {
    if (!isTrusted(request.socket.remoteAddress ?? ''))
      for (const name of HEADERS) delete request.headers[name];
    const span = requestSpanOf(request);
    if (span.trace.sampled) response.once('close', () => endSpan(span, request, response));
    next();
  };
}

function endSpan(span: Span, request: Request, response: Response): void {
  const { method, protocol } = request;
  const { statusCode, writableFinished } = response;
  const route = routeTemplateOf(request);
  const failure = writableFinished ? String(statusCode) : 'aborted';
  span.end({
    name: route === undefined ? method : `${method} ${route}`,
    attributes: {
      'url.scheme': protocol,
      'http.response.status_code': statusCode,
      ...(route === undefined ? {} : { 'http.route': route }),
    },
    // What the client did wrong is no error of ours.
    ...(statusCode >= 500 || !writableFinished ? { errorType: failure } : {}),
  });
}

/** The span of this request, begun at the first call and the same at every further one. */
export function requestSpanOf(request: IncomingMessage): Span {
  let span = spans.get(request);
  if (span === undefined) {
    const { method = 'GET', url = '' } = request;
    const [kind, parent] = ['server', parentOf(request)] as const;
    span = PROBE.test(url)
      ? { trace: childOf(undefined), end: () => undefined }
      : startSpan({ name: method, kind, attributes: { 'http.request.method': method }, parent });
    spans.set(request, span);
  }
  return span;
}
