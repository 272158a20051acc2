import type { INestApplication } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { ApiKeys } from '../api-keys/api-keys.service.ts';
import { impossibleHash } from '../auth/passwords/password-hash.ts';
import { CsrfTokens } from '../auth/sessions/csrf.ts';
import { Sessions } from '../auth/sessions/sessions.service.ts';
import { type Scope, SCOPES, type UserRole } from '../common/access.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database } from '../database/sql.ts';

/** Headers by which a request is somebody's. */
export type PrincipalHeaders = Readonly<Record<string, string>>;

export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly sessionId: string;
  /** A session over plain HTTP, whose password was given a moment ago. */
  readonly session: PrincipalHeaders;
}

/** A user who is signed in. Nobody can sign in as them: there is no such password. */
export async function createUser(app: INestApplication, role: UserRole): Promise<TestUser> {
  const database: Database = app.get(DATABASE);
  const username = `${role}-${randomBytes(4).toString('hex')}`;
  const [user] = await database.query<{ id: string }>(
    `INSERT INTO app.users (username, display_name, role, password_hash) VALUES ($1, $1, $2, $3) RETURNING id`,
    [username, role, impossibleHash()],
  );
  const id = user?.id ?? '';
  const session = await app.get(Sessions).begin(id);
  return {
    id,
    username,
    sessionId: session.id,
    session: {
      Cookie: `stock-analysis=${session.token}`,
      'X-CSRF-Token': app.get(CsrfTokens).issue(session.id),
    },
  };
}

/** A key of this user that opens `scopes`. */
export async function createKey(
  app: INestApplication,
  userId: string,
  scopes: readonly Scope[] = SCOPES,
): Promise<PrincipalHeaders> {
  const { text } = await app.get(ApiKeys).create(userId, { name: 'test', scopes, expiresInDays: 1 });
  return { Authorization: `Bearer ${text}` };
}

/** A key of a new user who may order loads and decide about rows. */
export async function createOperatorKey(app: INestApplication): Promise<PrincipalHeaders> {
  const { id } = await createUser(app, 'operator');
  return createKey(app, id, ['market:read', 'market:write']);
}
