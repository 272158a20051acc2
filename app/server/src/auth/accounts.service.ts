import { Inject, Injectable } from '@nestjs/common';
import type { UserRole } from '../common/access.ts';
import { CLOCK, type Clock } from '../common/clock.ts';
import { ConflictError, NotFoundError } from '../common/errors.ts';
import type { UserItem } from '../common/user.dto.ts';
import { ApiKeys } from '../api-keys/api-keys.service.ts';
import { AuditLog } from '../audit/audit-log.service.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database, Sql, Transaction } from '../database/sql.ts';
import { accountById, userById, usersAfter } from './account.ts';
import { impossibleHash } from './passwords/password-hash.ts';
import { newOneTimePassword } from './passwords/one-time-password.ts';
import { Passwords } from './passwords/passwords.service.ts';
import { SecondFactor } from './second-factor/second-factor.service.ts';
import { type ExportedSession, type NewSession, Sessions } from './sessions/sessions.service.ts';

export interface NewAccount {
  readonly username: string;
  readonly displayName: string;
  readonly role: UserRole;
  readonly passwordHash: string;
  /** The password was made by somebody else. */
  readonly mustChangePassword?: boolean;
}

/** What an administrator may change of a user; what is absent stays. */
export interface UserChange {
  readonly displayName?: string;
  readonly role?: UserRole;
  readonly isDisabled?: boolean;
}

/** What is stored of a user below `auth`, without secrets. */
export interface ExportedAccount {
  readonly user: UserItem;
  readonly passwordChangedAt: Date;
  readonly secondFactorSince: Date | null;
  readonly sessions: ExportedSession[];
}

/** What the management of users may do with accounts and the ways in: the one service that this room shows. */
@Injectable()
export class Accounts {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly passwords: Passwords,
    private readonly secondFactor: SecondFactor,
    private readonly sessions: Sessions,
    private readonly apiKeys: ApiKeys,
    private readonly audit: AuditLog,
  ) {}

  /** Of at most `limit` users, by name. */
  list(after: string | undefined, limit: number): Promise<UserItem[]> {
    return usersAfter(this.database, after, limit);
  }

  /** @throws NotFoundError */
  async get(id: string, sql: Sql = this.database): Promise<UserItem> {
    const user = await userById(sql, id);
    if (user === undefined) throw new NotFoundError('there is no such user');
    return user;
  }

  /** Holds a user, and all administrators, so that two requests cannot remove the last two at once. */
  async lock(id: string, sql: Transaction): Promise<UserItem> {
    await sql.query(`SELECT FROM app.users WHERE id = $1 OR role = 'admin' ORDER BY id FOR UPDATE`, [id]);
    return this.get(id, sql);
  }

  /** A password that signs in for a while, to choose another; for an account that is made now. */
  async oneTimePassword(username: string): Promise<{ readonly password: string; readonly hash: string }> {
    const password = newOneTimePassword();
    return { password, hash: await this.passwords.hashNew(password, username, 'password') };
  }

  /** @returns the id of the new user. @throws ConflictError where the name is taken */
  async create(account: NewAccount, sql: Transaction): Promise<string> {
    const { username, displayName, role, passwordHash, mustChangePassword = false } = account;
    const [row] = await sql.query<{ id: string }>(
      `INSERT INTO app.users
         (username, display_name, role, password_hash, must_change_password, password_changed_at, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (username) DO NOTHING RETURNING id`,
      [username, displayName, role, passwordHash, mustChangePassword, this.clock.now()],
    );
    if (row === undefined) throw new ConflictError(`username: ${username} is taken`);
    return row.id;
  }

  /**
   * Changes a user that is locked. What a session was begun with is not what the user may do now: another role ends all.
   * @throws ConflictError where nobody could manage users any more
   */
  async change(before: UserItem, change: UserChange, sql: Transaction): Promise<UserItem> {
    const { id } = before;
    const { displayName = null, role = null, isDisabled = null } = change;
    await sql.query(
      `UPDATE app.users SET display_name = coalesce($2, display_name), role = coalesce($3, role),
         disabled_at = CASE WHEN $4::boolean IS NULL THEN disabled_at WHEN $4 THEN coalesce(disabled_at, $5) END
       WHERE id = $1`,
      [id, displayName, role, isDisabled, this.clock.now()],
    );
    await requireAdministrator(sql);
    const after = await this.get(id, sql);
    if (after.role !== before.role || after.isDisabled) await this.signOut(id, sql);
    return after;
  }

  /** Removes a user that is locked, with everything that is theirs. @throws ConflictError as `change` */
  async remove(id: string, sql: Transaction): Promise<void> {
    await sql.query('DELETE FROM app.users WHERE id = $1', [id]);
    await requireAdministrator(sql);
  }

  /** A new password of one's own: all other sessions end, and this one gets another token. */
  async changePassword(userId: string, sessionId: string, password: string): Promise<NewSession> {
    const { username } = await accountById(this.database, userId);
    const hash = await this.passwords.hashNew(password, username, 'newPassword');
    return this.database.transaction(async (sql) => {
      await this.passwords.store(userId, hash, false, sql);
      await this.sessions.revokeAll(userId, sessionId, sql);
      const session = await this.sessions.rotate(sessionId, sql);
      await this.audit.record({ action: 'password.change', object: { kind: 'user', id: userId } }, sql);
      return session;
    });
  }

  /** A one-time password in place of a forgotten one; whoever is signed in with the account is signed out, and its API keys end. */
  async resetPassword(userId: string): Promise<string> {
    const { username } = await accountById(this.database, userId);
    const { password, hash } = await this.oneTimePassword(username);
    await this.database.transaction(async (sql) => {
      await this.passwords.store(userId, hash, true, sql);
      await this.sessions.revokeAll(userId, undefined, sql);
      await this.apiKeys.revokeAll(userId, sql);
      await this.audit.record({ action: 'password.reset', object: { kind: 'user', id: userId } }, sql);
    });
    return password;
  }

  /** A password that was handed to somebody and that nobody has changed yet signs in no more. @returns 1, or 0: there was none */
  async endOneTimePassword(userId: string, sql: Sql): Promise<number> {
    const ended = await sql.query(
      'UPDATE app.users SET password_hash = $2 WHERE id = $1 AND must_change_password RETURNING id',
      [userId, impossibleHash()],
    );
    return ended.length;
  }

  removeSecondFactor(userId: string): Promise<void> {
    return this.secondFactor.remove(userId);
  }

  hasAdministrator(): Promise<boolean> {
    return isAdministrated(this.database);
  }

  /** Ends all sessions of a user, and with them what a role allowed that the user had. */
  async signOut(userId: string, sql: Sql = this.database): Promise<number> {
    return this.sessions.revokeAll(userId, undefined, sql);
  }

  /** What is stored of a user in this room's tables. */
  async exported(userId: string): Promise<ExportedAccount> {
    const user = await this.get(userId);
    const { passwordChangedAt, secondFactorSince } = await accountById(this.database, userId);
    const sessions = await this.sessions.exported(userId);
    return { user, passwordChangedAt, secondFactorSince, sessions };
  }
}

async function isAdministrated(sql: Sql): Promise<boolean> {
  const some = await sql.query(`SELECT FROM app.users WHERE role = 'admin' AND disabled_at IS NULL LIMIT 1`);
  return some.length > 0;
}

async function requireAdministrator(sql: Sql): Promise<void> {
  if (!(await isAdministrated(sql)))
    throw new ConflictError('this is the last administrator; make somebody else one before');
}
