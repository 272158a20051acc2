import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    },
  );
});
