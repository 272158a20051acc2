import type { NextFunction, Request, Response } from 'express';

class UnsupportedBodyError extends Error {
  readonly status = 415;

  constructor() {
    super('the body must be JSON: send Content-Type: application/json');
    this.name = 'UnsupportedBodyError';
  }
}

/** A body that is not JSON would be ignored without a word, and the request carried out as if it had none. */
export function refuseForeignBody(request: Request, _response: Response, next: NextFunction): void {
  const { 'transfer-encoding': chunked, 'content-length': length } = request.headers;
  const hasBody = chunked !== undefined || Number(length ?? 0) > 0;
  next(hasBody && request.is('json') === false ? new UnsupportedBodyError() : undefined);
}
