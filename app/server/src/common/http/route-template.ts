import type { Request } from 'express';

/** The template of the route that answers, such as `/api/v1/bars/:symbol`; undefined where there is none, or only a wildcard. */
export function routeTemplateOf(request: Request): string | undefined {
  const route: unknown = request.route;
  const path = typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined;
  return typeof path === 'string' && !path.includes('*') ? path : undefined;
}
