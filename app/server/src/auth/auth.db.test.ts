import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_TOKEN } from '../database/testing/test-database.ts';
import { createLoadedApplication, type TestApplication } from '../testing/test-application.ts';

const PASSWORD = 'a quiet river under old bridges';

/** What a browser keeps: the cookie, and the CSRF token of the last answer. */
class Browser {
  readonly #server: () => Parameters<typeof request>[0];
  cookie = '';
  csrf = '';

  constructor(server: () => Parameters<typeof request>[0]) {
    this.#server = server;
  }

  async send(
    method: 'get' | 'post' | 'delete' | 'patch',
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

  it('begins with an administrator made by the bootstrap token, once', async () => {
    const admin = browser();
    expect((await admin.send('get', 'auth/session')).body).toMatchObject({ user: null, needsSetup: true });
    const wrong = await admin.send('post', 'auth/setup', {
      token: 'x',
      username: 'Admin',
      password: PASSWORD,
    });
    expect([wrong.status, wrong.body.detail]).toEqual([401, expect.stringContaining('bootstrap token')]);
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
    const again = await browser().send('post', 'auth/setup', {
      token: TEST_TOKEN,
      username: 'two',
      password: PASSWORD,
    });
    expect(again.status).toBe(403);
  });

  it('goes on with name and password, and ends', async () => {
    const one = browser();
    const before = one.cookie;
    const signedIn = await one.send('post', 'auth/login', { username: 'ADMIN', password: PASSWORD });
    expect([signedIn.status, signedIn.body.user.username]).toEqual([200, 'admin']);
    expect(one.cookie).not.toBe(before);
    expect((await one.send('get', 'auth/sessions')).body.sessions).toHaveLength(2);
    expect((await one.send('post', 'auth/logout')).status).toBe(204);
    expect((await one.send('get', 'auth/sessions')).status).toBe(401);
  });
});
