import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.service.ts';
import { Accounts, newOneTimePassword } from '../auth/accounts.service.ts';
import { CLOCK, type Clock } from '../common/clock.ts';
import { ConflictError, NotFoundError } from '../common/errors.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database, Sql, Transaction } from '../database/sql.ts';
import type {
  AccountExport,
  ExportedApiKey,
  ExportedSecret,
  ExportedSession,
  NewUser,
  RevokedCounts,
  UserBody,
  UserChangeBody,
  UserItem,
  UserList,
  UserQuery,
} from './users.dto.ts';

const COLUMNS = `id, username, display_name AS "displayName", role, disabled_at IS NOT NULL AS "isDisabled",
  totp_confirmed_at IS NOT NULL AS "hasSecondFactor", must_change_password AS "mustChangePassword",
  created_at AS "createdAt", last_login_at AS "lastLoginAt"`;

type ExportedUser = UserItem & Pick<AccountExport, 'passwordChangedAt' | 'secondFactorSince'>;

/** Who there is, and what they may do. */
@Injectable()
export class UsersService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly accounts: Accounts,
    private readonly audit: AuditLog,
  ) {}

  async list({ after, limit }: UserQuery): Promise<UserList> {
    const rows = await this.database.query<UserItem>(
      `SELECT ${COLUMNS} FROM app.users WHERE $1::text IS NULL OR username > $1 ORDER BY username LIMIT $2`,
      [after ?? null, limit + 1],
    );
    const users = rows.slice(0, limit);
    return { users, next: rows.length > limit ? (users.at(-1)?.username ?? null) : null };
  }

  async get(id: string, sql: Sql = this.database): Promise<UserItem> {
    const [user] = await sql.query<UserItem>(`SELECT ${COLUMNS} FROM app.users WHERE id = $1`, [id]);
    if (user === undefined) throw new NotFoundError('there is no such user');
    return user;
  }

  /** A user with a password for the first time, which nobody but the one who asked has seen. */
  async create({ username, displayName = username, role }: UserBody): Promise<NewUser> {
    const oneTimePassword = newOneTimePassword();
    const passwordHash = await this.accounts.hashNew(oneTimePassword, username, 'password');
    const user = await this.database.transaction(async (sql) => {
      const account = { username, displayName, role, passwordHash, mustChangePassword: true };
      const id = await this.accounts.create(account, sql);
      const created = await this.get(id, sql);
      await this.audit.record({ action: 'user.create', object: { kind: 'user', id }, after: { role } }, sql);
      return created;
    });
    return Object.assign(user, { oneTimePassword });
  }

  async change(id: string, { displayName, role, isDisabled }: UserChangeBody): Promise<UserItem> {
    return this.database.transaction(async (sql) => {
      const before = await this.lock(sql, id);
      await sql.query(
        `UPDATE app.users SET display_name = coalesce($2, display_name), role = coalesce($3, role),
           disabled_at = CASE WHEN $4::boolean IS NULL THEN disabled_at WHEN $4 THEN coalesce(disabled_at, $5) END
         WHERE id = $1`,
        [id, displayName ?? null, role ?? null, isDisabled ?? null, this.clock.now()],
      );
      const after = await this.get(id, sql);
      await requireAdministrator(sql);
      // What a session was begun with is not what the user may do now.
      if (after.role !== before.role || after.isDisabled) await this.accounts.signOut(id, sql);
      await this.audit.record(
        {
          action: 'user.change',
          object: { kind: 'user', id },
          before: rightsOf(before),
          after: rightsOf(after),
        },
        sql,
      );
      return after;
    });
  }

  /** Removes a user with everything that is theirs. What they did stays in the audit log, under their id. */
  async remove(id: string): Promise<void> {
    await this.database.transaction(async (sql) => {
      const before = await this.lock(sql, id);
      await sql.query('DELETE FROM app.users WHERE id = $1', [id]);
      await requireAdministrator(sql);
      await this.audit.record(
        { action: 'user.delete', object: { kind: 'user', id }, before: rightsOf(before) },
        sql,
      );
    });
  }

  async resetPassword(id: string): Promise<string> {
    await this.get(id);
    return this.accounts.resetPassword(id);
  }

  async removeSecondFactor(id: string): Promise<void> {
    await this.get(id);
    await this.accounts.removeSecondFactor(id);
  }

  /** For an account that somebody else got hold of: every way in that is open now ends. */
  async revokeAccess(id: string): Promise<RevokedCounts> {
    return this.database.transaction(async (sql) => {
      await this.lock(sql, id);
      const after = {
        sessions: await this.accounts.signOut(id, sql),
        apiKeys: await this.accounts.revokeKeys(id, sql),
      };
      await this.audit.record({ action: 'user.revoke-access', object: { kind: 'user', id }, after }, sql);
      return after;
    });
  }

  /** What is stored of a user, but for secrets and for the audit log, which is the platform's. */
  async export(id: string): Promise<AccountExport> {
    const { passwordChangedAt, secondFactorSince, ...user } = await this.exported(id);
    const sessions = await this.database.query<ExportedSession>(
      `SELECT created_at AS "createdAt", last_seen_at AS "lastSeenAt", address, user_agent AS "userAgent"
       FROM app.sessions WHERE user_id = $1 ORDER BY created_at`,
      [id],
    );
    const apiKeys = await this.database.query<ExportedApiKey>(
      `SELECT name, public_id AS "publicId", scopes, created_at AS "createdAt", last_used_at AS "lastUsedAt"
       FROM app.api_keys WHERE user_id = $1 ORDER BY created_at`,
      [id],
    );
    const secrets = await this.database.query<ExportedSecret>(
      `SELECT kind, name, created_at AS "createdAt", last_used_at AS "lastUsedAt"
       FROM app.user_secrets WHERE user_id = $1 ORDER BY kind, name`,
      [id],
    );
    await this.audit.record({ action: 'user.export', object: { kind: 'user', id } });
    const exportedAt = this.clock.now();
    return { exportedAt, user, sessions, apiKeys, secrets, passwordChangedAt, secondFactorSince };
  }

  private async exported(id: string): Promise<ExportedUser> {
    const [user] = await this.database.query<ExportedUser>(
      `SELECT ${COLUMNS}, password_changed_at AS "passwordChangedAt", totp_confirmed_at AS "secondFactorSince"
       FROM app.users WHERE id = $1`,
      [id],
    );
    if (user === undefined) throw new NotFoundError('there is no such user');
    return user;
  }

  private async lock(sql: Transaction, id: string): Promise<UserItem> {
    // All administrators, so that two requests cannot remove the last two at once.
    await sql.query(`SELECT FROM app.users WHERE id = $1 OR role = 'admin' ORDER BY id FOR UPDATE`, [id]);
    return this.get(id, sql);
  }
}

const rightsOf = ({ role, isDisabled }: UserItem): { role: string; isDisabled: boolean } => ({
  role,
  isDisabled,
});

/** @throws ConflictError where nobody could manage users any more */
async function requireAdministrator(sql: Sql): Promise<void> {
  const left = await sql.query(`SELECT FROM app.users WHERE role = 'admin' AND disabled_at IS NULL LIMIT 1`);
  if (left.length === 0)
    throw new ConflictError('this is the last administrator; make somebody else one before');
}
