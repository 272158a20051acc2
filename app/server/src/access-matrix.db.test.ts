import type { NestExpressApplication } from '@nestjs/platform-express';
import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAtLeast, SCOPES, USER_ROLES } from './common/access.ts';
import type { SecurityConfiguration } from './common/configuration/security-schema.ts';
import { JobQueue } from './database/job-queue.service.ts';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import { ACCESS_POLICY, type AccessPolicy, adminOnly } from './testing/access-policy.ts';
import { createKey, createUser, type PrincipalHeaders, type TestUser } from './testing/principals.ts';
import { startServer } from './testing/test-application.ts';

interface Operation {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
}

interface Described {
  readonly operationId: string;
}

/** What the guard made of a request; what the route itself then answered does not matter here. */
type Verdict = 'allowed' | 'unknown' | 'forbidden' | 'step-up' | 'password-change' | 'second-factor' | 'csrf';

const VERDICTS: Readonly<Record<string, Verdict>> = {
  unauthorized: 'unknown',
  forbidden: 'forbidden',
  'step-up-required': 'step-up',
  'password-change-required': 'password-change',
  'second-factor-setup-required': 'second-factor',
  'csrf-token': 'csrf',
};

async function send(
  url: string,
  method: Operation['method'],
  headers: PrincipalHeaders,
): Promise<{ status: number; text: string }> {
  const body = method === 'get' ? {} : { body: '{}' };
  const response = await fetch(url, {
    method: method.toUpperCase(),
    headers: { ...headers, 'Content-Type': 'application/json' },
    ...body,
  });
  return { status: response.status, text: await response.text() };
}

describe('who may do what', () => {
  let database: TestDatabase;
  let app: NestExpressApplication;
  let closed: NestExpressApplication;
  /** A second factor is asked of administrators, and of everybody where reading is closed as well. */
  let guarded: NestExpressApplication;
  let strict: NestExpressApplication;
  let operations: Operation[];
  const addresses = new Map<NestExpressApplication, string>();

  const start = async (changes: Partial<SecurityConfiguration>): Promise<NestExpressApplication> => {
    const { security } = database.configuration('server');
    const started = await startServer(database, { security: { ...security, ...changes } });
    await started.get(JobQueue).whenStarted();
    addresses.set(started, (await started.getUrl()).replace('[::1]', '127.0.0.1'));
    return started;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    [app, closed, guarded, strict] = await Promise.all([
      start({ secondFactor: 'Optional' }),
      start({ secondFactor: 'Optional', anonymousReading: false }),
      start({ secondFactor: 'Administrators' }),
      start({ secondFactor: 'Everyone', anonymousReading: false }),
    ]);
    const { body } = await request(app.getHttpServer()).get('/api/v1/openapi.json').expect(200);
    operations = Object.entries<Record<string, Described>>(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => ({
        id: operationId,
        method: method as Operation['method'],
        path: path.replaceAll(/\{(\w+)\}/g, (_part, name: string) => SAMPLE[name] ?? randomUUID()),
      })),
    );
  });
  afterAll(async () => {
    await Promise.all([app, closed, guarded, strict].map((one) => one.close()));
    await database.drop();
  });

  const SAMPLE: Readonly<Record<string, string>> = { symbol: '600000.SH', kind: 'ai-api-key', name: 'none' };
  const policyOf = ({ id }: Operation): AccessPolicy | undefined => ACCESS_POLICY[id];

  async function ask(
    operation: Operation,
    headers: PrincipalHeaders,
    server: NestExpressApplication = app,
  ): Promise<Verdict> {
    const { status, text } = await send(
      `${addresses.get(server)}${operation.path}`,
      operation.method,
      headers,
    );
    // An empty database may have nothing to tell yet; everything else must be an answer of the route.
    if (status === 429 || (status >= 500 && !text.includes('not-loaded')))
      throw new Error(`${operation.id}: ${text}`);
    if (status !== 401 && status !== 403) return 'allowed';
    const verdict = VERDICTS[String(JSON.parse(text).type).split('/').at(-1) ?? ''];
    if (verdict === undefined) throw new Error(`${operation.id}: ${text}`);
    return verdict;
  }

  /** All operations, each asked by a principal of its own: some of them end it. */
  async function verdicts(
    principal: () => Promise<PrincipalHeaders>,
    server?: NestExpressApplication,
  ): Promise<Record<string, Verdict>> {
    const found: Record<string, Verdict> = {};
    for (const operation of operations) found[operation.id] = await ask(operation, await principal(), server);
    return found;
  }

  const expected = (judge: (policy: AccessPolicy) => Verdict): Record<string, Verdict> =>
    Object.fromEntries(
      operations.map((operation) => [operation.id, judge(policyOf(operation) ?? adminOnly)]),
    );

  const isOpen = (policy: AccessPolicy): policy is 'public' | 'open' | 'reading' =>
    typeof policy === 'string';

  it('is written down for every route', () => {
    expect(operations.filter((operation) => policyOf(operation) === undefined)).toEqual([]);
    expect(
      Object.keys(ACCESS_POLICY).filter((id) => !operations.some((operation) => operation.id === id)),
    ).toEqual([]);
  });

  it('nobody', async () => {
    const judge = (policy: AccessPolicy): Verdict => (isOpen(policy) ? 'allowed' : 'unknown');
    expect(await verdicts(async () => ({}))).toEqual(expected(judge));
  });

  it('nobody, where reading is closed', async () => {
    const judge = (policy: AccessPolicy): Verdict =>
      policy === 'public' || policy === 'open' ? 'allowed' : 'unknown';
    expect(await verdicts(async () => ({}), closed)).toEqual(expected(judge));
  });

  describe.each(USER_ROLES)('%s', (role) => {
    const someone = (): Promise<TestUser> => createUser(app, role);
    const judgeSession = (policy: AccessPolicy): Verdict =>
      isOpen(policy) || isAtLeast(role, policy.role) ? 'allowed' : 'forbidden';
    const judgeKey = (policy: AccessPolicy): Verdict => {
      if (isOpen(policy)) return 'allowed';
      return policy.scope !== undefined && isAtLeast(role, policy.role) ? 'allowed' : 'forbidden';
    };
    /** What nobody needs a key for is looked at, too, where one is shown. */
    const judgeSuspendedKey = (policy: AccessPolicy): Verdict => {
      if (policy === 'public' || policy === 'open') return 'allowed';
      return policy === 'reading' || policy.scope !== undefined ? 'second-factor' : 'forbidden';
    };
    const setUpSecondFactor = (id: string): Promise<unknown> =>
      database.sql.query(
        `UPDATE app.users SET totp_secret = 'sealed', totp_confirmed_at = now() WHERE id = $1`,
        [id],
      );

    it('with a session', async () => {
      expect(await verdicts(async () => (await someone()).session)).toEqual(expected(judgeSession));
    });

    it('with a session, where reading is closed', async () => {
      expect(await verdicts(async () => (await someone()).session, closed)).toEqual(expected(judgeSession));
    });

    it('with a session whose password was given long ago', async () => {
      const longAgo = async (): Promise<PrincipalHeaders> => {
        const { session, sessionId } = await someone();
        await database.sql.query(
          `UPDATE app.sessions SET stepped_up_at = now() - interval '11 minutes' WHERE id = $1`,
          [sessionId],
        );
        return session;
      };
      const judge = (policy: AccessPolicy): Verdict =>
        !isOpen(policy) && policy.stepUp === true ? 'step-up' : judgeSession(policy);
      expect(await verdicts(longAgo)).toEqual(expected(judge));
    });

    it('with a password that somebody else made', async () => {
      const fresh = async (): Promise<PrincipalHeaders> => {
        const { session, id } = await someone();
        await database.sql.query('UPDATE app.users SET must_change_password = true WHERE id = $1', [id]);
        return session;
      };
      const judge = (policy: AccessPolicy): Verdict =>
        isOpen(policy) || policy.before?.includes('change') === true ? 'allowed' : 'password-change';
      expect(await verdicts(fresh)).toEqual(expected(judge));
    });

    it('with a session, where a second factor is asked of everybody', async () => {
      const judge = (policy: AccessPolicy): Verdict => {
        if (policy === 'public' || policy === 'open') return 'allowed';
        return policy !== 'reading' && policy.before?.includes('factor') === true
          ? 'allowed'
          : 'second-factor';
      };
      expect(await verdicts(async () => (await someone()).session, strict)).toEqual(expected(judge));
    });

    it('with an API key, where a second factor is asked of everybody', async () => {
      const keyed = async (): Promise<PrincipalHeaders> => createKey(strict, (await someone()).id);
      expect(await verdicts(keyed, strict)).toEqual(expected(judgeSuspendedKey));
    });

    it('with session or API key and a second factor, where it is asked of everybody', async () => {
      const armed = async (): Promise<TestUser> => {
        const user = await someone();
        await setUpSecondFactor(user.id);
        return user;
      };
      expect(await verdicts(async () => (await armed()).session, strict)).toEqual(expected(judgeSession));
      const keyed = async (): Promise<PrincipalHeaders> => createKey(strict, (await armed()).id);
      expect(await verdicts(keyed, strict)).toEqual(expected(judgeKey));
    });

    it('with session or API key, where a second factor is asked of administrators', async () => {
      const isAsked = role === 'admin';
      const session = (policy: AccessPolicy): Verdict => {
        if (!isAsked || isOpen(policy)) return judgeSession(policy);
        return policy.before?.includes('factor') === true ? 'allowed' : 'second-factor';
      };
      expect(await verdicts(async () => (await someone()).session, guarded)).toEqual(expected(session));
      const keyed = async (): Promise<PrincipalHeaders> => createKey(guarded, (await someone()).id);
      expect(await verdicts(keyed, guarded)).toEqual(expected(isAsked ? judgeSuspendedKey : judgeKey));
    });

    it('with a session and no CSRF token', async () => {
      const judge = (policy: AccessPolicy): Verdict => (isOpen(policy) ? 'allowed' : 'csrf');
      const found = await verdicts(async () => ({ Cookie: (await someone()).session['Cookie'] ?? '' }));
      const unsafe = operations.filter(({ method }) => method !== 'get').map(({ id }) => id);
      const all = expected(judge);
      for (const id of unsafe) expect([id, found[id]]).toEqual([id, all[id]]);
    });

    it.each(['with an API key for everything', 'with an API key for everything, where reading is closed'])(
      '%s',
      async (what) => {
        const keyed = async (): Promise<PrincipalHeaders> => createKey(app, (await someone()).id);
        expect(await verdicts(keyed, what.endsWith('closed') ? closed : app)).toEqual(expected(judgeKey));
      },
    );

    it.each(SCOPES)('with an API key for %s only', async (scope) => {
      const keyed = async (): Promise<PrincipalHeaders> => createKey(app, (await someone()).id, [scope]);
      const judge = (policy: AccessPolicy): Verdict => {
        if (policy === 'public' || policy === 'open') return 'allowed';
        if (policy === 'reading') return scope === 'market:read' ? 'allowed' : 'forbidden';
        return policy.scope === scope && isAtLeast(role, policy.role) ? 'allowed' : 'forbidden';
      };
      expect(await verdicts(keyed)).toEqual(expected(judge));
    });
  });

  it.each(['a session that ended', 'a session of somebody who is switched off'])(
    '%s is nobody',
    async (what) => {
      const ended = async (): Promise<PrincipalHeaders> => {
        const { session, sessionId, id } = await createUser(app, 'admin');
        if (what.endsWith('off'))
          await database.sql.query('UPDATE app.users SET disabled_at = now() WHERE id = $1', [id]);
        else
          await database.sql.query('UPDATE app.sessions SET revoked_at = now() WHERE id = $1', [sessionId]);
        return session;
      };
      const judge = (policy: AccessPolicy): Verdict => (isOpen(policy) ? 'allowed' : 'unknown');
      expect(await verdicts(ended)).toEqual(expected(judge));
    },
  );

  it('an API key that ended is told so, even where nobody would have been let in', async () => {
    const ended = async (): Promise<PrincipalHeaders> => {
      const { id } = await createUser(app, 'admin');
      const headers = await createKey(app, id);
      await database.sql.query('UPDATE app.api_keys SET revoked_at = now() WHERE user_id = $1', [id]);
      return headers;
    };
    const judge = (policy: AccessPolicy): Verdict => (policy === 'public' ? 'allowed' : 'unknown');
    expect(await verdicts(ended)).toEqual(expected(judge));
  });
});
