import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type AuditEvent, AuditLog } from '../../audit/audit-log.service.ts';
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

interface Counted {
  readonly attempts: number;
  /** Null: there is no rest yet. */
  readonly until: Date | null;
}

/** A time in which nobody is let in, and whom or what it is about. */
export interface Rest {
  readonly object: AuditEvent['object'];
  readonly attempts: number;
  readonly until: Date;
}

interface Rule {
  /** Attempts before the first rest. */
  readonly free: number;
  readonly longestSeconds: number;
  /** For each so many seconds since the attempt before, one is forgotten; FORGET_SECONDS: all or none. */
  readonly fadingSeconds: number;
}

/** After so long without an attempt counting begins anew. */
const FORGET_SECONDS = 86_400;

/** Whoever has a session of somebody else and not the password guesses there alone; nobody without one stops its owner. */
const SESSION: Rule = { free: 5, longestSeconds: 900, fadingSeconds: FORGET_SECONDS };
/** Whoever guesses at an account is stopped where they are; its owner, who is elsewhere, is not. */
const ACCOUNT_FROM_NETWORK: Rule = { free: 5, longestSeconds: 900, fadingSeconds: FORGET_SECONDS };
/** Guessing from many networks at once; a minute at most, or anybody could lock out anybody for good. */
const ACCOUNT: Rule = { free: 100, longestSeconds: 60, fadingSeconds: FORGET_SECONDS };
/** Behind one address there may be a whole office, whose slips must not add up over days; 144 guesses a day lead nowhere. */
const NETWORK: Rule = { free: 30, longestSeconds: 900, fadingSeconds: 600 };

const FIRST_LOCK_SECONDS = 30;
/** Failures with this one, of row `f` at $2: one is forgotten for each $5 seconds since the one before, all after a day. */
const FAILURES = `CASE WHEN f.last_failed_at < $2::timestamptz - make_interval(secs => ${FORGET_SECONDS}) THEN 1
  ELSE greatest(0, f.failures - greatest(0, floor(extract(epoch FROM $2::timestamptz - f.last_failed_at) / $5::float8))::integer) + 1
  END`;

/** Counts $1 up, unless it is locked at $2, and locks it from the $3rd on, twice as long each time, for $4 seconds at most. */
const COUNT = `
  INSERT INTO app.login_failures AS f (subject, failures, last_failed_at) VALUES ($1, 1, $2)
  ON CONFLICT (subject) DO UPDATE SET
    failures = ${FAILURES},
    locked_until = CASE WHEN ${FAILURES} >= $3 THEN $2::timestamptz + make_interval(secs =>
      least($4::float8, ${FIRST_LOCK_SECONDS} * power(2, least(${FAILURES} - $3, 20)))) END,
    last_failed_at = $2
  WHERE f.locked_until IS NULL OR f.locked_until <= $2
  RETURNING failures AS attempts, locked_until AS until`;

/**
 * Guessing becomes slow: after five attempts from one network at an account, after thirty failures of a network, and after
 * a hundred attempts at an account from everywhere, it rests for 30 s, then twice as long each time. An attempt at an
 * account counts before the password is looked at, so that many at once are not all free; success takes it back, and from
 * the network what failed there at this account: its owner mistyped. Whoever is signed in has five attempts of the
 * session's own, so that nobody who is not can stop them. Each rest is recorded when it begins, so that whoever is refused
 * during it adds nothing to the audit log.
 */
@Injectable()
export class Lockout implements OnApplicationBootstrap {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly queries: PeriodicQueries,
    private readonly audit: AuditLog,
  ) {}

  onApplicationBootstrap(): void {
    this.queries.hourly('failed attempts of long ago', () => this.forgetOld());
  }

  /**
   * @returns the rests that begin with this attempt, for `failed`: a success ends them
   * @throws TooManyRequestsError while the account (the session) rests
   */
  async beginAttempt(attempt: Attempt): Promise<Rest[]> {
    const { name, sessionId } = attempt;
    const object =
      sessionId === undefined ? { kind: 'login-name', id: name } : { kind: 'session', id: sessionId };
    const begun: Rest[] = [];
    for (const [subject, rule] of countedOf(attempt)) {
      const counted = await this.count(subject, rule);
      if (counted === undefined) await this.refuseLocked(subject);
      else if (counted.until !== null) begun.push({ ...counted, until: counted.until, object });
    }
    return begun;
  }

  /** @throws TooManyRequestsError while the network rests */
  async requireNetwork(network: string): Promise<void> {
    await this.refuseLocked(subjectOf(network));
  }

  /**
   * Somebody who is signed in has shown not to be one of those who guess at all names of a network.
   * @param begun what `beginAttempt` answered, where there was an account to be tried
   */
  async failed(
    { network, sessionId }: Pick<Attempt, 'network' | 'sessionId'>,
    begun: readonly Rest[] = [],
  ): Promise<void> {
    const counted = sessionId === undefined ? await this.count(subjectOf(network), NETWORK) : undefined;
    const rests = [...begun];
    if (counted?.until) rests.push({ ...counted, until: counted.until, object: { kind: 'address' } });
    for (const { object, attempts, until } of rests)
      await this.audit.record({
        action: 'login.rest',
        object,
        outcome: 'refused',
        after: { attempts, until: until.toISOString() },
      });
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
    const subjects = countedOf(attempt).map(([subject]) => subject);
    const rows = await this.database.query<{ subject: string; failures: number }>(
      'DELETE FROM app.login_failures WHERE subject = ANY($1) RETURNING subject, failures',
      [subjects],
    );
    if (attempt.sessionId !== undefined) return;
    // One of them is this attempt itself.
    const mistyped = (rows.find(({ subject }) => subject === subjects[0])?.failures ?? 1) - 1;
    if (mistyped > 0)
      await this.database.query(
        'UPDATE app.login_failures SET failures = greatest(0, failures - $2) WHERE subject = $1',
        [subjectOf(attempt.network), mistyped],
      );
  }

  async forgetOld(): Promise<void> {
    await this.database.query(
      `DELETE FROM app.login_failures
       WHERE last_failed_at < $1::timestamptz - make_interval(secs => ${FORGET_SECONDS})`,
      [this.clock.now()],
    );
  }

  /** @returns undefined where it was not counted, because it rests */
  private async count(
    subject: string,
    { free, longestSeconds, fadingSeconds }: Rule,
  ): Promise<Counted | undefined> {
    const parameters = [subject, this.clock.now(), free, longestSeconds, fadingSeconds];
    const [row] = await this.database.query<Counted>(COUNT, parameters);
    return row;
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
