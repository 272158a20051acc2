import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { UserRole } from '../../common/access.ts';
import type { SessionPrincipal } from '../../common/current-principal.ts';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { NotFoundError } from '../../common/errors.ts';
import { addressGroup } from '../../common/http/address.ts';
import { currentRequest } from '../../common/request-context.ts';
import { newToken, sha256 } from '../../common/tokens.ts';
import { DATABASE } from '../../database/database.module.ts';
import { noted } from '../../database/noted.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import type { Database, Sql } from '../../database/sql.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A working day without a request ends a session, and a week ends every one. */
export const IDLE_MS = 8 * HOUR_MS;
export const ABSOLUTE_MS = 7 * 24 * HOUR_MS;
/** How long a password that was given allows sensitive actions. */
export const STEP_UP_MS = 10 * MINUTE_MS;
/** When a session was seen last is written at most so often; a request each would cost a write each. */
const TOUCH_MS = MINUTE_MS;
/** Ended sessions are kept for the list that people look at, then they are personal data without a purpose. */
const KEEP_ENDED_MS = 30 * 24 * HOUR_MS;

export interface NewSession {
  readonly id: string;
  readonly token: string;
  readonly expiresAt: Date;
}

/** What a request with a session's token may count on. */
export interface LiveSession {
  readonly principal: SessionPrincipal;
  readonly expiresAt: Date;
  readonly isSteppedUp: boolean;
  readonly mustChangePassword: boolean;
  readonly hasSecondFactor: boolean;
}

export interface ListedSession {
  readonly id: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  readonly address: string;
  readonly userAgent: string | null;
}

/** What is kept of a session of somebody, ended ones too. */
export interface ExportedSession extends Omit<ListedSession, 'id'> {
  readonly revokedAt: Date | null;
}

interface SessionRow {
  readonly id: string;
  readonly user_id: string;
  readonly role: UserRole;
  readonly must_change_password: boolean;
  readonly has_second_factor: boolean;
  readonly stepped_up_at: Date;
  readonly last_seen_at: Date;
  readonly expires_at: Date;
}

/** Alive at $1 and seen since $2. */
const LIVE = 's.revoked_at IS NULL AND s.expires_at > $1 AND s.last_seen_at > $2';

/**
 * Sessions live in the database and are looked up at every request, so one that is revoked on any replica is refused on all
 * of them at once. Of the token only its SHA-256 is stored: who reads the database cannot sign in.
 */
@Injectable()
export class Sessions implements OnApplicationBootstrap {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly queries: PeriodicQueries,
  ) {}

  onApplicationBootstrap(): void {
    this.queries.hourly('sessions that ended long ago', () => this.forgetEnded());
  }

  /** Begins a session with a token that nobody has seen before, whatever the browser sent. */
  async begin(userId: string, sql: Sql = this.database): Promise<NewSession> {
    const now = this.clock.now();
    const token = newToken();
    const expiresAt = new Date(now.getTime() + ABSOLUTE_MS);
    const request = currentRequest();
    const [row] = await sql.query<{ id: string }>(
      `INSERT INTO app.sessions
         (user_id, token_sha256, created_at, last_seen_at, expires_at, stepped_up_at, address, user_agent)
       VALUES ($1, $2, $3, $3, $4, $3, $5, $6) RETURNING id`,
      [userId, sha256(token), now, expiresAt, request?.address ?? '', request?.userAgent ?? null],
    );
    return { id: row?.id ?? '', token, expiresAt };
  }

  async find(token: string): Promise<LiveSession | undefined> {
    const now = this.clock.now();
    const [row] = await this.database.query<SessionRow>(
      `SELECT s.id, s.user_id, u.role, u.must_change_password, u.totp_confirmed_at IS NOT NULL AS has_second_factor,
              s.stepped_up_at, s.last_seen_at, s.expires_at
       FROM app.sessions s JOIN app.users u ON u.id = s.user_id
       WHERE s.token_sha256 = $3 AND u.disabled_at IS NULL AND ${LIVE}`,
      [now, new Date(now.getTime() - IDLE_MS), sha256(token)],
    );
    if (row === undefined) return undefined;
    if (now.getTime() - row.last_seen_at.getTime() >= TOUCH_MS)
      await noted(
        'when a session was seen last',
        this.database.query('UPDATE app.sessions SET last_seen_at = $2 WHERE id = $1', [row.id, now]),
      );
    return {
      principal: { kind: 'session', userId: row.user_id, role: row.role, sessionId: row.id },
      expiresAt: row.expires_at,
      isSteppedUp: now.getTime() - row.stepped_up_at.getTime() < STEP_UP_MS,
      mustChangePassword: row.must_change_password,
      hasSecondFactor: row.has_second_factor,
    };
  }

  /** Whether the user signed in from this network before, as long as it is remembered. */
  async cameFrom(userId: string, network: string): Promise<boolean> {
    const rows = await this.database.query<{ address: string }>(
      'SELECT DISTINCT address FROM app.sessions WHERE user_id = $1',
      [userId],
    );
    return rows.some(({ address }) => addressGroup(address) === network);
  }

  /** Another token for the same session, whose rights just grew; the old one is worth nothing from now on. */
  async rotate(sessionId: string, sql: Sql = this.database): Promise<NewSession> {
    const token = newToken();
    const [row] = await sql.query<{ expires_at: Date }>(
      `UPDATE app.sessions SET token_sha256 = $2, stepped_up_at = $3
       WHERE id = $1 AND revoked_at IS NULL RETURNING expires_at`,
      [sessionId, sha256(token), this.clock.now()],
    );
    if (row === undefined) throw new NotFoundError('the session has ended; sign in again');
    return { id: sessionId, token, expiresAt: row.expires_at };
  }

  /** Those that are alive, the one seen last first. */
  async list(userId: string): Promise<ListedSession[]> {
    const now = this.clock.now();
    return this.database.query<ListedSession>(
      `SELECT s.id, s.created_at AS "createdAt", s.last_seen_at AS "lastSeenAt", s.expires_at AS "expiresAt",
              s.address, s.user_agent AS "userAgent"
       FROM app.sessions s WHERE s.user_id = $3 AND ${LIVE} ORDER BY s.last_seen_at DESC, s.id LIMIT 200`,
      [now, new Date(now.getTime() - IDLE_MS), userId],
    );
  }

  async exported(userId: string): Promise<ExportedSession[]> {
    return this.database.query<ExportedSession>(
      `SELECT created_at AS "createdAt", last_seen_at AS "lastSeenAt", expires_at AS "expiresAt",
              revoked_at AS "revokedAt", address, user_agent AS "userAgent"
       FROM app.sessions WHERE user_id = $1 ORDER BY created_at`,
      [userId],
    );
  }

  /** Ends one session of this user. @throws NotFoundError where the user has no such live one */
  async revoke(userId: string, sessionId: string, sql: Sql = this.database): Promise<void> {
    const rows = await sql.query<{ id: string }>(
      `UPDATE app.sessions SET revoked_at = $3
       WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL RETURNING id`,
      [sessionId, userId, this.clock.now()],
    );
    if (rows.length === 0) throw new NotFoundError('there is no such session of yours');
  }

  /** Ends the session of this token. @returns its id; undefined where it is none that is alive */
  async end(token: string, sql: Sql): Promise<string | undefined> {
    const [row] = await sql.query<{ id: string }>(
      'UPDATE app.sessions SET revoked_at = $2 WHERE token_sha256 = $1 AND revoked_at IS NULL RETURNING id',
      [sha256(token), this.clock.now()],
    );
    return row?.id;
  }

  /** Ends all sessions of a user, but for one. @returns how many ended */
  async revokeAll(userId: string, except: string | undefined, sql: Sql = this.database): Promise<number> {
    const rows = await sql.query<{ id: string }>(
      `UPDATE app.sessions SET revoked_at = $3
       WHERE user_id = $1 AND id IS DISTINCT FROM $2::uuid AND revoked_at IS NULL RETURNING id`,
      [userId, except ?? null, this.clock.now()],
    );
    return rows.length;
  }

  /** Removes those that ended long ago. */
  async forgetEnded(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - KEEP_ENDED_MS);
    const rows = await this.database.query<{ id: string }>(
      `DELETE FROM app.sessions
       WHERE expires_at < $1 OR revoked_at < $1 OR last_seen_at < $1 RETURNING id`,
      [before],
    );
    return rows.length;
  }
}
