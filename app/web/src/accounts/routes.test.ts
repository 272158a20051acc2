// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prompt, session } from '../session.ts';
import { leave, refused, serve, stateOf, WANG } from '../testing/page.ts';
import { client } from '../client.ts';
import { account, apiKeys, audit, auth, secrets, users } from './routes.ts';

/** As much of every answer as the page looks into. */
const ANSWER = { ...stateOf(WANG), users: [], nextCursor: null };
const { signal } = new AbortController();
const { signIn: _signIn, setUp: _setUp, stepUp: _stepUp, signOut: _signOut, ...guarded } = auth;
const { exportPath, ...log } = audit;

type Calls<T> = Readonly<Record<keyof T, () => Promise<unknown>>>;

// By name, so that a route that is added later is no part of this only where the compiler was silenced.
const OWN: Calls<typeof guarded & typeof account> = {
  changePassword: () => auth.changePassword({ currentPassword: 'a', newPassword: 'b' }),
  rename: () => account.rename('王'),
  remove: () => account.remove(),
  sessions: () => account.sessions(signal),
  endSession: () => account.endSession('1'),
  endOtherSessions: () => account.endOtherSessions(),
  secondFactor: () => account.secondFactor(signal),
  enrol: () => account.enrol(),
  confirm: () => account.confirm('123456'),
  renewCodes: () => account.renewCodes(),
  removeSecondFactor: () => account.removeSecondFactor(),
};
const SECRETS: Calls<typeof secrets> = {
  list: () => secrets.list(signal),
  put: () => secrets.put('ai-api-key', 'default', 'value'),
  remove: () => secrets.remove('ai-api-key', 'default'),
};
const API_KEYS: Calls<typeof apiKeys> = {
  list: () => apiKeys.list(signal),
  create: () => apiKeys.create({ name: 'notebook', scopes: ['market:read'], expiresInDays: 90 }),
  rotate: () => apiKeys.rotate('1', 24),
  revoke: () => apiKeys.revoke('1'),
};
const USERS: Calls<typeof users> = {
  list: () => users.list(undefined, signal),
  names: () => users.names(signal),
  create: () => users.create({ username: 'li', role: 'viewer' }),
  change: () => users.change('1', { role: 'viewer' }),
  resetPassword: () => users.resetPassword('1'),
  revokeAccess: () => users.revokeAccess('1'),
  removeSecondFactor: () => users.removeSecondFactor('1'),
  remove: () => users.remove('1'),
};
const AUDIT: Calls<typeof log> = { list: () => audit.list({}, undefined, signal) };
const FILES = {
  account: () => client.file('/api/v1/account/export'),
  audit: () => client.file(exportPath('csv', '2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z')),
};

const ALL = Object.entries({ OWN, SECRETS, API_KEYS, USERS, AUDIT, FILES }).flatMap(([group, calls]) =>
  Object.entries(calls).map(([name, call]) => [`${group} ${name}`, call] as const),
);

beforeEach(() => {
  session.value = stateOf(WANG, 'stale');
});
afterEach(leave);

describe('what the server may want the password for once more', () => {
  it.each(ALL)('is repeated when it was given: %s', async (_name, call) => {
    const sent = serve(() =>
      session.value?.csrfToken === 'stale' ? refused(403, 'step-up-required') : ANSWER,
    );
    const answer = call();
    await expect.poll(() => prompt.value?.kind).toBe('step-up');
    session.value = stateOf(WANG, 'fresh');
    prompt.value?.settle(true);
    await answer;
    expect(sent).toHaveLength(2);
    const [first, second] = sent;
    expect(second).toEqual({ ...first, csrfToken: first?.csrfToken === null ? null : 'fresh' });
  });
});

describe('what says who one is', () => {
  it.each([
    ['sign-in', () => auth.signIn({ username: 'wang', password: 'a' })],
    ['set-up', () => auth.setUp({ token: 't', username: 'wang', password: 'a' })],
    ['step-up', () => auth.stepUp({ password: 'a' })],
    ['sign-out', () => auth.signOut()],
  ])('is left to its form: %s', async (_name, call) => {
    for (const kind of ['unauthorized', 'step-up-required', 'second-factor-required']) {
      const sent = serve(() => refused(401, kind));
      await expect(call()).rejects.toMatchObject({ kind });
      expect([sent.length, prompt.value]).toEqual([1, undefined]);
    }
  });
});
