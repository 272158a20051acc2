import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuditLog } from '../audit/audit-log.service.ts';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { InvalidParameterError } from '../common/errors.ts';
import type { SessionPrincipal } from '../common/current-principal.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database } from '../database/sql.ts';
import { Accounts } from './accounts.service.ts';
import type {
  LoginBody,
  PasswordChangeBody,
  RevokedCount,
  SessionList,
  SessionState,
  SetupBody,
  StepUpBody,
} from './auth.dto.ts';
import { isVariantOf } from './passwords/password-rules.ts';
import { Login } from './login/login.service.ts';
import { SecondFactorPolicy } from './second-factor/second-factor-policy.ts';
import { CsrfTokens } from './sessions/csrf.ts';
import { clearSessionCookie, readSessionCookie, writeSessionCookie } from './sessions/session-cookie.ts';
import { type NewSession, Sessions } from './sessions/sessions.service.ts';
import { Setup } from './login/setup.service.ts';

/** What the routes below `auth` do: the steps of signing in, with the cookie around them. */
@Injectable()
export class AuthService {
  private readonly anonymousReading: boolean;

  constructor(
    @Inject(CONFIGURATION) configuration: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    private readonly sessions: Sessions,
    private readonly csrf: CsrfTokens,
    private readonly secondFactor: SecondFactorPolicy,
    private readonly login: Login,
    private readonly setup: Setup,
    private readonly accounts: Accounts,
    private readonly audit: AuditLog,
  ) {
    this.anonymousReading = configuration.security.anonymousReading;
  }

  async state(request: Request): Promise<SessionState> {
    const token = readSessionCookie(request);
    return this.describe(token);
  }

  async setUp(body: SetupBody, request: Request, response: Response): Promise<SessionState> {
    const { token, username, displayName = username, password } = body;
    const session = await this.setup.run({ token, username, displayName, password });
    return this.handOver(session, request, response);
  }

  async signIn(
    { username, password, code }: LoginBody,
    request: Request,
    response: Response,
  ): Promise<SessionState> {
    const session = await this.login.signIn({ username, password, code }, readSessionCookie(request));
    return this.handOver(session, request, response);
  }

  async signOut(
    { userId, sessionId }: SessionPrincipal,
    request: Request,
    response: Response,
  ): Promise<void> {
    await this.database.transaction(async (sql) => {
      await this.sessions.revoke(userId, sessionId, sql);
      await this.audit.record({ action: 'session.logout', object: { kind: 'session', id: sessionId } }, sql);
    });
    clearSessionCookie(request, response);
    // Whatever else a page kept of what it was shown goes, too.
    response.setHeader('Clear-Site-Data', '"cache", "storage"');
  }

  async stepUp(
    { userId, sessionId }: SessionPrincipal,
    { password, code }: StepUpBody,
    request: Request,
    response: Response,
  ): Promise<SessionState> {
    return this.handOver(await this.login.stepUp(userId, sessionId, password, code), request, response);
  }

  async changePassword(
    { userId, sessionId }: SessionPrincipal,
    { currentPassword, newPassword }: PasswordChangeBody,
    request: Request,
    response: Response,
  ): Promise<SessionState> {
    await this.login.provePassword(userId, sessionId, currentPassword);
    // A password that somebody else made would not be one's own by being confirmed, nor by losing its hyphens.
    if (isVariantOf(newPassword, currentPassword))
      throw new InvalidParameterError('newPassword', 'must be another one than the one until now');
    return this.handOver(
      await this.accounts.changePassword(userId, sessionId, newPassword),
      request,
      response,
    );
  }

  async sessionsOf({ userId, sessionId }: SessionPrincipal): Promise<SessionList> {
    const sessions = await this.sessions.list(userId);
    return {
      sessions: sessions.map((session) => Object.assign(session, { isCurrent: session.id === sessionId })),
    };
  }

  async endOthers({ userId, sessionId }: SessionPrincipal): Promise<RevokedCount> {
    return this.database.transaction(async (sql) => {
      const revoked = await this.sessions.revokeAll(userId, sessionId, sql);
      const after = { revoked };
      await this.audit.record(
        { action: 'session.revoke-others', object: { kind: 'user', id: userId }, after },
        sql,
      );
      return { revoked };
    });
  }

  async endOne({ userId }: SessionPrincipal, id: string): Promise<void> {
    await this.database.transaction(async (sql) => {
      await this.sessions.revoke(userId, id, sql);
      await this.audit.record({ action: 'session.revoke', object: { kind: 'session', id } }, sql);
    });
  }

  private async handOver(session: NewSession, request: Request, response: Response): Promise<SessionState> {
    writeSessionCookie(request, response, session.token, session.expiresAt);
    return this.describe(session.token);
  }

  private async describe(token: string | undefined): Promise<SessionState> {
    const session = token === undefined ? undefined : await this.sessions.find(token);
    const { anonymousReading } = this;
    const needsSetup = session === undefined && (await this.setup.isOpen());
    const isFirstSetup = needsSetup && !(await this.accounts.hasAdministrator());
    if (session === undefined)
      return {
        user: null,
        csrfToken: null,
        expiresAt: null,
        requiresSecondFactor: false,
        isSteppedUp: false,
        needsSetup,
        isFirstSetup,
        anonymousReading,
      };
    const { principal, expiresAt, isSteppedUp } = session;
    return {
      user: await this.accounts.get(principal.userId),
      csrfToken: this.csrf.issue(principal.sessionId),
      expiresAt,
      requiresSecondFactor: this.secondFactor.isAskedOf(principal.role),
      isSteppedUp,
      needsSetup,
      isFirstSetup,
      anonymousReading,
    };
  }
}
