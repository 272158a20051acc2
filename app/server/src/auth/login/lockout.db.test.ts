import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedRecords } from '../../audit/testing/audit-logs.ts';
import { security } from '../../common/configuration/security-schema.ts';
import { createUser } from '../../testing/principals.ts';
import { createEmptyApplication, type TestApplication } from '../../testing/test-application.ts';
import { PasswordHasher } from '../passwords/hash-queue.ts';

const PASSWORD = 'a quiet river under old bridges';
const OFTEN = { loginPerMinute: 100_000, readingPerMinute: 100_000 };
const FREE = 30;
/** Less than may wait for a hash. */
const AT_ONCE = 10;

/** Addresses as a proxy tells them: who guesses, who guesses on and shares the network, and who is elsewhere. */
const NETWORKS: readonly (readonly [
  name: string,
  guesser: (n: number) => string,
  same: string,
  other: string,
])[] = [
  ['all at one IPv4 address', () => '198.51.100.7', '198.51.100.7', '198.51.100.8'],
  [
    'all of one IPv6 /64',
    (n) => `2001:db8:1:2::${n.toString(16)}`,
    '2001:db8:1:2:ffff::1',
    '2001:db8:1:3::1',
  ],
];

describe('signing in', () => {
  let application: TestApplication;
  let username: string;

  beforeAll(async () => {
    application = await createEmptyApplication({
      security: security.parse({ trustedProxies: ['127.0.0.1/32'], rateLimit: OFTEN }),
    });
    const { app, database } = application;
    const user = await createUser(app, 'viewer');
    ({ username } = user);
    await database.sql.query('UPDATE app.users SET password_hash = $2 WHERE id = $1', [
      user.id,
      await app.get(PasswordHasher).hash(PASSWORD),
    ]);
  });
  afterAll(() => application.close());

  const signIn = (from: string, name: string, password: string) =>
    request(application.app.getHttpServer())
      .post('/api/v1/auth/login')
      .set('X-Forwarded-For', from)
      .send({ username: name, password });

  it.each(NETWORKS)(
    '%s rest after thirty failures, whatever names were tried',
    async (_, guesser, same, other) => {
      const guess = async (n: number): Promise<number> =>
        (await signIn(guesser(n), `nobody-${n}`, 'not the right one')).status;
      const guesses = Array.from({ length: FREE }, (_value, index) => index);
      for (let from = 0; from < FREE; from += AT_ONCE)
        expect(await Promise.all(guesses.slice(from, from + AT_ONCE).map(guess))).toEqual(
          Array.from({ length: AT_ONCE }, () => 401),
        );
      const refused = await signIn(same, username, PASSWORD).expect(429);
      expect(refused.body.detail).toContain('too many attempts to sign in');
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      await signIn(other, username, PASSWORD).expect(200);
      const rests = await recordsOf('login.rest', same, ...guesses.map(guesser));
      expect(rests).toMatchObject([
        { outcome: 'refused', object: { kind: 'address' }, after: { attempts: FREE } },
      ]);
    },
  );

  /** What the log holds of an action and of these addresses. */
  const recordsOf = async (action: string, ...addresses: string[]): Promise<Record<string, unknown>[]> =>
    (await storedRecords(application.database.sql))
      .map(({ record }) => JSON.parse(record))
      .filter((record) => record.action === action && addresses.includes(record.address));

  const failuresAt = async (address: string): Promise<number | undefined> => {
    const [row] = await application.database.sql.query<{ failures: number }>(
      'SELECT failures FROM app.login_failures WHERE subject = $1',
      [`address:${address}`],
    );
    return row?.failures;
  };

  it('takes back what its owner mistyped, and nothing that failed at other accounts', async () => {
    const from = '192.0.2.1';
    await signIn(from, 'nobody-there', 'not the right one').expect(401);
    for (let slip = 0; slip < 3; slip += 1) await signIn(from, username, `slip ${slip}`).expect(401);
    expect(await failuresAt(from)).toBe(4);
    await signIn(from, username, PASSWORD).expect(200);
    expect(await failuresAt(from)).toBe(1);
    await signIn(from, username, PASSWORD).expect(200);
    expect(await failuresAt(from)).toBe(1);
  });

  it('forgets a failure of an address for each ten minutes', async () => {
    const from = '192.0.2.2';
    await signIn(from, 'nobody-there', 'not the right one').expect(401);
    const pretend = (failures: number, ago: string) =>
      application.database.sql.query(
        `UPDATE app.login_failures SET failures = $2, locked_until = NULL, last_failed_at = now() - $3::interval
         WHERE subject = $1`,
        [`address:${from}`, failures, ago],
      );
    await pretend(FREE - 1, '61 minutes');
    await signIn(from, 'nobody-else', 'not the right one').expect(401);
    expect(await failuresAt(from)).toBe(FREE - 1 - 6 + 1);
    await signIn(from, username, PASSWORD).expect(200);
    await pretend(FREE - 1, '9 minutes');
    await signIn(from, 'nobody-here', 'not the right one').expect(401);
    await signIn(from, 'nobody-again', 'not the right one').expect(429);
  });

  it('records a rest of an account when it begins, and not each attempt in it', async () => {
    const from = '192.0.2.3';
    for (let guess = 0; guess < 5; guess += 1) await signIn(from, username, `guess ${guess}`).expect(401);
    for (let guess = 0; guess < 5; guess += 1) await signIn(from, username, `more ${guess}`).expect(429);
    expect(await recordsOf('login.rest', from)).toMatchObject([
      { object: { kind: 'login-name' }, after: { attempts: 5 } },
    ]);
    expect(await recordsOf('session.login-refused', from)).toHaveLength(5);
  });
});
