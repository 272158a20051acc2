import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { setTimeout as sleep } from 'node:timers/promises';
import { ACCESS_RULE, type AccessRule, isAtLeast } from '../common/access.ts';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { ForbiddenError, UnauthorizedError } from '../common/errors.ts';
import { currentRequest } from '../common/request-context.ts';
import { type Authenticated, Authenticator, isSession } from './authenticator.ts';
import {
  CsrfTokenError,
  PasswordChangeRequiredError,
  SecondFactorSetupRequiredError,
  StepUpRequiredError,
} from './errors.ts';
import { SecondFactorPolicy } from './second-factor/second-factor-policy.ts';
import { CsrfTokens } from './sessions/csrf.ts';
import type { LiveSession } from './sessions/sessions.service.ts';

/** A route that does not say who may use it, and one that everybody reads where the administrator closed reading. */
const NOBODY: AccessRule = { kind: 'role', role: 'admin', scope: undefined, stepUp: true, openBefore: [] };
const CLOSED_READING: RoleRule = {
  kind: 'role',
  role: 'viewer',
  scope: 'market:read',
  stepUp: false,
  openBefore: [],
};

/** A database that stands still must not hold up what is to tell of it. */
const LONGEST_GREETING_MS = 500;

type RoleRule = Extract<AccessRule, { kind: 'role' }>;

/** Denies every route that does not say who may use it, and everybody whom it does not name. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly anonymousReading: boolean;

  constructor(
    @Inject(CONFIGURATION) configuration: Configuration,
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    private readonly csrf: CsrfTokens,
    private readonly secondFactor: SecondFactorPolicy,
  ) {
    this.anonymousReading = configuration.security.anonymousReading;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const rule = this.reflector.getAllAndOverride<AccessRule | undefined>(ACCESS_RULE, targets) ?? NOBODY;
    if (rule.kind === 'public') return true;
    const request = context.switchToHttp().getRequest<Request>();
    if (rule.kind === 'open') return this.greet(request);
    const who = await this.authenticator.identify(request);
    const known = currentRequest();
    if (known !== undefined) known.principal = who?.principal;
    // What is open to everybody is open to who signed in, too. A key that may not read is one that may not read.
    const isPerson = who === undefined || isSession(who);
    if (rule.kind === 'reading' && this.anonymousReading && isPerson) return true;
    this.require(rule.kind === 'reading' ? CLOSED_READING : rule, who, request);
    return true;
  }

  /** Lets everybody in, and finds out who it is as far as that can be known in a moment. */
  private async greet(request: Request): Promise<boolean> {
    const who = await Promise.race([
      this.authenticator.identify(request).catch((error: unknown) => {
        // Who shows a key means it, and is told when it is none; that the database is away is no reason to refuse.
        if (error instanceof UnauthorizedError) throw error;
        return undefined;
      }),
      sleep(LONGEST_GREETING_MS, undefined, { ref: false }),
    ]);
    const known = currentRequest();
    if (known !== undefined && who !== undefined && !this.owesSomething(who)) known.principal = who.principal;
    return true;
  }

  /** Whoever has to do something first is told no more than a stranger. */
  private owesSomething(who: Authenticated): boolean {
    return (isSession(who) && who.mustChangePassword) || this.lacksSecondFactor(who);
  }

  private lacksSecondFactor({ principal, hasSecondFactor }: Authenticated): boolean {
    return !hasSecondFactor && this.secondFactor.isAskedOf(principal.role);
  }

  private require(rule: RoleRule, who: Authenticated | undefined, request: Request): void {
    if (who === undefined)
      throw new UnauthorizedError(
        rule.scope === undefined
          ? 'sign in first; a session ends by itself after a while'
          : 'sign in first, or send an API key: Authorization: Bearer stk_…',
      );
    if (isSession(who)) this.requireSession(rule, who, request);
    else {
      requireScope(rule.scope, who.principal.scopes);
      this.requireSecondFactor(rule, who);
    }
    if (!isAtLeast(who.principal.role, rule.role))
      throw new ForbiddenError(`this needs the role ${rule.role}; yours is ${who.principal.role}`);
  }

  private requireSession(rule: RoleRule, session: LiveSession, request: Request): void {
    const { principal, mustChangePassword, isSteppedUp } = session;
    const isSafe = request.method === 'GET' || request.method === 'HEAD';
    if (!isSafe && !this.csrf.isValid(principal.sessionId, request.get('X-CSRF-Token') ?? ''))
      throw new CsrfTokenError('X-CSRF-Token: send the csrfToken of GET /api/v1/auth/session');
    if (mustChangePassword && !rule.openBefore.includes('password-change'))
      throw new PasswordChangeRequiredError('the password was set by somebody else: change it first');
    this.requireSecondFactor(rule, session);
    if (rule.stepUp && !isSteppedUp)
      throw new StepUpRequiredError('give the password again (POST /api/v1/auth/step-up), then repeat this');
  }

  private requireSecondFactor(rule: RoleRule, who: Authenticated): void {
    if (rule.openBefore.includes('second-factor') || !this.lacksSecondFactor(who)) return;
    throw new SecondFactorSetupRequiredError(
      who.principal.kind === 'session'
        ? 'your account needs a second factor: set it up first (POST /api/v1/auth/second-factor, then its /confirm)'
        : 'the owner of this API key needs a second factor: it opens something once they signed in and set one up',
    );
  }
}

function requireScope(needed: string | undefined, scopes: readonly string[]): void {
  if (needed === undefined) throw new ForbiddenError('this is for people who signed in, not for API keys');
  if (!scopes.includes(needed)) throw new ForbiddenError(`the API key lacks the scope ${needed}`);
}
