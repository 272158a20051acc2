import { client } from '../client.ts';
import { queryText, type Wanted } from '../http.ts';
import { toAccount } from '../place.ts';
import { owes, session, type SessionState, type User, type UserRole } from '../session.ts';
import type {
  ApiKey,
  AuditFilter,
  AuditPage,
  Enrolment,
  NewApiKey,
  NewUser,
  RecoveryCodes,
  Scope,
  SecondFactorState,
  SecretKind,
  SessionItem,
  UserPage,
  UserSecret,
} from './types.ts';

const API = '/api/v1';

const get = <T>(path: string, signal: AbortSignal): Promise<T> => client.send(`${API}${path}`, { signal });
const send = <T>(method: Wanted['method'] & string, path: string, body?: unknown): Promise<T> =>
  client.send(`${API}${path}`, { method, ...(body === undefined ? {} : { body }) });

/** Of what follows the page knows by the answer who is signed in; its form deals with every refusal but those of `overcomes`. */
async function changeSession(path: string, body: unknown, overcomes: readonly string[] = []): Promise<void> {
  session.value = await client.send<SessionState>(`${API}/auth/${path}`, { method: 'POST', body, overcomes });
  if (owes.value) toAccount();
}

interface Proof {
  readonly password: string;
  readonly code?: string | undefined;
}

interface Setup {
  readonly token: string;
  readonly username: string;
  readonly displayName?: string | undefined;
  readonly password: string;
}

export const auth = {
  signIn: (body: Proof & { readonly username: string }): Promise<void> => changeSession('login', body),
  setUp: (body: Setup): Promise<void> => changeSession('setup', body),
  stepUp: (body: Proof): Promise<void> => changeSession('step-up', body),
  // A wrong password is no session that ended: to send it again would count as another attempt.
  changePassword: (body: { readonly currentPassword: string; readonly newPassword: string }): Promise<void> =>
    changeSession('password', body, ['csrf-token', 'step-up-required']),
  /** Nobody is asked to sign in for it. */
  signOut: (): Promise<void> => client.send(`${API}/auth/logout`, { method: 'POST', overcomes: [] }),
};

export const account = {
  rename: (displayName: string): Promise<User> => send('PATCH', '/account', { displayName }),
  remove: (): Promise<void> => send('DELETE', '/account'),
  sessions: async (signal: AbortSignal): Promise<readonly SessionItem[]> =>
    (await get<{ sessions: readonly SessionItem[] }>('/auth/sessions', signal)).sessions,
  endSession: (id: string): Promise<void> => send('DELETE', `/auth/sessions/${id}`),
  endOtherSessions: (): Promise<{ revoked: number }> => send('DELETE', '/auth/sessions'),
  secondFactor: (signal: AbortSignal): Promise<SecondFactorState> => get('/auth/second-factor', signal),
  enrol: (): Promise<Enrolment> => send('POST', '/auth/second-factor'),
  confirm: (code: string): Promise<RecoveryCodes> => send('POST', '/auth/second-factor/confirm', { code }),
  renewCodes: (): Promise<RecoveryCodes> => send('POST', '/auth/second-factor/recovery-codes'),
  removeSecondFactor: (): Promise<void> => send('DELETE', '/auth/second-factor'),
};

const secretPath = (kind: SecretKind, name: string): string =>
  `/account/secrets/${kind}/${encodeURIComponent(name)}`;

export const secrets = {
  list: async (signal: AbortSignal): Promise<readonly UserSecret[]> =>
    (await get<{ items: readonly UserSecret[] }>('/account/secrets', signal)).items,
  put: (kind: SecretKind, name: string, value: string): Promise<UserSecret> =>
    send('PUT', secretPath(kind, name), { value }),
  remove: (kind: SecretKind, name: string): Promise<void> => send('DELETE', secretPath(kind, name)),
};

interface ApiKeyWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresInDays: number;
}

export const apiKeys = {
  list: async (signal: AbortSignal): Promise<readonly ApiKey[]> =>
    (await get<{ apiKeys: readonly ApiKey[] }>('/api-keys', signal)).apiKeys,
  create: (wish: ApiKeyWish): Promise<NewApiKey> => send('POST', '/api-keys', wish),
  rotate: (id: string, overlapHours: number): Promise<NewApiKey> =>
    send('POST', `/api-keys/${id}/rotate`, { overlapHours }),
  revoke: (id: string): Promise<void> => send('DELETE', `/api-keys/${id}`),
};

interface UserWish {
  readonly username: string;
  readonly displayName?: string | undefined;
  readonly role: UserRole;
}

export const users = {
  list: (cursor: string | undefined, signal: AbortSignal): Promise<UserPage> =>
    get(`/users${queryText({ cursor })}`, signal),
  /** Who is who: of the first thousand, more than are looked for by eye. */
  names: async (signal: AbortSignal): Promise<readonly User[]> => {
    const all: User[] = [];
    let cursor: string | undefined;
    do {
      const page = await get<UserPage>(`/users${queryText({ cursor, limit: '200' })}`, signal);
      all.push(...page.users);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && all.length < 1000);
    return all;
  },
  create: (wish: UserWish): Promise<NewUser> => send('POST', '/users', wish),
  change: (id: string, change: { readonly role?: UserRole; readonly isDisabled?: boolean }): Promise<User> =>
    send('PATCH', `/users/${id}`, change),
  resetPassword: (id: string): Promise<{ oneTimePassword: string }> =>
    send('POST', `/users/${id}/password-reset`),
  revokeAccess: (id: string): Promise<{ sessions: number; apiKeys: number; oneTimePasswords?: number }> =>
    send('POST', `/users/${id}/revoke-access`),
  removeSecondFactor: (id: string): Promise<void> => send('DELETE', `/users/${id}/second-factor`),
  remove: (id: string): Promise<void> => send('DELETE', `/users/${id}`),
};

export const audit = {
  list: (filter: AuditFilter, cursor: string | undefined, signal: AbortSignal): Promise<AuditPage> =>
    get(`/audit${queryText({ ...filter, cursor })}`, signal),
  exportPath: (format: 'csv' | 'ndjson', from: string, to: string): string =>
    `${API}/audit/export${queryText({ format, from, to })}`,
};
