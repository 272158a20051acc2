import type { NextFunction, Request, Response } from 'express';
import type { Metrics } from './metrics.ts';

/** The route's template, never the path a client sent: label values must stay few. */
function routeOf(request: Request): string {
  const route: unknown = request.route;
  const path = typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined;
  if (typeof path === 'string' && !path.includes('*')) return path;
  return request.res !== undefined && request.res.statusCode < 400 ? 'static' : 'unmatched';
}

/** Counts and times every request; middleware, because an interceptor misses what guards, pipes and the router refuse. */
export function httpMetrics(
  metrics: Metrics,
): (request: Request, response: Response, next: NextFunction) => void {
  return (request, response, next) => {
    const started = performance.now();
    metrics.httpInFlight.inc();
    response.once('close', () => {
      metrics.httpInFlight.dec();
      const labels = { method: request.method, route: routeOf(request) };
      const statusClass = response.writableFinished
        ? `${Math.floor(response.statusCode / 100)}xx`
        : 'aborted';
      metrics.httpRequests.inc({ ...labels, status_class: statusClass });
      metrics.httpDuration.observe(labels, (performance.now() - started) / 1000);
    });
    next();
  };
}
