import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { InvalidParameterError } from '../../common/errors.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database, Sql } from '../../database/sql.ts';
import { PasswordHasher } from './hash-queue.ts';
import { PasswordRules } from './password-rules.ts';

/** Checking and setting of passwords. */
@Injectable()
export class Passwords {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly hasher: PasswordHasher,
    private readonly rules: PasswordRules,
  ) {}

  /**
   * The hash of a new password.
   * @param parameter its name in the request, for the error
   * @throws InvalidParameterError where it does not follow the rules
   */
  async hashNew(password: string, username: string, parameter: string): Promise<string> {
    const reasons = await this.rules.reasonsAgainst(password, username);
    if (reasons.length > 0) throw new InvalidParameterError(parameter, reasons.join('; and '));
    return this.hasher.hash(password);
  }

  /** Whether it is the password; what was hashed with less than today's cost is hashed anew. */
  async check(userId: string, password: string, stored: string): Promise<boolean> {
    const { valid, outdated } = await this.hasher.verify(password, stored);
    if (valid && outdated)
      await this.database.query(
        'UPDATE app.users SET password_hash = $2 WHERE id = $1 AND password_hash = $3',
        [userId, await this.hasher.hash(password), stored],
      );
    return valid;
  }

  /** Takes as long as `check`, for a name that nobody has: the time must not tell which names there are. */
  async checkNobody(password: string): Promise<false> {
    await this.hasher.verifyAgainstNothing(password);
    return false;
  }

  async store(userId: string, hash: string, mustChange: boolean, sql: Sql): Promise<void> {
    await sql.query(
      `UPDATE app.users SET password_hash = $2, password_changed_at = $3, must_change_password = $4 WHERE id = $1`,
      [userId, hash, this.clock.now(), mustChange],
    );
  }
}
