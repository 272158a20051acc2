import type { NextFunction, Request, Response } from 'express';

/** A step of every request before the routes; `next(error)` ends it with a problem. */
export type Middleware = (request: Request, response: Response, next: NextFunction) => void;

/** What programs ask, and a page by script; all else is opened by a browser. */
export function isApi(path: string): boolean {
  return /^\/(api|monitoring)(\/|$)/i.test(path);
}

const PROBES = new Set(['/health/live', '/health/ready']);

/** Load balancers ask these over plain HTTP and from addresses that no list has. Words only are answered. */
export function isProbe({ method, path }: Request): boolean {
  return PROBES.has(path) && (method === 'GET' || method === 'HEAD');
}
