import { randomInt } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { UserRole } from '../common/access.ts';
import { CLOCK, type Clock } from '../common/clock.ts';
import { ConflictError } from '../common/errors.ts';
import { ApiKeys } from '../api-keys/api-keys.service.ts';
import { AuditLog } from '../audit/audit-log.service.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database, Sql, Transaction } from '../database/sql.ts';
import { accountById } from './account.ts';
import { Passwords } from './passwords/passwords.service.ts';
import { SecondFactor } from './second-factor/second-factor.service.ts';
import { type NewSession, Sessions } from './sessions/sessions.service.ts';

export interface NewAccount {
  readonly username: string;
  readonly displayName: string;
  readonly role: UserRole;
  readonly passwordHash: string;
  /** The password was made by somebody else. */
  readonly mustChangePassword?: boolean;
}

/** No letters and digits that people take for each other. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const GROUPS = 5;
const GROUP_LENGTH = 4;

/** A password for the first time: 98 bits in groups that can be read out. */
export function newOneTimePassword(): string {
  const group = (): string =>
    Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** What the management of users may do with the ways in: the one service that this room shows. */
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

  hashNew(password: string, username: string, parameter: string): Promise<string> {
    return this.passwords.hashNew(password, username, parameter);
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
    const password = newOneTimePassword();
    const { username } = await accountById(this.database, userId);
    const hash = await this.passwords.hashNew(password, username, 'password');
    await this.database.transaction(async (sql) => {
      await this.passwords.store(userId, hash, true, sql);
      await this.sessions.revokeAll(userId, undefined, sql);
      await this.apiKeys.revokeAll(userId, sql);
      await this.audit.record({ action: 'password.reset', object: { kind: 'user', id: userId } }, sql);
    });
    return password;
  }

  removeSecondFactor(userId: string): Promise<void> {
    return this.secondFactor.remove(userId);
  }

  /** Ends all sessions of a user, and with them what a role allowed that the user had. */
  async signOut(userId: string, sql: Sql = this.database): Promise<number> {
    return this.sessions.revokeAll(userId, undefined, sql);
  }

  async revokeKeys(userId: string, sql: Sql = this.database): Promise<number> {
    return this.apiKeys.revokeAll(userId, sql);
  }
}
