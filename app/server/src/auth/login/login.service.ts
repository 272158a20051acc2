import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import type { Keyring } from '../../common/configuration/keyrings.ts';
import { keyringsOf } from '../../common/configuration/keyrings-of.ts';
import { TooManyRequestsError, UnauthorizedError } from '../../common/errors.ts';
import { addressGroup } from '../../common/http/address.ts';
import { currentRequest } from '../../common/request-context.ts';
import { peppered } from '../../common/pepper.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { type Account, accountById, accountByName, asActor, requireUnchanged } from '../account.ts';
import { SecondFactorRequiredError, SecondFactorUnreadableError } from '../errors.ts';
import { Passwords } from '../passwords/passwords.service.ts';
import { SecondFactor } from '../second-factor/second-factor.service.ts';
import { type NewSession, Sessions } from '../sessions/sessions.service.ts';
import { type CounterMetric, Metrics } from '../../monitoring/metrics/metrics.ts';
import { type Attempt, Lockout, type Rest } from './lockout.ts';

/** What somebody shows to be let in. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** Of the second factor: six digits, or a recovery code. */
  readonly code?: string | undefined;
}

/** What the password is asked for; the parameter is its name in the request. */
interface Purpose {
  readonly refused: 'session.login-refused' | 'session.step-up-refused' | 'password.change-refused';
  readonly parameter?: 'password' | 'currentPassword';
}

const SIGN_IN: Purpose = { refused: 'session.login-refused' };
const STEP_UP: Purpose = { refused: 'session.step-up-refused', parameter: 'password' };
const CHANGE: Purpose = { refused: 'password.change-refused', parameter: 'currentPassword' };

type Refusal = 'unknown' | 'password' | 'disabled' | 'expired' | 'code' | 'code-missing';

/** A password that somebody else made and that nobody used by then is worth nothing any more. */
const ONE_TIME_DAYS = 7;
const DAY_MS = 86_400_000;
const LABELS = { outcome: ['success', 'refused', 'locked'] } as const;

/** Signing in, and giving the password again. */
@Injectable()
export class Login {
  private readonly peppers: Keyring;
  private readonly logins: CounterMetric<typeof LABELS>;

  constructor(
    @Inject(CONFIGURATION) configuration: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly passwords: Passwords,
    private readonly secondFactor: SecondFactor,
    private readonly sessions: Sessions,
    private readonly lockout: Lockout,
    private readonly audit: AuditLog,
    metrics: Metrics,
  ) {
    this.logins = metrics.counter(
      'logins_total',
      'Passwords given to sign in, or again, by what came of it; locked: after too many failures',
      LABELS,
    );
    this.peppers = keyringsOf(configuration).pepper;
  }

  /**
   * @param replaced token of a session that the same browser has: nobody could find it again to end it
   * @throws UnauthorizedError with one text, whatever was wrong; SecondFactorRequiredError where only the code is
   * missing; TooManyRequestsError where the account or the address has to rest
   */
  async signIn({ username, password, code }: Credentials, replaced?: string): Promise<NewSession> {
    const account = await accountByName(this.database, username);
    await this.checkFromNetwork(this.attemptAt(username), account, password, code);
    if (account === undefined) throw new Error('nobody was let in');
    return this.database.transaction(async (sql) => {
      await requireUnchanged(sql, account);
      const ended = replaced === undefined ? undefined : await this.sessions.end(replaced, sql);
      const session = await this.sessions.begin(account.id, sql);
      await sql.query('UPDATE app.users SET last_login_at = $2 WHERE id = $1', [
        account.id,
        this.clock.now(),
      ]);
      await this.audit.record(
        {
          action: 'session.login',
          object: { kind: 'session', id: session.id },
          actor: asActor(account, session),
          after: ended === undefined ? undefined : { replaced: ended },
        },
        sql,
      );
      return session;
    });
  }

  /** Checks the password of somebody who is signed in, and gives the session another token that allows more. */
  async stepUp(userId: string, sessionId: string, password: string, code?: string): Promise<NewSession> {
    const account = await accountById(this.database, userId);
    await this.check(STEP_UP, { ...this.attemptAt(account.username), sessionId }, account, password, code);
    return this.database.transaction(async (sql) => {
      const session = await this.sessions.rotate(sessionId, sql);
      await this.audit.record({ action: 'session.step-up', object: { kind: 'session', id: sessionId } }, sql);
      return session;
    });
  }

  /** Checks the password of somebody whose session was stepped up, with the second factor, a moment ago. */
  async provePassword(userId: string, sessionId: string, password: string): Promise<void> {
    const account = await accountById(this.database, userId);
    const attempt = { ...this.attemptAt(account.username), sessionId };
    await this.check(CHANGE, attempt, { ...account, hasSecondFactor: false }, password, undefined);
  }

  private attemptAt(username: string): Attempt {
    const name = peppered(this.peppers, 'login-subject', username).hmac.toString('base64url');
    return { name, network: addressGroup(currentRequest()?.address ?? '') };
  }

  /**
   * While a network rests, whose guesser may sit beside others or behind the same proxy, the right password still lets in
   * who signed in from there before. Every other answer is that it rests, after the same time: which accounts are at home
   * in a network is nobody's business.
   */
  private async checkFromNetwork(
    attempt: Attempt,
    account: Account | undefined,
    password: string,
    code: string | undefined,
  ): Promise<void> {
    const rest = await this.refusalBy(this.lockout.requireNetwork(attempt.network));
    if (rest === undefined) return this.check(SIGN_IN, attempt, account, password, code);
    const isKnown = account !== undefined && (await this.sessions.cameFrom(account.id, attempt.network));
    const begun = isKnown ? await this.refusalBy(this.lockout.beginAttempt(attempt)) : rest;
    if (begun instanceof TooManyRequestsError) {
      await this.refusalBy(this.passwords.checkNobody(password));
      this.count(SIGN_IN, 'locked');
      throw rest;
    }
    await this.judge(SIGN_IN, attempt, begun, account, password, code).catch((error: unknown) => {
      throw error instanceof UnauthorizedError || error instanceof TooManyRequestsError ? rest : error;
    });
  }

  private refusalBy<T>(work: Promise<T>): Promise<T | TooManyRequestsError> {
    return work.catch((error: unknown) => {
      if (error instanceof TooManyRequestsError) return error;
      throw error;
    });
  }

  /** Proofs of somebody who is signed in are none. */
  private count(purpose: Purpose, outcome: 'success' | 'refused' | 'locked'): void {
    if (purpose === SIGN_IN) this.logins.inc({ outcome });
  }

  private async begin(purpose: Purpose, attempt: Attempt): Promise<Rest[]> {
    try {
      return await this.lockout.beginAttempt(attempt);
    } catch (error) {
      if (error instanceof TooManyRequestsError) this.count(purpose, 'locked');
      throw error;
    }
  }

  private async check(
    purpose: Purpose,
    attempt: Attempt,
    account: Account | undefined,
    password: string,
    code: string | undefined,
  ): Promise<void> {
    const begun = await this.begin(purpose, attempt);
    await this.judge(purpose, attempt, begun, account, password, code);
  }

  private async judge(
    purpose: Purpose,
    attempt: Attempt,
    begun: readonly Rest[],
    account: Account | undefined,
    password: string,
    code: string | undefined,
  ): Promise<void> {
    const { refused, parameter } = purpose;
    const refusal = await this.refusalOf(account, password, code).catch(async (error: unknown) => {
      // Nobody judged it: the line of hashes was full, the database went away, or a key is lost.
      await this.lockout.takeBack(attempt);
      if (error instanceof SecondFactorUnreadableError)
        await this.audit.record({
          action: refused,
          object: { kind: 'user', id: account?.id },
          outcome: 'failed',
          reason: 'second-factor-unreadable',
        });
      throw error;
    });
    if (refusal === undefined) {
      await this.lockout.succeeded(attempt);
      this.count(purpose, 'success');
      return;
    }
    if (refusal === 'code-missing') await this.lockout.takeBack(attempt);
    else {
      await this.lockout.failed(attempt, begun);
      this.count(purpose, 'refused');
    }
    // A name that nobody has may be a password in the wrong field: only its fingerprint is kept.
    const object = account ? { kind: 'user', id: account.id } : { kind: 'login-name', id: attempt.name };
    await this.audit.record({ action: refused, object, outcome: 'refused', reason: refusal });
    if (refusal === 'code-missing')
      throw new SecondFactorRequiredError(
        'code: give the six digits of your authenticator, or a recovery code',
      );
    const isCode = refusal === 'code';
    const wrong = isCode
      ? 'the code is not right, or was used already'
      : 'user name or password is not right';
    if (parameter === undefined) throw new UnauthorizedError(wrong);
    // Who asks is known: it is no secret which of the two it was.
    const named = isCode
      ? { parameter: 'code', detail: wrong }
      : { parameter, detail: 'is not the password' };
    throw new UnauthorizedError(`${named.parameter}: ${named.detail}`, [named]);
  }

  private async refusalOf(
    account: Account | undefined,
    password: string,
    code: string | undefined,
  ): Promise<Refusal | undefined> {
    if (account === undefined) {
      await this.passwords.checkNobody(password);
      return 'unknown';
    }
    if (!(await this.passwords.check(account.id, password, account.passwordHash))) return 'password';
    if (account.isDisabled) return 'disabled';
    const age = this.clock.now().getTime() - account.passwordChangedAt.getTime();
    if (account.mustChangePassword && age > ONE_TIME_DAYS * DAY_MS) return 'expired';
    if (!account.hasSecondFactor) return undefined;
    if (code === undefined) return 'code-missing';
    return (await this.secondFactor.accepts(account, code)) ? undefined : 'code';
  }
}
