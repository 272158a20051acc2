import { createParamDecorator } from '@nestjs/common';
import type { Principal } from './access.ts';
import { UnauthorizedError } from './errors.ts';
import { currentRequest } from './request-context.ts';

/** Who asks; for routes whose access rule asks for somebody. @throws UnauthorizedError where nobody does */
export function requirePrincipal(): Principal {
  const principal = currentRequest()?.principal;
  if (principal === undefined) throw new UnauthorizedError('sign in first');
  return principal;
}

/** The session of a person who asks. @throws UnauthorizedError where a program or nobody does */
export function requireSession(): Extract<Principal, { kind: 'session' }> {
  const principal = requirePrincipal();
  if (principal.kind !== 'session') throw new UnauthorizedError('this needs a person who signed in');
  return principal;
}

export const CurrentPrincipal = createParamDecorator(requirePrincipal);
export const CurrentSession = createParamDecorator(requireSession);
