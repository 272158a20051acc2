import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { routeTemplateOf } from '../../common/http/route-template.ts';
import type { Metrics } from './metrics.ts';

/** Hears of a request whose answer has ended. */
export type RequestListener = (request: Request, route: string, milliseconds: number) => void;

/** Others, however many a client makes up, are `other`. */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const STATUS_CLASSES: readonly string[] = ['1xx', '2xx', '3xx', '4xx', '5xx', 'aborted'];
/** What tells of an operation that it serves, and that it fails. */
const EXPECTED_CLASSES = ['2xx', '5xx'] as const;
/**
 * Who waited for so long and got nothing was not served fast, whatever it would have got. Who goes away sooner, as a page
 * that is left does, says nothing of how fast the answer comes.
 */
const PATIENCE_SECONDS = 1;
/** Nobody waits for less than the first: each bound costs a series for every operation. */
const BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** The templates of the application, and the two words for what met none. */
const ROUTES = { max: 150 };
/** Operations that are timed apart, and the two words; a test says that there is room for more. */
export const MOST_OPERATIONS = 130;
const UNMATCHED = 'unmatched';
const STATIC = 'static';

/** The route's template, never the path a client sent: label values must stay few. */
function routeOf(request: Request): string {
  const template = routeTemplateOf(request);
  if (template !== undefined) return template;
  return request.res !== undefined && request.res.statusCode < 400 ? STATIC : UNMATCHED;
}

/** A HEAD is answered by the route of GET; and how one came to no route is all the same. */
function timedMethod(method: string, route: string): string {
  if (route === UNMATCHED || route === STATIC) return 'other';
  return method === 'HEAD' ? 'GET' : method;
}

/** One operation of the API: a method of HTTP in capitals and the template of the route. */
export interface Operation {
  readonly method: string;
  readonly route: string;
}

export interface HttpMetrics {
  /** Counts and times every request; middleware, because an interceptor misses what guards, pipes and the router refuse. */
  readonly middleware: RequestHandler;
  /**
   * Makes the series of these operations exist before they are asked for: that a route has failed once since the start
   * must be an increase. Of what refused nothing, refusals need not be there.
   */
  expect(operations: Iterable<Operation>): void;
}

export function httpMetrics(metrics: Metrics, listener: RequestListener): HttpMetrics {
  const requests = metrics.counter(
    'http_requests_total',
    'Requests answered, by route template and class of status',
    { method: METHODS, route: ROUTES, status_class: STATUS_CLASSES },
    { sets: 400 },
  );
  const durations = metrics.histogram(
    'http_request_duration_seconds',
    'Time to answer a request, by route template, or until the client gave up after a second or more without any answer; other aborted ones are left out, HEAD is counted as GET, and what met no route as other',
    { method: METHODS, route: ROUTES },
    { buckets: BUCKETS, sets: MOST_OPERATIONS },
  );
  const inFlight = metrics.gauge('http_requests_in_flight', 'Requests being answered', {});
  const middleware = (request: Request, response: Response, next: NextFunction): void => {
    const started = performance.now();
    inFlight.inc({});
    response.once('close', () => {
      inFlight.inc({}, -1);
      const { method } = request;
      const route = routeOf(request);
      const statusClass = response.writableFinished
        ? `${Math.floor(response.statusCode / 100)}xx`
        : 'aborted';
      requests.inc({ method, route, status_class: statusClass });
      const milliseconds = performance.now() - started;
      const seconds = milliseconds / 1000;
      // What had begun to come may take as long as it is large: a file, a stream.
      const isGivenUp = !response.headersSent && seconds >= PATIENCE_SECONDS;
      if (statusClass !== 'aborted' || isGivenUp)
        durations.observe({ method: timedMethod(method, route), route }, seconds);
      listener(request, route, milliseconds);
    });
    next();
  };
  return {
    middleware,
    expect: (operations) => {
      for (const { method, route } of operations) {
        for (const status_class of EXPECTED_CLASSES) requests.inc({ method, route, status_class }, 0);
        durations.zero({ method, route });
      }
    },
  };
}
