import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ApiKeys } from '../api-keys/api-keys.service.ts';
import type { Principal } from '../common/access.ts';
import type { SessionPrincipal } from '../common/current-principal.ts';
import { UnauthorizedError } from '../common/errors.ts';
import { readSessionCookie } from './sessions/session-cookie.ts';
import { type LiveSession, Sessions } from './sessions/sessions.service.ts';

/** Who asks, by what they showed. */
export type Authenticated =
  | { readonly principal: Extract<Principal, { kind: 'api-key' }>; readonly session: undefined }
  | { readonly principal: SessionPrincipal; readonly session: LiveSession };

const BEARER = /^Bearer ([\x21-\x7e]{1,512})$/i;

/** Finds out who asks. Only what a request shows costs a look into the database. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly sessions: Sessions,
    private readonly apiKeys: ApiKeys,
  ) {}

  /**
   * Undefined where nobody shows anything, or a session that has ended: a browser sends its cookie whatever it asks for.
   * @throws UnauthorizedError for an `Authorization` that is no valid API key: who sends one means it
   */
  async identify(request: Request): Promise<Authenticated | undefined> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const text = BEARER.exec(authorization)?.[1];
      const principal = text === undefined ? undefined : await this.apiKeys.authenticate(text);
      if (principal === undefined)
        throw new UnauthorizedError('Authorization: this is no valid API key; send Bearer stk_…');
      return { principal, session: undefined };
    }
    const token = readSessionCookie(request);
    const session = token === undefined ? undefined : await this.sessions.find(token);
    return session && { principal: session.principal, session };
  }
}
