import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createUser, type PrincipalHeaders, type TestUser } from '../../testing/principals.ts';
import { createEmptyApplication, type TestApplication } from '../../testing/test-application.ts';
import { PasswordHasher } from '../passwords/hash-queue.ts';

const PASSWORD = 'a quiet river under old bridges';
const WRONG = 'a quiet river under new bridges';

describe('a network that rests after failures', () => {
  let application: TestApplication;
  let hash: string;

  beforeAll(async () => {
    application = await createEmptyApplication();
    hash = await application.app.get(PasswordHasher).hash(PASSWORD);
  });
  afterAll(() => application.close());
  beforeEach(() => application.database.sql.query('DELETE FROM app.login_failures'));

  async function withPassword(): Promise<TestUser> {
    const user = await createUser(application.app, 'viewer');
    await application.database.sql.query('UPDATE app.users SET password_hash = $2 WHERE id = $1', [
      user.id,
      hash,
    ]);
    return user;
  }

  /** As thirty failures of others leave it. */
  const rest = () =>
    application.database.sql.query(
      `INSERT INTO app.login_failures VALUES ('address:127.0.0.1', 31, now() + interval '5 minutes', now())`,
    );

  const post = (path: string, body: object, headers: PrincipalHeaders = {}) =>
    request(application.app.getHttpServer()).post(`/api/v1/auth/${path}`).set(headers).send(body);
  const signIn = (username: string, password = PASSWORD) => post('login', { username, password });
  const stepUp = ({ session }: TestUser, password = PASSWORD) => post('step-up', { password }, session);

  it('stops nobody who is signed in from giving the password again', async () => {
    const user = await withPassword();
    await rest();
    await stepUp(user).expect(200);
  });

  it('stops nobody who is signed in from changing the password', async () => {
    const { session } = await withPassword();
    await rest();
    await post('password', { currentPassword: PASSWORD, newPassword: WRONG }, session).expect(200);
  });

  it('lets in who signed in from there before, and no stranger', async () => {
    const [known, stranger] = [await withPassword(), await withPassword()];
    await signIn(known.username).expect(200);
    await rest();
    await signIn(known.username).expect(200);
    const refused = await signIn(stranger.username).expect(429);
    expect(Number(refused.get('Retry-After'))).toBeGreaterThan(290);
  });

  it('does not tell who signed in from there before', async () => {
    const [known, stranger] = [await withPassword(), await withPassword()];
    await signIn(known.username).expect(200);
    await rest();
    const { app } = application;
    const nothing = vi.spyOn(app.get(PasswordHasher), 'verifyAgainstNothing');
    const something = vi.spyOn(app.get(PasswordHasher), 'verify');
    const seen = new Set<string>();
    // The account of the one who is known rests too, after five.
    for (let attempt = 0; attempt < 7; attempt += 1)
      for (const username of [known.username, stranger.username, 'nobody-of-this-name']) {
        const before = nothing.mock.calls.length + something.mock.calls.length;
        const { status, body } = await signIn(username, WRONG);
        seen.add(`${status} ${body.type} ${body.detail.replace(/\d+ s$/, 'N s')}`);
        expect(Number(/(\d+) s$/.exec(body.detail)?.[1])).toBeGreaterThan(200);
        // A hash takes long enough to be seen from outside: each attempt has one.
        expect(nothing.mock.calls.length + something.mock.calls.length).toBeGreaterThan(before);
      }
    expect([...seen]).toEqual([
      '429 https://stockanalysis.dev/problems/too-many-requests too many attempts to sign in; try again in N s',
    ]);
    expect(something.mock.calls.length).toBeLessThanOrEqual(5);
    nothing.mockRestore();
    something.mockRestore();
  });
});

describe('a session', () => {
  let application: TestApplication;
  let hash: string;

  beforeAll(async () => {
    application = await createEmptyApplication();
    hash = await application.app.get(PasswordHasher).hash(PASSWORD);
  });
  afterAll(() => application.close());

  it("has five attempts of its own, which are nobody else's", async () => {
    const { app, database } = application;
    const user = await createUser(app, 'viewer');
    await database.sql.query('UPDATE app.users SET password_hash = $2 WHERE id = $1', [user.id, hash]);
    const server = app.getHttpServer();
    const stepUp = (password: string, headers: PrincipalHeaders) =>
      request(server).post('/api/v1/auth/step-up').set(headers).send({ password });
    const signIn = (password: string) =>
      request(server).post('/api/v1/auth/login').send({ username: user.username, password });

    const statuses: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1)
      statuses.push((await stepUp(`${WRONG} ${attempt}`, user.session)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    // Also with the right one; whoever has the password and signs in is not stopped by who has the session.
    await stepUp(PASSWORD, user.session).expect(429);
    await signIn(PASSWORD).expect(200);
    // And the other way round: who guesses at the account stops nobody who is signed in.
    const other = await createUser(app, 'viewer');
    await database.sql.query('UPDATE app.users SET password_hash = $2 WHERE id = $1', [other.id, hash]);
    const guess = () =>
      request(server).post('/api/v1/auth/login').send({ username: other.username, password: WRONG });
    for (let attempt = 0; attempt < 5; attempt += 1) await guess().expect(401);
    await guess().expect(429);
    await stepUp(PASSWORD, other.session).expect(200);
  });
});
