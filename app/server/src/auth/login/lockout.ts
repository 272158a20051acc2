import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { TooManyRequestsError } from '../../common/errors.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';

interface Rule {
  /** Attempts that are free. */
  readonly free: number;
}

/** Behind one address there may be a whole office. */
const ACCOUNT: Rule = { free: 5 };
const ADDRESS: Rule = { free: 30 };

const FIRST_LOCK_SECONDS = 30;
const LONGEST_LOCK_SECONDS = 900;
/** After so long without an attempt counting begins anew. */
const FORGET = '1 day';

/** Counts $1 up, unless it is locked at $2, and locks it, twice as long each time, from the $3rd on. */
const COUNT = `
  INSERT INTO app.login_failures AS f (subject, failures, last_failed_at) VALUES ($1, 1, $2)
  ON CONFLICT (subject) DO UPDATE SET
    failures = CASE WHEN f.last_failed_at < $2::timestamptz - interval '${FORGET}' THEN 1 ELSE f.failures + 1 END,
    locked_until = CASE WHEN f.failures + 1 >= $3 AND f.last_failed_at >= $2::timestamptz - interval '${FORGET}'
      THEN $2::timestamptz + make_interval(secs =>
        least(${LONGEST_LOCK_SECONDS}, ${FIRST_LOCK_SECONDS} * power(2, least(f.failures + 1 - $3, 20)))) END,
    last_failed_at = $2
  WHERE f.locked_until IS NULL OR f.locked_until <= $2
  RETURNING failures`;

/**
 * Guessing becomes slow: after five attempts an account, after thirty failures an address, rests for 30 s, then twice as
 * long each time, up to 15 min. It never is for good: that would let anybody lock out anybody. An attempt at an account
 * counts before the password is looked at, so that many at once are not all free; success takes it back.
 */
@Injectable()
export class Lockout {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws TooManyRequestsError while the account or the address rests */
  async beginAttempt(account: string, address: string): Promise<void> {
    await this.refuseLocked(`address:${address}`);
    const counted = await this.count(`account:${account}`, ACCOUNT);
    if (!counted) await this.refuseLocked(`account:${account}`);
  }

  async failed(address: string): Promise<void> {
    await this.count(`address:${address}`, ADDRESS);
  }

  /** Name and password were right, and the second factor is still to come: the attempt was none, earlier ones count on. */
  async takeBack(account: string): Promise<void> {
    await this.database.query(
      `UPDATE app.login_failures SET failures = failures - 1, locked_until = NULL WHERE subject = $1 AND failures > 0`,
      [`account:${account}`],
    );
  }

  async succeeded(account: string): Promise<void> {
    await this.database.query('DELETE FROM app.login_failures WHERE subject = $1', [`account:${account}`]);
  }

  async forgetOld(): Promise<void> {
    await this.database.query(
      `DELETE FROM app.login_failures WHERE last_failed_at < $1::timestamptz - interval '${FORGET}'`,
      [this.clock.now()],
    );
  }

  private async count(subject: string, { free }: Rule): Promise<boolean> {
    const rows = await this.database.query(COUNT, [subject, this.clock.now(), free]);
    return rows.length > 0;
  }

  private async refuseLocked(subject: string): Promise<void> {
    const now = this.clock.now();
    const [row] = await this.database.query<{ locked_until: Date }>(
      'SELECT locked_until FROM app.login_failures WHERE subject = $1 AND locked_until > $2',
      [subject, now],
    );
    if (row === undefined) return;
    const seconds = Math.max(1, Math.ceil((row.locked_until.getTime() - now.getTime()) / 1000));
    throw new TooManyRequestsError(`too many attempts to sign in; try again in ${seconds} s`, seconds);
  }
}
