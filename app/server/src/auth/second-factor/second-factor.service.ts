import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import type { Keyring } from '../../common/configuration/keyrings.ts';
import { keyringsOf } from '../../common/configuration/keyrings-of.ts';
import { ConflictError, InvalidParameterError } from '../../common/errors.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database, Transaction } from '../../database/sql.ts';
import { EnvelopeError, type SealedPlace, SecretBox } from '../../secrets/secret-box.ts';
import { type Account, accountById } from '../account.ts';
import { SecondFactorUnreadableError } from '../errors.ts';
import { Sessions } from '../sessions/sessions.service.ts';
import { newRecoveryCodes, recoveryCodeCandidates, recoveryCodeHmac } from './recovery-codes.ts';
import { acceptedStep, newTotpSecret, totpUri } from './totp.ts';

const SIX_DIGITS = /^\d{6}$/;

/** Under this name apps list the code. */
const ISSUER = 'Stock Analysis';

const placeOf = (id: string): SealedPlace => ({ table: 'users', column: 'totp_secret', id });

/** What an authenticator app needs to be set up; it is shown this once. */
export interface Enrolment {
  /** Base32, for typing. */
  readonly secret: string;
  /** `otpauth://…`, for a QR code. */
  readonly uri: string;
}

/** The second factor of an account: codes that follow the time (RFC 6238), and recovery codes for when the phone is gone. */
@Injectable()
export class SecondFactor {
  private readonly logger = new Logger('SecondFactor');
  private readonly peppers: Keyring;

  constructor(
    @Inject(CONFIGURATION) configuration: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly box: SecretBox,
    private readonly sessions: Sessions,
    private readonly audit: AuditLog,
  ) {
    this.peppers = keyringsOf(configuration).pepper;
  }

  /** Whether this is a code that counts now; each counts once. @throws SecondFactorUnreadableError */
  async accepts(account: Account, code: string): Promise<boolean> {
    if (SIX_DIGITS.test(code)) return this.useStep(account, code);
    if (await this.useRecoveryCode(account.id, code)) return true;
    // The keyrings are kept and lost together: then no recovery code is right either.
    if (account.totpSecret !== null) this.open(account.id, account.totpSecret);
    return false;
  }

  /** Since when there is one, and how many recovery codes are not used yet. */
  async state(userId: string): Promise<{ since: Date | null; recoveryCodesLeft: number }> {
    const { secondFactorSince } = await accountById(this.database, userId);
    const [row] = await this.database.query<{ left: number }>(
      'SELECT count(*)::int AS left FROM app.recovery_codes WHERE user_id = $1 AND used_at IS NULL',
      [userId],
    );
    return { since: secondFactorSince, recoveryCodesLeft: row?.left ?? 0 };
  }

  /** Begins anew as often as it is asked, until a code confirms it. @throws ConflictError where there is one already */
  async enrol(userId: string): Promise<Enrolment> {
    const { username } = await accountById(this.database, userId);
    const secret = newTotpSecret();
    const begun = await this.database.query(
      `UPDATE app.users SET totp_secret = $2, totp_last_step = NULL
       WHERE id = $1 AND totp_confirmed_at IS NULL RETURNING id`,
      [userId, this.box.seal(placeOf(userId), secret)],
    );
    if (begun.length === 0) throw new ConflictError('there is a second factor already; remove it first');
    return { secret, uri: totpUri(secret, ISSUER, username) };
  }

  /** All other sessions end: they were begun without it. @returns the recovery codes, which are shown this once */
  async confirm(userId: string, sessionId: string, code: string): Promise<string[]> {
    const account = await accountById(this.database, userId);
    if (account.hasSecondFactor || account.totpSecret === null)
      throw new ConflictError(
        'there is no second factor to confirm; begin with POST /api/v1/auth/second-factor',
      );
    if (!(await this.useStep(account, code)))
      throw new InvalidParameterError('code', 'is not what the authenticator shows now; look at its clock');
    return this.database.transaction(async (sql) => {
      const confirmed = await sql.query(
        `UPDATE app.users SET totp_confirmed_at = $2
         WHERE id = $1 AND totp_confirmed_at IS NULL AND totp_secret = $3 RETURNING id`,
        [userId, this.clock.now(), account.totpSecret],
      );
      if (confirmed.length === 0)
        throw new ConflictError('the second factor was changed at the same moment; begin anew');
      const codes = await this.replaceRecoveryCodes(userId, sql);
      const after = { sessionsEnded: await this.sessions.revokeAll(userId, sessionId, sql) };
      await this.audit.record(
        { action: 'second-factor.enable', object: { kind: 'user', id: userId }, after },
        sql,
      );
      return codes;
    });
  }

  /** Makes new recovery codes; those before them are worth nothing. */
  async renewRecoveryCodes(userId: string): Promise<string[]> {
    const account = await accountById(this.database, userId);
    if (!account.hasSecondFactor)
      throw new ConflictError('there is no second factor that codes could stand in for');
    return this.database.transaction(async (sql) => {
      const codes = await this.replaceRecoveryCodes(userId, sql);
      await this.audit.record({ action: 'recovery-codes.renew', object: { kind: 'user', id: userId } }, sql);
      return codes;
    });
  }

  /** Of oneself, or of a user whose phone and codes are gone. */
  async remove(userId: string): Promise<void> {
    await this.database.transaction(async (sql) => {
      const [had] = await sql.query<{ confirmed: boolean }>(
        `UPDATE app.users SET totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = NULL
         FROM (SELECT totp_confirmed_at IS NOT NULL AS confirmed FROM app.users WHERE id = $1 FOR UPDATE) AS before
         WHERE id = $1 RETURNING confirmed`,
        [userId],
      );
      await sql.query('DELETE FROM app.recovery_codes WHERE user_id = $1', [userId]);
      // One that was begun and never confirmed counted for nothing, so nothing changed.
      if (had?.confirmed !== true) return;
      await this.audit.record({ action: 'second-factor.disable', object: { kind: 'user', id: userId } }, sql);
    });
  }

  private open(userId: string, sealed: string): string {
    try {
      return this.box.open(placeOf(userId), sealed);
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error;
      this.logger.error(error.message);
      throw new SecondFactorUnreadableError(
        'the second factor of this account cannot be checked: the server does not have the key that its secret was stored with; an administrator has to remove it (the bootstrap token makes a new administrator where there is no other), or whoever runs the platform puts the keyrings back',
      );
    }
  }

  private async useStep(account: Account, code: string): Promise<boolean> {
    if (account.totpSecret === null) return false;
    const secret = this.open(account.id, account.totpSecret);
    const step = acceptedStep(secret, code, this.clock.now(), undefined);
    if (step === undefined) return false;
    // In one statement, so that of two requests with one code one is refused.
    const rows = await this.database.query(
      `UPDATE app.users SET totp_last_step = $2
       WHERE id = $1 AND (totp_last_step IS NULL OR totp_last_step < $2) RETURNING id`,
      [account.id, step],
    );
    return rows.length === 1;
  }

  private async useRecoveryCode(userId: string, code: string): Promise<boolean> {
    const candidates = recoveryCodeCandidates(this.peppers, userId, code);
    const rows = await this.database.query(
      `UPDATE app.recovery_codes SET used_at = $3
       WHERE user_id = $1 AND code_hmac = ANY($2) AND used_at IS NULL RETURNING user_id`,
      [userId, candidates.map(({ hmac }) => hmac), this.clock.now()],
    );
    return rows.length === 1;
  }

  private async replaceRecoveryCodes(userId: string, sql: Transaction): Promise<string[]> {
    const codes = newRecoveryCodes();
    const hashed = codes.map((code) => recoveryCodeHmac(this.peppers, userId, code));
    await sql.query('DELETE FROM app.recovery_codes WHERE user_id = $1', [userId]);
    await sql.query(
      `INSERT INTO app.recovery_codes (user_id, code_hmac, pepper_kid)
       SELECT $1, hmac, kid FROM unnest($2::bytea[], $3::text[]) AS codes(hmac, kid)`,
      [userId, hashed.map(({ hmac }) => hmac), hashed.map(({ kid }) => kid)],
    );
    return codes;
  }
}
