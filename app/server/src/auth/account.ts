import type { Principal, UserRole } from '../common/access.ts';
import { UnauthorizedError } from '../common/errors.ts';
import type { UserItem } from '../common/user.dto.ts';
import type { Sql } from '../database/sql.ts';

/** What signing in needs to know of a user, and nobody is shown. */
export interface Account extends UserItem {
  readonly passwordHash: string;
  /** When the password was set, exactly as the database has it: another text means another password. */
  readonly passwordSet: string;
  readonly passwordChangedAt: Date;
  /** In its envelope; null where there is no second factor. */
  readonly totpSecret: string | null;
  readonly secondFactorSince: Date | null;
}

const SHOWN = `id, username, display_name AS "displayName", role, disabled_at IS NOT NULL AS "isDisabled",
  totp_confirmed_at IS NOT NULL AS "hasSecondFactor", must_change_password AS "mustChangePassword",
  created_at AS "createdAt", last_login_at AS "lastLoginAt"`;

const ALL = `${SHOWN}, password_hash AS "passwordHash", password_changed_at::text AS "passwordSet",
  password_changed_at AS "passwordChangedAt", totp_secret AS "totpSecret",
  totp_confirmed_at AS "secondFactorSince"`;

/** @param username in lower case, as it is stored */
export async function accountByName(sql: Sql, username: string): Promise<Account | undefined> {
  const [account] = await sql.query<Account>(`SELECT ${ALL} FROM app.users WHERE username = $1`, [username]);
  return account;
}

/** The account of somebody who signed in. */
export async function accountById(sql: Sql, id: string): Promise<Account> {
  const [account] = await sql.query<Account>(`SELECT ${ALL} FROM app.users WHERE id = $1`, [id]);
  if (account === undefined) throw new Error(`there is no user ${id}`);
  return account;
}

export async function userById(sql: Sql, id: string): Promise<UserItem | undefined> {
  const [user] = await sql.query<UserItem>(`SELECT ${SHOWN} FROM app.users WHERE id = $1`, [id]);
  return user;
}

/** By name, those after `after`; undefined: from the first one. */
export async function usersAfter(sql: Sql, after: string | undefined, limit: number): Promise<UserItem[]> {
  return sql.query<UserItem>(
    `SELECT ${SHOWN} FROM app.users WHERE $1::text IS NULL OR username > $1 ORDER BY username LIMIT $2`,
    [after ?? null, limit],
  );
}

/** Who it was, for the audit log, where the request itself has just shown it. */
export function asActor({ id, role }: { id: string; role: UserRole }, session: { id: string }): Principal {
  return { kind: 'session', userId: id, role, sessionId: session.id };
}

/**
 * Holds the account until the end of the transaction. A password is looked at for a while, and what was reset or switched
 * off meanwhile must not be signed in with.
 */
export async function requireUnchanged(sql: Sql, { id, passwordSet }: Account): Promise<void> {
  const same = await sql.query(
    `SELECT FROM app.users WHERE id = $1 AND password_changed_at::text = $2 AND disabled_at IS NULL FOR NO KEY UPDATE`,
    [id, passwordSet],
  );
  if (same.length === 0) throw new UnauthorizedError('user name or password is not right');
}
