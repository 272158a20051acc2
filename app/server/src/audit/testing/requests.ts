import type { Request, Response } from 'express';
import type { Principal } from '../../common/access.ts';
import { currentRequest, requestContext } from '../../common/request-context.ts';

export const REQUEST_ID = 'request-of-a-test';

interface Asked {
  readonly address?: string;
  readonly userAgent?: string;
  readonly principal?: Principal;
}

/** Runs `work` as a part of a request. */
export function runInRequest<Result>(
  { address = '127.0.0.1', userAgent, principal }: Asked,
  work: () => Promise<Result>,
): Promise<Result> {
  const headers = { 'x-request-id': REQUEST_ID, 'user-agent': userAgent };
  // What the context reads of a request, and no more.
  const request = { ip: address, headers } as unknown as Request;
  return new Promise((resolve, reject) => {
    requestContext(request, {} as Response, () => {
      const context = currentRequest();
      if (context !== undefined) context.principal = principal;
      work().then(resolve, reject);
    });
  });
}
