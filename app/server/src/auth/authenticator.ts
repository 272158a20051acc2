import { Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';
import { ApiKeys, type LiveKey } from '../api-keys/api-keys.service.ts';
import { UnauthorizedError } from '../common/errors.ts';
import { readSessionCookie } from './sessions/session-cookie.ts';
import { type LiveSession, Sessions } from './sessions/sessions.service.ts';

/** Who asks, by what they showed. */
export type Authenticated = LiveKey | LiveSession;

export const isSession = (who: Authenticated): who is LiveSession => who.principal.kind === 'session';

const BEARER = /^Bearer ([\x21-\x7e]{1,512})$/i;

/** Finds out who asks. Only what a request shows costs a look into the database. */
@Injectable()
export class Authenticator {
  private readonly logger = new Logger('Sessions');

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
      const key = text === undefined ? undefined : await this.apiKeys.authenticate(text);
      if (key === undefined)
        throw new UnauthorizedError('Authorization: this is no valid API key; send Bearer stk_…');
      return key;
    }
    const token = readSessionCookie(request);
    if (token === undefined) return undefined;
    const session = await this.sessions.find(token);
    if (session === undefined) this.logger.debug('a cookie is of no session, or of one that has ended');
    return session;
  }
}
