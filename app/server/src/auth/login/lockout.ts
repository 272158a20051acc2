import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { TooManyRequestsError } from '../../common/errors.ts';
import { DATABASE } from '../../database/database.module.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import type { Database } from '../../database/sql.ts';

/** Somebody tries to be let in. */
export interface Attempt {
  /** Stands for the account; no name. */
  readonly name: string;
  /** From where: an address, of IPv6 a /64. */
  readonly network: string;
  /** The session of somebody who signed in and gives the password again. */
  readonly sessionId?: string;
}

interface Rule {
  /** Attempts before the first rest. */
  readonly free: number;
  readonly longestSeconds: number;
}

/** Whoever has a session of somebody else and not the password guesses there alone; nobody without one stops its owner. */
const SESSION: Rule = { free: 5, longestSeconds: 900 };
/** Whoever guesses at an account is stopped where they are; its owner, who is elsewhere, is not. */
const ACCOUNT_FROM_NETWORK: Rule = { free: 5, longestSeconds: 900 };
/** Guessing from many networks at once; a minute at most, or anybody could lock out anybody for good. */
const ACCOUNT: Rule = { free: 100, longestSeconds: 60 };
/** Behind one address there may be a whole office. */
const NETWORK: Rule = { free: 30, longestSeconds: 900 };

const FIRST_LOCK_SECONDS = 30;
/** After so long without an attempt counting begins anew. */
const FORGET = '1 day';

/** Counts $1 up, unless it is locked at $2, and locks it from the $3rd on, twice as long each time, for $4 seconds at most. */
const COUNT = `
  INSERT INTO app.login_failures AS f (subject, failures, last_failed_at) VALUES ($1, 1, $2)
  ON CONFLICT (subject) DO UPDATE SET
    failures = CASE WHEN f.last_failed_at < $2::timestamptz - interval '${FORGET}' THEN 1 ELSE f.failures + 1 END,
    locked_until = CASE WHEN f.failures + 1 >= $3 AND f.last_failed_at >= $2::timestamptz - interval '${FORGET}'
      THEN $2::timestamptz + make_interval(secs =>
        least($4::float8, ${FIRST_LOCK_SECONDS} * power(2, least(f.failures + 1 - $3, 20)))) END,
    last_failed_at = $2
  WHERE f.locked_until IS NULL OR f.locked_until <= $2
  RETURNING failures`;

/**
 * Guessing becomes slow: after five attempts from one network at an account, after thirty failures of a network, and after
 * a hundred attempts at an account from everywhere, it rests for 30 s, then twice as long each time. An attempt at an
 * account counts before the password is looked at, so that many at once are not all free; success takes it back. Whoever
 * is signed in has five attempts of the session's own, so that nobody who is not can stop them.
 */
@Injectable()
export class Lockout implements OnApplicationBootstrap {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly queries: PeriodicQueries,
  ) {}

  onApplicationBootstrap(): void {
    this.queries.hourly('failed attempts of long ago', () => this.forgetOld());
  }

  /** @throws TooManyRequestsError while the account (the session) rests */
  async beginAttempt(attempt: Attempt): Promise<void> {
    for (const [subject, rule] of countedOf(attempt))
      if (!(await this.count(subject, rule))) await this.refuseLocked(subject);
  }

  /** @throws TooManyRequestsError while the network rests */
  async requireNetwork(network: string): Promise<void> {
    await this.refuseLocked(subjectOf(network));
  }

  /** Somebody who is signed in has shown not to be one of those who guess at all names of a network. */
  async failed({ network, sessionId }: Pick<Attempt, 'network' | 'sessionId'>): Promise<void> {
    if (sessionId === undefined) await this.count(subjectOf(network), NETWORK);
  }

  /** The attempt was none, and those before it count on. */
  async takeBack(attempt: Attempt): Promise<void> {
    await this.database.query(
      `UPDATE app.login_failures SET failures = failures - 1, locked_until = NULL
       WHERE subject = ANY($1) AND failures > 0`,
      [countedOf(attempt).map(([subject]) => subject)],
    );
  }

  async succeeded(attempt: Attempt): Promise<void> {
    await this.database.query('DELETE FROM app.login_failures WHERE subject = ANY($1)', [
      countedOf(attempt).map(([subject]) => subject),
    ]);
  }

  async forgetOld(): Promise<void> {
    await this.database.query(
      `DELETE FROM app.login_failures WHERE last_failed_at < $1::timestamptz - interval '${FORGET}'`,
      [this.clock.now()],
    );
  }

  private async count(subject: string, { free, longestSeconds }: Rule): Promise<boolean> {
    const rows = await this.database.query(COUNT, [subject, this.clock.now(), free, longestSeconds]);
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

const subjectOf = (network: string): string => `address:${network}`;

/** What an attempt is counted at, the narrower first: who is refused there counts nowhere else. */
const countedOf = ({ name, network, sessionId }: Attempt): (readonly [subject: string, rule: Rule])[] =>
  sessionId === undefined
    ? [
        [`account:${name}:${network}`, ACCOUNT_FROM_NETWORK],
        [`account:${name}`, ACCOUNT],
      ]
    : [[`session:${sessionId}`, SESSION]];
