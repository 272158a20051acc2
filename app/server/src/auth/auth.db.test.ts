import { pbkdf2Sync, randomBytes } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UserRole } from '../common/access.ts';
import { storedRecords } from '../audit/testing/audit-logs.ts';
import { Keyring } from '../common/configuration/keyrings.ts';
import { TooManyRequestsError } from '../common/errors.ts';
import { TEST_TOKEN } from '../database/testing/test-database.ts';
import { Metrics } from '../monitoring/metrics/metrics.ts';
import { createUser } from '../testing/principals.ts';
import { createLoadedApplication, startServer, type TestApplication } from '../testing/test-application.ts';
import { STEP_MS, totpCode } from '../testing/totp-code.ts';

import { Lockout } from './login/lockout.ts';
import { PasswordHasher } from './passwords/hash-queue.ts';

const PASSWORD = 'a quiet river under old bridges';

const wrongCode = (right: string): string => String((Number(right) + 500_000) % 1_000_000).padStart(6, '0');

/** What a browser keeps: the cookie, and the CSRF token of the last answer. */
class Browser {
  readonly #server: () => Parameters<typeof request>[0];
  cookie = '';
  csrf = '';

  constructor(server: () => Parameters<typeof request>[0]) {
    this.#server = server;
  }

  async send(
    method: 'get' | 'post' | 'put' | 'delete' | 'patch',
    path: string,
    body?: object,
  ): Promise<request.Response> {
    const pending = request(this.#server())[method](`/api/v1/${path}`);
    if (this.cookie !== '') void pending.set('Cookie', this.cookie);
    if (this.csrf !== '') void pending.set('X-CSRF-Token', this.csrf);
    const response = await pending.send(body);
    const [set] = response.get('Set-Cookie') ?? [];
    if (set !== undefined) this.cookie = set.split(';')[0] ?? '';
    if (typeof response.body.csrfToken === 'string') this.csrf = response.body.csrfToken;
    return response;
  }
}

describe('signing in', () => {
  let application: TestApplication;
  const server = () => application.app.getHttpServer();
  const browser = () => new Browser(server);

  beforeAll(async () => {
    application = await createLoadedApplication(['000001.SH']);
  });
  afterAll(() => application.close());
  // All tests come from one address, whose failures would add up.
  beforeEach(() => application.database.sql.query('DELETE FROM app.login_failures'));

  it('begins with an administrator made by the bootstrap token, once', async () => {
    const admin = browser();
    expect((await admin.send('get', 'auth/session')).body).toMatchObject({
      user: null,
      needsSetup: true,
      isFirstSetup: true,
    });
    const wrong = await admin.send('post', 'auth/setup', {
      token: 'x',
      username: 'Admin',
      password: PASSWORD,
    });
    expect([wrong.status, wrong.body.detail]).toEqual([401, expect.stringContaining('bootstrap token')]);
    expect(await storedRecords(application.database.sql)).toMatchObject([
      { action: 'user.set-up', outcome: 'refused', actor_id: null },
    ]);
    const weak = await admin.send('post', 'auth/setup', {
      token: TEST_TOKEN,
      username: 'admin',
      password: 'short',
    });
    expect([weak.status, weak.body.errors[0].parameter]).toEqual([400, 'password']);

    const made = await admin.send('post', 'auth/setup', {
      token: TEST_TOKEN,
      username: 'Admin',
      password: PASSWORD,
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      user: { username: 'admin', role: 'admin', mustChangePassword: false, hasSecondFactor: false },
      needsSetup: false,
    });
    const [cookie = ''] = made.get('Set-Cookie') ?? [];
    expect(cookie).toMatch(/^stock-analysis=[\w-]{43}; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/);
    const records = await storedRecords(application.database.sql);
    expect(
      records.filter(({ action, outcome }) => action === 'user.set-up' && outcome === 'success'),
    ).toMatchObject([{ outcome: 'success', object_id: made.body.user.id, actor_id: made.body.user.id }]);
    const again = await browser().send('post', 'auth/setup', {
      token: TEST_TOKEN,
      username: 'two',
      password: PASSWORD,
    });
    expect(again.status).toBe(403);
    const [last] = (await storedRecords(application.database.sql)).slice(-1);
    expect(JSON.parse(last?.record ?? '{}')).toMatchObject({
      ...{ action: 'user.set-up', outcome: 'refused', reason: 'used' },
      ...{ actor: { kind: 'anonymous' }, address: '127.0.0.1' },
    });
  });

  it('tells the page whether a token that waits makes the first administrator or one more', async () => {
    const another = await startServer(application.database, { bootstrapToken: `${TEST_TOKEN}-new` });
    try {
      const { body } = await request(another.getHttpServer()).get('/api/v1/auth/session').expect(200);
      expect(body).toMatchObject({ needsSetup: true, isFirstSetup: false });
    } finally {
      await another.close();
    }
  });

  it('goes on with name and password, and ends', async () => {
    const one = browser();
    const before = one.cookie;
    const signedIn = await one.send('post', 'auth/login', { username: 'ADMIN', password: PASSWORD });
    expect([signedIn.status, signedIn.body.user.username]).toEqual([200, 'admin']);
    expect(one.cookie).not.toBe(before);
    expect((await one.send('get', 'auth/sessions')).body.sessions).toHaveLength(2);
    const unread = await one.send('post', 'auth/logout', { everywhere: true });
    expect(unread.body.errors).toEqual([
      { parameter: 'everywhere', detail: 'is not a known parameter of this request' },
    ]);
    expect((await one.send('post', 'auth/logout', {})).status).toBe(204);
    expect((await one.send('get', 'auth/sessions')).status).toBe(401);
  });

  async function withPassword(role: UserRole): Promise<{ id: string; username: string }> {
    const { id, username } = await createUser(application.app, role);
    const hash = await application.app.get(PasswordHasher).hash(PASSWORD);
    await application.database.sql.query('UPDATE app.users SET password_hash = $2 WHERE id = $1', [id, hash]);
    return { id, username };
  }
  async function signIn(
    username: string,
    password = PASSWORD,
    code?: string,
  ): Promise<[Browser, request.Response]> {
    const one = browser();
    return [
      one,
      await one.send('post', 'auth/login', { username, password, ...(code === undefined ? {} : { code }) }),
    ];
  }
  const problem = ({ status, body }: request.Response): [number, string] => [
    status,
    String(body.type).split('/').at(-1) ?? '',
  ];

  /** By outcome, as the metrics of the process have it. */
  async function loginsCounted(): Promise<(outcome: string) => number> {
    const samples = await application.app.get(Metrics).samples();
    return (outcome) =>
      samples.find(
        ({ name, labels }) => name === 'stock_analysis_logins_total' && labels['outcome'] === outcome,
      )?.value ?? 0;
  }

  it('tells a wrong name and a wrong password apart in nothing', async () => {
    const { username } = await withPassword('viewer');
    const [, wrong] = await signIn(username, 'another password here');
    const [, nobody] = await signIn('nobody-of-this-name', 'another password here');
    expect(problem(wrong)).toEqual([401, 'unauthorized']);
    expect({ ...nobody.body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' });
    expect(wrong.get('Set-Cookie')).toBeUndefined();
  });

  it('makes an account rest after five attempts, also with the right password, and says how long', async () => {
    const { username } = await withPassword('viewer');
    const before = await loginsCounted();
    for (let attempt = 0; attempt < 5; attempt += 1)
      expect(problem((await signIn(username, `wrong ${attempt}`))[1])).toEqual([401, 'unauthorized']);
    const [, refused] = await signIn(username);
    expect(problem(refused)).toEqual([429, 'too-many-requests']);
    const after = await loginsCounted();
    expect([after('refused') - before('refused'), after('locked') - before('locked')]).toEqual([5, 1]);
    expect(Number(refused.get('Retry-After'))).toBeGreaterThan(25);
    const rest = `UPDATE app.login_failures SET locked_until = now() - interval '1 s' WHERE subject LIKE 'account:%'`;
    await application.database.sql.query(rest);
    expect((await signIn(username))[1].status).toBe(200);
    // What was before is forgotten with success.
    expect(problem((await signIn(username, 'wrong'))[1])).toEqual([401, 'unauthorized']);
    expect((await signIn(username))[1].status).toBe(200);
  });

  it('lets no more than five of many attempts at once look at the password', async () => {
    const { username } = await withPassword('viewer');
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(username, 'wrong at once')));
    const statuses = answers.map(([, { status }]) => status);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
  });

  it('lets the owner in while somebody else guesses from elsewhere', async () => {
    const { username } = await withPassword('viewer');
    for (let attempt = 0; attempt < 5; attempt += 1) await signIn(username, `wrong ${attempt}`);
    expect((await signIn(username))[1].status).toBe(429);
    const moved = `UPDATE app.login_failures SET subject = subject || '-elsewhere' WHERE subject LIKE 'account:%:%'`;
    await application.database.sql.query(moved);
    expect((await signIn(username))[1].status).toBe(200);
  });

  it('slows down guessing from many networks, by a minute at most', async () => {
    const lockout = application.app.get(Lockout);
    let longest = 0;
    for (let attempt = 0; attempt < 110; attempt += 1) {
      const from = { name: 'guessed-at', network: `198.51.100.${attempt}` };
      await lockout.beginAttempt(from).catch((error: unknown) => {
        if (!(error instanceof TooManyRequestsError)) throw error;
        longest = Math.max(longest, error.retryAfterSeconds);
      });
      await application.database.sql.query(
        `UPDATE app.login_failures SET locked_until = locked_until - interval '1 hour' WHERE subject = 'account:guessed-at' AND $1`,
        [attempt % 2 === 1],
      );
    }
    expect(longest).toBeGreaterThan(25);
    expect(longest).toBeLessThanOrEqual(60);
  });

  it('does not count what nobody judged', async () => {
    const { username } = await withPassword('viewer');
    const hasher = application.app.get(PasswordHasher);
    const full = vi.spyOn(hasher, 'verify').mockRejectedValue(new TooManyRequestsError('full', 5));
    for (let attempt = 0; attempt < 7; attempt += 1)
      expect((await signIn(username))[1].body.detail).toBe('full');
    full.mockRestore();
    expect((await signIn(username))[1].status).toBe(200);
  });

  it('refuses a password for once that nobody used for a week', async () => {
    const { id, username } = await withPassword('viewer');
    const age = (by: string) =>
      application.database.sql.query(
        'UPDATE app.users SET must_change_password = true, password_changed_at = now() - $2::interval WHERE id = $1',
        [id, by],
      );
    await age('6 days 23 hours');
    expect((await signIn(username))[1].status).toBe(200);
    await age('7 days 1 hour');
    expect(problem((await signIn(username))[1])).toEqual([401, 'unauthorized']);
  });

  it('refuses who is switched off, as if the password were wrong', async () => {
    const { id, username } = await withPassword('viewer');
    await application.database.sql.query('UPDATE app.users SET disabled_at = now() WHERE id = $1', [id]);
    expect(problem((await signIn(username))[1])).toEqual([401, 'unauthorized']);
  });

  it('hashes a password anew whose hash cost less than today', async () => {
    const { id, username } = await withPassword('viewer');
    const weak = pbkdf2Sync(PASSWORD, Buffer.alloc(16, 7), 1000, 32, 'sha256').toString('base64url');
    const stored = `pbkdf2-sha256$1000$${Buffer.alloc(16, 7).toString('base64url')}$${weak}`;
    await application.database.sql.query('UPDATE app.users SET password_hash = $2 WHERE id = $1', [
      id,
      stored,
    ]);
    expect((await signIn(username))[1].status).toBe(200);
    const [row] = await application.database.sql.query<{ hash: string }>(
      'SELECT password_hash AS hash FROM app.users WHERE id = $1',
      [id],
    );
    expect(row?.hash).toMatch(/^pbkdf2-sha256\$600000\$/);
    expect((await signIn(username))[1].status).toBe(200);
  });

  it('changes the password: the token is another, other sessions end', async () => {
    const { username } = await withPassword('viewer');
    const [one] = await signIn(username);
    const [other] = await signIn(username);
    const stolen = one.cookie;
    const next = 'a louder river over new bridges';
    const wrong = await one.send('post', 'auth/password', {
      currentPassword: 'not it at all',
      newPassword: next,
    });
    expect(problem(wrong)).toEqual([401, 'unauthorized']);
    expect(wrong.body.errors).toEqual([{ parameter: 'currentPassword', detail: 'is not the password' }]);
    const same = await one.send('post', 'auth/password', {
      currentPassword: PASSWORD,
      newPassword: PASSWORD,
    });
    expect(same.body.errors[0].parameter).toBe('newPassword');
    const weak = await one.send('post', 'auth/password', { currentPassword: PASSWORD, newPassword: 'short' });
    expect(weak.body.errors[0].parameter).toBe('newPassword');
    const changed = await one.send('post', 'auth/password', { currentPassword: PASSWORD, newPassword: next });
    expect(changed.status).toBe(200);
    expect(one.cookie).not.toBe(stolen);
    expect((await one.send('get', 'account')).status).toBe(200);
    expect((await other.send('get', 'account')).status).toBe(401);
    const thief = browser();
    thief.cookie = stolen;
    expect((await thief.send('get', 'account')).status).toBe(401);
    expect(problem((await signIn(username))[1])).toEqual([401, 'unauthorized']);
    expect((await signIn(username, next))[1].status).toBe(200);
  });

  it('asks for the password again before a sensitive action, and gives another token for it', async () => {
    const { id, username } = await withPassword('viewer');
    const [one] = await signIn(username);
    await application.database.sql.query(
      `UPDATE app.sessions SET stepped_up_at = now() - interval '11 minutes' WHERE user_id = $1`,
      [id],
    );
    const order = { name: 'notebook', scopes: ['market:read'] };
    expect(problem(await one.send('post', 'api-keys', order))).toEqual([403, 'step-up-required']);
    expect(problem(await one.send('post', 'auth/step-up', { password: 'wrong' }))).toEqual([
      401,
      'unauthorized',
    ]);
    const before = one.cookie;
    expect((await one.send('post', 'auth/step-up', { password: PASSWORD })).body.isSteppedUp).toBe(true);
    expect(one.cookie).not.toBe(before);
    expect((await one.send('post', 'api-keys', order)).status).toBe(201);
  });

  it('ends a session that nobody used for eight hours, and every one after a week', async () => {
    const { id, username } = await withPassword('viewer');
    const [idle] = await signIn(username);
    const [old] = await signIn(username);
    const age = (column: string, by: string) =>
      application.database.sql.query(
        column === 'last_seen_at'
          ? 'UPDATE app.sessions SET last_seen_at = last_seen_at - $2::interval WHERE user_id = $1'
          : 'UPDATE app.sessions SET expires_at = expires_at - $2::interval WHERE user_id = $1',
        [id, by],
      );
    await age('last_seen_at', '7 hours 59 minutes');
    expect((await idle.send('get', 'account')).status).toBe(200);
    await age('last_seen_at', '8 hours');
    expect((await idle.send('get', 'account')).status).toBe(401);
    await age('last_seen_at', '-8 hours');
    await age('expires_at', '7 days');
    expect((await old.send('get', 'account')).status).toBe(401);
  });

  it('asks nobody for another password because of its age', async () => {
    const { id, username } = await withPassword('viewer');
    await application.database.sql.query(
      `UPDATE app.users SET password_changed_at = now() - interval '5 years' WHERE id = $1`,
      [id],
    );
    expect((await signIn(username))[1].body.user.mustChangePassword).toBe(false);
  });

  it('wants a second factor once there is one, counts each code once, and takes recovery codes', async () => {
    const { id, username } = await withPassword('analyst');
    const [one] = await signIn(username);
    const { body: enrolment } = await one.send('post', 'auth/second-factor');
    expect(enrolment.uri).toContain(`:${username}?secret=${enrolment.secret}`);
    // Not confirmed, so it does not count yet.
    expect((await signIn(username))[1].status).toBe(200);
    const now = Date.now();
    const code = (step = 0) => totpCode(enrolment.secret, now + step * STEP_MS);
    expect((await one.send('post', 'auth/second-factor/confirm', { code: wrongCode(code()) })).status).toBe(
      400,
    );
    const confirmed = await one.send('post', 'auth/second-factor/confirm', { code: code() });
    expect(confirmed.body.recoveryCodes).toHaveLength(10);

    expect(problem((await signIn(username))[1])).toEqual([401, 'second-factor-required']);
    // The one that confirmed it was used.
    expect(problem((await signIn(username, PASSWORD, code()))[1])).toEqual([401, 'unauthorized']);
    expect((await signIn(username, PASSWORD, code(1)))[1].body.user.hasSecondFactor).toBe(true);
    const [recovery] = confirmed.body.recoveryCodes;
    expect((await signIn(username, PASSWORD, recovery))[1].status).toBe(200);
    expect(problem((await signIn(username, PASSWORD, recovery))[1])).toEqual([401, 'unauthorized']);

    const [row] = await application.database.sql.query<{ secret: string }>(
      'SELECT totp_secret AS secret FROM app.users WHERE id = $1',
      [id],
    );
    expect(row?.secret).toMatch(/^v1\.test\./);
    expect(row?.secret).not.toContain(enrolment.secret);
    expect((await one.send('delete', 'auth/second-factor')).status).toBe(204);
    expect((await signIn(username))[1].status).toBe(200);
  });

  it('is not gone around by changing the password', async () => {
    const { id, username } = await withPassword('analyst');
    const [one] = await signIn(username);
    const { body } = await one.send('post', 'auth/second-factor');
    await one.send('post', 'auth/second-factor/confirm', { code: totpCode(body.secret) });
    await application.database.sql.query(
      `UPDATE app.sessions SET stepped_up_at = now() - interval '11 minutes' WHERE user_id = $1`,
      [id],
    );
    const passwords = { currentPassword: PASSWORD, newPassword: 'a louder river over new bridges' };
    expect(problem(await one.send('post', 'auth/password', passwords))).toEqual([403, 'step-up-required']);
    expect(problem(await one.send('post', 'auth/step-up', { password: PASSWORD }))).toEqual([
      401,
      'second-factor-required',
    ]);
    expect(problem(await one.send('delete', 'auth/second-factor'))).toEqual([403, 'step-up-required']);
  });

  it('cannot be made to try codes for ever by giving the right password between', async () => {
    const { username } = await withPassword('analyst');
    const [one] = await signIn(username);
    const { body } = await one.send('post', 'auth/second-factor');
    const right = totpCode(body.secret);
    await one.send('post', 'auth/second-factor/confirm', { code: right });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) {
      statuses.push((await signIn(username, PASSWORD, wrongCode(right)))[1].status);
      await signIn(username);
    }
    expect(statuses).toContain(429);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
  });

  it('is how a new user begins: with a password for once, and nothing else before another', async () => {
    const admin = browser();
    await admin.send('post', 'auth/login', { username: 'admin', password: PASSWORD });
    const created = await admin.send('post', 'users', { username: 'Li.Wei', role: 'analyst' });
    expect(created.body).toMatchObject({
      username: 'li.wei',
      displayName: 'li.wei',
      role: 'analyst',
      mustChangePassword: true,
    });
    expect((await admin.send('post', 'users', { username: 'li.wei', role: 'viewer' })).status).toBe(409);
    const [one] = await signIn('li.wei', created.body.oneTimePassword);
    expect(problem(await one.send('get', 'account'))).toEqual([403, 'password-change-required']);
    // Whoever handed it over would know the lasting one.
    const { oneTimePassword } = created.body;
    for (const newPassword of [
      oneTimePassword,
      oneTimePassword.replaceAll('-', ''),
      oneTimePassword.toUpperCase(),
      `${oneTimePassword} 2026`,
    ]) {
      const { body } = await one.send('post', 'auth/password', {
        currentPassword: oneTimePassword,
        newPassword,
      });
      expect(body.errors).toEqual([
        { parameter: 'newPassword', detail: 'must be another one than the one until now' },
      ]);
    }
    const passwords = { currentPassword: created.body.oneTimePassword, newPassword: PASSWORD };
    expect((await one.send('post', 'auth/password', passwords)).body.user.mustChangePassword).toBe(false);
    expect((await one.send('get', 'account')).body.username).toBe('li.wei');

    const reset = await admin.send('post', `users/${created.body.id}/password-reset`);
    expect((await one.send('get', 'account')).status).toBe(401);
    expect((await signIn('li.wei', reset.body.oneTimePassword))[1].status).toBe(200);
  });

  it('never loses the last administrator', async () => {
    await application.database.sql.query(
      `DELETE FROM app.users WHERE username <> 'admin' AND role = 'admin'`,
    );
    const admin = browser();
    const { body } = await admin.send('post', 'auth/login', { username: 'admin', password: PASSWORD });
    const { id } = body.user;
    expect((await admin.send('patch', `users/${id}`, { role: 'viewer' })).status).toBe(409);
    expect((await admin.send('patch', `users/${id}`, { isDisabled: true })).status).toBe(409);
    expect((await admin.send('delete', 'account')).status).toBe(409);
    const second = await createUser(application.app, 'admin');
    const removals = await Promise.all([
      admin.send('delete', 'account'),
      request(server()).delete('/api/v1/account').set(second.session),
    ]);
    expect(removals.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 409]);
  });

  it('again in the same browser ends the session that it had', async () => {
    const { username } = await withPassword('viewer');
    const [one, first] = await signIn(username);
    const [old = ''] = (first.get('Set-Cookie')?.[0] ?? '').split(';');
    const { body: before } = await one.send('get', 'auth/sessions');
    await one.send('post', 'auth/login', { username, password: PASSWORD });
    const { body: after } = await one.send('get', 'auth/sessions');
    expect(after.sessions).toHaveLength(before.sessions.length);
    const thief = browser();
    thief.cookie = old;
    expect((await thief.send('get', 'account')).status).toBe(401);
    const [last] = (await storedRecords(application.database.sql)).slice(-1);
    expect(JSON.parse(last?.record ?? '{}')).toMatchObject({
      action: 'session.login',
      after: { replaced: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  it('with a second factor whose key is lost says so, and records it', async () => {
    const { id, username } = await withPassword('viewer');
    const [one] = await signIn(username);
    const { secret } = (await one.send('post', 'auth/second-factor')).body;
    const code = totpCode(secret);
    const { recoveryCodes } = (await one.send('post', 'auth/second-factor/confirm', { code })).body;
    const other = (kid: string): Keyring => {
      const active = { kid, state: 'active', key: randomBytes(32) } as const;
      return new Keyring([active], active);
    };
    const keyrings = { session: other('a'), pepper: other('b'), encryption: other('c') };
    const without = await startServer(application.database, { keyrings });
    try {
      for (const shown of [totpCode(secret, Date.now() + STEP_MS), recoveryCodes[0]]) {
        const { status, body } = await request(without.getHttpServer())
          .post('/api/v1/auth/login')
          .send({ username, password: PASSWORD, code: shown });
        expect([status, body.type.split('/').at(-1)]).toEqual([409, 'second-factor-unreadable']);
        expect(body.detail).toContain('an administrator has to remove it');
        const [last] = (await storedRecords(application.database.sql)).slice(-1);
        expect(JSON.parse(last?.record ?? '{}')).toMatchObject({
          ...{ action: 'session.login-refused', outcome: 'failed', reason: 'second-factor-unreadable' },
          object: { kind: 'user', id },
        });
      }
    } finally {
      await without.close();
    }
  });

  it('is refused to a page of another site, and without the token of this one', async () => {
    const { username } = await withPassword('viewer');
    const foreign = await request(server())
      .post('/api/v1/auth/login')
      .set('Origin', 'https://evil.example')
      .send({ username, password: PASSWORD });
    expect(foreign.status).toBe(403);
    const site = await request(server())
      .post('/api/v1/auth/login')
      .set('Sec-Fetch-Site', 'same-site')
      .send({ username, password: PASSWORD });
    expect(site.status).toBe(403);
    const [one] = await signIn(username);
    const [other] = await signIn(username);
    one.csrf = other.csrf;
    expect(problem(await one.send('post', 'auth/logout'))).toEqual([403, 'csrf-token']);
  });

  it('exports and removes an account', async () => {
    const { id, username } = await withPassword('viewer');
    const [one] = await signIn(username);
    await one.send('post', 'api-keys', { name: 'notebook', scopes: ['market:read'] });
    await one.send('put', 'account/secrets/ai-api-key/one', { value: 'sk-something-to-keep' });
    const { body } = await one.send('get', 'account/export');
    expect(body).toMatchObject({
      user: { id, username },
      sessions: expect.arrayContaining([expect.objectContaining({ address: '127.0.0.1' })]),
      apiKeys: [{ name: 'notebook' }],
      secrets: [{ kind: 'ai-api-key', name: 'one' }],
      secondFactorSince: null,
    });
    expect(JSON.stringify(body)).not.toContain('something-to-keep');
    expect(JSON.stringify(body)).not.toMatch(/pbkdf2|sha256|hmac/i);
    expect((await one.send('delete', 'account')).status).toBe(204);
    expect((await signIn(username))[1].status).toBe(401);
    for (const table of ['users', 'sessions', 'api_keys'])
      expect(
        await application.database.sql.query(
          table === 'users'
            ? 'SELECT FROM app.users WHERE id = $1'
            : table === 'sessions'
              ? 'SELECT FROM app.sessions WHERE user_id = $1'
              : 'SELECT FROM app.api_keys WHERE user_id = $1',
          [id],
        ),
      ).toEqual([]);
  });

  it('over HTTPS has a cookie whose name the browser itself watches over', async () => {
    const { username } = await withPassword('viewer');
    const { security } = application.database.configuration('server');
    const behindProxy = await startServer(application.database, {
      security: { ...security, trustedProxies: ['127.0.0.1/32'] },
    });
    try {
      const ask = (method: 'get' | 'post', path: string) =>
        request(behindProxy.getHttpServer())[method](`/api/v1/${path}`).set('X-Forwarded-Proto', 'https');
      const answer = await ask('post', 'auth/login').send({ username, password: PASSWORD }).expect(200);
      const [cookie = ''] = answer.get('Set-Cookie') ?? [];
      expect(cookie).toMatch(
        /^__Host-stock-analysis=[\w-]{43}; Path=\/; Expires=.*; HttpOnly; Secure; SameSite=Lax$/,
      );
      const [pair = ''] = cookie.split(';');
      await ask('get', 'account').set('Cookie', pair).expect(200);
      // What plain HTTP could have planted is no session here, and two of a name are none.
      await ask('get', 'account').set('Cookie', pair.replace('__Host-', '')).expect(401);
      await ask('get', 'account').set('Cookie', `${pair}; ${pair}`).expect(401);
    } finally {
      await behindProxy.close();
    }
  });

  it('has the browser forget what it was shown when it ends', async () => {
    const { username } = await withPassword('viewer');
    const [one] = await signIn(username);
    const out = await one.send('post', 'auth/logout');
    expect(out.get('Clear-Site-Data')).toBe('"cache", "storage"');
    expect(out.get('Set-Cookie')?.[0]).toMatch(/^stock-analysis=; Path=\/; Expires=Thu, 01 Jan 1970/);
  });

  it('and all that goes with it stands in the audit log, without names and secrets', async () => {
    const { id, username } = await withPassword('analyst');
    const from = (await storedRecords(application.database.sql)).length;
    await signIn(username, 'not the right one');
    await signIn('a-password-in-the-wrong-field');
    const [one] = await signIn(username);
    await one.send('post', 'auth/step-up', { password: PASSWORD });
    const { body: key } = await one.send('post', 'api-keys', { name: 'notebook', scopes: ['market:read'] });
    await one.send('post', `api-keys/${key.id}/rotate`, {});
    await one.send('delete', `api-keys/${key.id}`);
    await one.send('post', 'auth/logout');
    const records = (await storedRecords(application.database.sql)).slice(from);
    expect(records.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['session.login-refused', 'refused'],
      ['session.login-refused', 'refused'],
      ['session.login', 'success'],
      ['session.step-up', 'success'],
      ['api-key.create', 'success'],
      ['api-key.rotate', 'success'],
      ['api-key.revoke', 'success'],
      ['session.logout', 'success'],
    ]);
    const actors = records.map(({ actor_id: actor }) => actor);
    expect(actors).toEqual([null, null, ...Array.from({ length: 6 }, () => id)]);
    expect(records.map(({ record }) => record).join()).not.toMatch(
      new RegExp(`${username}|wrong-field|not the right|${key.text}|${PASSWORD}`),
    );
  });
});
