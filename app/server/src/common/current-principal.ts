import { createParamDecorator } from '@nestjs/common';
import type { Principal } from './access.ts';
import { UnauthorizedError } from './errors.ts';
import { currentRequest } from './request-context.ts';

/** The session of a person who asks. @throws UnauthorizedError where a program or nobody does */
export const CurrentSession = createParamDecorator((): SessionPrincipal => {
  const principal = currentRequest()?.principal;
  if (principal?.kind !== 'session') throw new UnauthorizedError('this needs a person who signed in');
  return principal;
});

export type SessionPrincipal = Extract<Principal, { kind: 'session' }>;

/** Id of the user who asks, in person or by an API key. @throws UnauthorizedError where nobody does */
export function currentUserId(): string {
  const principal = currentRequest()?.principal;
  if (principal === undefined)
    throw new UnauthorizedError('this needs somebody who signed in, or an API key');
  return principal.userId;
}
