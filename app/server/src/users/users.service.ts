import { Inject, Injectable } from '@nestjs/common';
import { ApiKeys } from '../api-keys/api-keys.service.ts';
import { AuditLog } from '../audit/audit-log.service.ts';
import { Accounts } from '../auth/accounts.service.ts';
import type { UserRole } from '../common/access.ts';
import { CLOCK, type Clock } from '../common/clock.ts';
import { ConflictError, InvalidParameterError, NotFoundError } from '../common/errors.ts';
import type { UserItem } from '../common/user.dto.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database } from '../database/sql.ts';
import { SecretBox } from '../secrets/secret-box.ts';
import { UserSecrets } from '../secrets/user-secrets.service.ts';
import { CURSOR_MESSAGE } from './users.dto.ts';
import type {
  AccountExport,
  NewUser,
  RevokedCounts,
  UserBody,
  UserChangeBody,
  UserList,
  UserQuery,
} from './users.dto.ts';

/** Who there is, and what they may do. */
@Injectable()
export class UsersService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly accounts: Accounts,
    private readonly apiKeys: ApiKeys,
    private readonly secrets: UserSecrets,
    private readonly box: SecretBox,
    private readonly audit: AuditLog,
  ) {}

  /** By name. The cursor stands for the id of the last one: it gets into log lines, where names have no place. */
  async list({ cursor, limit }: UserQuery): Promise<UserList> {
    const after = cursor === undefined ? undefined : await this.nameAt(cursor);
    const rows = await this.accounts.list(after, limit + 1);
    const users = rows.slice(0, limit);
    const last = users.at(-1);
    return { users, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last.id) : null };
  }

  private async nameAt(cursor: string): Promise<string> {
    const id = Buffer.from(cursor, 'base64url').toString('hex');
    const { username } = await this.accounts.get(id).catch((error: unknown) => {
      throw error instanceof NotFoundError ? new InvalidParameterError('cursor', CURSOR_MESSAGE) : error;
    });
    return username;
  }

  get(id: string): Promise<UserItem> {
    return this.accounts.get(id);
  }

  /** A user with a password for the first time, which nobody but the one who asked has seen. */
  async create({ username, displayName = username, role }: UserBody): Promise<NewUser> {
    const { password: oneTimePassword, hash: passwordHash } = await this.accounts.oneTimePassword(username);
    const user = await this.database.transaction(async (sql) => {
      const account = { username, displayName, role, passwordHash, mustChangePassword: true };
      const id = await this.accounts.create(account, sql);
      await this.audit.record({ action: 'user.create', object: { kind: 'user', id }, after: { role } }, sql);
      return this.accounts.get(id, sql);
    });
    return Object.assign(user, { oneTimePassword });
  }

  /**
   * @param by who does it
   * @throws ConflictError for another role of one's own, or switching oneself off: one would be signed out on the spot
   */
  async change(id: string, body: UserChangeBody, by: string): Promise<UserItem> {
    return this.database.transaction(async (sql) => {
      const before = await this.accounts.lock(id, sql);
      const changes = this.changesOf(before, body);
      // Nothing changes, so there is nothing to tell of.
      if (changes === undefined) return before;
      if (id === by && (changes.after.role !== undefined || changes.after.isDisabled !== undefined))
        throw new ConflictError(
          'nobody changes the own role or switches oneself off; another administrator can',
        );
      const after = await this.accounts.change(before, body, sql);
      await this.audit.record(
        {
          action: 'user.change',
          object: { kind: 'user', id },
          before: { ...changes.before },
          after: { ...changes.after },
        },
        sql,
      );
      return after;
    });
  }

  /** The fields that become another value, before and after; undefined where none does. */
  private changesOf(user: UserItem, body: UserChangeBody): Changes | undefined {
    const { displayName = user.displayName, role = user.role, isDisabled = user.isDisabled } = body;
    // Names of people stand in no record; a fingerprint tells that it was another one, and when it was the same again.
    const shown = (name: string): string => this.box.fingerprint(user.id, 'display-name', name);
    const changes: Changes = { before: {}, after: {} };
    if (displayName !== user.displayName) {
      changes.before.displayName = shown(user.displayName);
      changes.after.displayName = shown(displayName);
    }
    if (role !== user.role) {
      changes.before.role = user.role;
      changes.after.role = role;
    }
    if (isDisabled !== user.isDisabled) {
      changes.before.isDisabled = user.isDisabled;
      changes.after.isDisabled = isDisabled;
    }
    return Object.keys(changes.after).length === 0 ? undefined : changes;
  }

  /** Removes a user with everything that is theirs. What they did stays in the audit log, under their id. */
  async remove(id: string): Promise<void> {
    await this.database.transaction(async (sql) => {
      const before = await this.accounts.lock(id, sql);
      await this.accounts.remove(id, sql);
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
      await this.accounts.lock(id, sql);
      const after = {
        sessions: await this.accounts.signOut(id, sql),
        apiKeys: await this.apiKeys.revokeAll(id, sql),
        oneTimePasswords: await this.accounts.endOneTimePassword(id, sql),
      };
      await this.audit.record({ action: 'user.revoke-access', object: { kind: 'user', id }, after }, sql);
      return after;
    });
  }

  /** What is stored of a user, but for secrets and for the audit log, which is the platform's. */
  async export(id: string): Promise<AccountExport> {
    const [account, apiKeys, secrets] = await Promise.all([
      this.accounts.exported(id),
      this.apiKeys.exported(id),
      this.secrets.exported(id),
    ]);
    await this.audit.record({ action: 'user.export', object: { kind: 'user', id } });
    return { exportedAt: this.clock.now(), ...account, apiKeys, secrets };
  }
}

const cursorOf = (id: string): string => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
interface Changed {
  displayName?: string;
  role?: UserRole;
  isDisabled?: boolean;
}

interface Changes {
  readonly before: Changed;
  readonly after: Changed;
}

const rightsOf = ({ role, isDisabled }: UserItem): { role: string; isDisabled: boolean } => ({
  role,
  isDisabled,
});
