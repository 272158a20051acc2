import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEYRING_PURPOSES } from './common/configuration/keyrings.ts';
import { asAdmin } from './database/testing/migrated-template.ts';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import { type Ask, CanaryPlatform, dumpTables } from './testing/canary/platform.ts';
import { findLeaks, type Seed } from './testing/canary/leaks.ts';
import { whenSays, whenServing } from './testing/programs.ts';
import { totpCode } from './testing/totp-code.ts';

/** A value that nothing else has. */
const fresh = (): string => `canary-${randomBytes(12).toString('hex')}`;

/** What is refused by a limit would have put no secret anywhere. */
const UNLIMITED = `security: {rateLimit: {${['reading', 'writing', 'login', 'exports', 'ai'].map((budget) => `${budget}PerMinute: 10000`).join(', ')}}}`;

/** Of the administrator. */
const PASSWORD = fresh();

type Put = Ask & { readonly path: string };
const post = (path: string, body: unknown, more: Ask = {}): Put => ({ ...more, path, method: 'POST', body });
const get = (path: string, headers: Record<string, string> = {}): Put => ({ path, headers });
const put = (path: string, body: unknown): Put => ({ path, method: 'PUT', body });
/** As somebody who is not signed in. */
const stranger = (one: Put): Put => ({ ...one, headers: { Cookie: 'none=none', ...one.headers } });

/** One line for each secret that a request brings: what it is, what the answer must be, and where it stands. */
const REQUESTS: readonly (readonly [name: string, status: number, request: (secret: string) => Put])[] = [
  [
    'wrong bootstrap token',
    401,
    (s) =>
      stranger(
        post('/api/v1/auth/setup', { token: s, username: 'eve', password: 'a quiet river under bridges' }),
      ),
  ],
  [
    'password of a refused login',
    401,
    (s) => stranger(post('/api/v1/auth/login', { username: 'nobody-here', password: s })),
  ],
  [
    'password typed as a name',
    401,
    (s) => stranger(post('/api/v1/auth/login', { username: s, password: 'x' })),
  ],
  [
    'second factor of a refused login',
    401,
    (s) => stranger(post('/api/v1/auth/login', { username: 'admin', password: 'x', code: s })),
  ],
  [
    'password in malformed JSON',
    400,
    (s) => stranger(post('/api/v1/auth/login', `{"username":"a","password":"${s}`)),
  ],
  ['password as malformed JSON', 400, (s) => stranger(post('/api/v1/auth/login', s))],
  [
    'password beside an unknown field',
    400,
    (s) => stranger(post('/api/v1/auth/login', { username: 'a', password: s, extra: s })),
  ],
  [
    'password of the wrong shape',
    400,
    (s) => stranger(post('/api/v1/auth/login', { username: 'a', password: { deep: [s] } })),
  ],
  [
    'password in an oversized body',
    413,
    (s) => stranger(post('/api/v1/auth/login', { username: 'a', password: s, pad: 'x'.repeat(300_000) })),
  ],
  [
    'password in a body of another type',
    415,
    (s) => stranger(post('/api/v1/auth/login', s, { headers: { 'Content-Type': 'text/plain' } })),
  ],
  ['password of a refused step-up', 401, (s) => post('/api/v1/auth/step-up', { password: s })],
  [
    'wrong current password',
    401,
    (s) => post('/api/v1/auth/password', { currentPassword: s, newPassword: 'a quiet river under bridges' }),
  ],
  [
    'refused new password',
    400,
    (s) => post('/api/v1/auth/password', { currentPassword: PASSWORD, newPassword: s.repeat(40) }),
  ],
  [
    'key of an AI service',
    200,
    (s) => put('/api/v1/account/secrets/ai-api-key/default', { value: `sk-${s}` }),
  ],
  ['key of a webhook', 200, (s) => put('/api/v1/account/secrets/webhook-secret/default', { value: s })],
  [
    'password of a mail server',
    200,
    (s) => put('/api/v1/account/secrets/smtp-password/default', { value: s }),
  ],
  [
    'refused key with a line break',
    400,
    (s) => put('/api/v1/account/secrets/ai-api-key/other', { value: `${s}\n` }),
  ],
  [
    'unknown API key',
    401,
    (s) => get('/api/v1/account', { Cookie: 'none=none', Authorization: `Bearer stk_0123456789abcdef_${s}` }),
  ],
  [
    'API key at a route that is not there',
    404,
    (s) => get('/api/v1/nothing', { Authorization: `Bearer stk_${s}` }),
  ],
  [
    'basic authorization',
    401,
    (s) =>
      get('/api/v1/account', {
        Cookie: 'none=none',
        Authorization: `Basic ${Buffer.from(`user:${s}`).toString('base64')}`,
      }),
  ],
  ['cookie of no session', 401, (s) => get('/api/v1/account', { Cookie: `stock-analysis=${s}` })],
  [
    'wrong CSRF token',
    403,
    (s) => ({ path: '/api/v1/auth/sessions', method: 'DELETE', headers: { 'X-CSRF-Token': s } }),
  ],
  [
    'other headers of secrets',
    200,
    (s) =>
      get('/health/live', {
        'X-Api-Key': s,
        'Proxy-Authorization': `Bearer ${s}`,
        Referer: `http://a/?token=${s}`,
      }),
  ],
  ['token in a query', 400, (s) => get(`/api/v1/symbols?token=${s}`)],
  ['token under an escaped name', 400, (s) => get(`/api/v1/symbols?pass%77ord=${s}`)],
  ['key in a query where nothing is', 404, (s) => get(`/api/v1/nothing?key=${s}&access_token=${s}`)],
  ['API key in a path', 404, (s) => get(`/api/v1/nothing/stk_0123456789abcdef_${s}`)],
  ['password of a URL in a path', 404, (s) => get(`/nothing/https://user:${s}@example.com/`)],
  ['query at the management port', 404, (s) => get(`MANAGEMENT/nothing?token=${s}`)],
];

/** One line for each secret that a broken configuration has: what must be said, and the environment. */
const CONFIGURATIONS: readonly (readonly [
  name: string,
  says: RegExp,
  environment: (secret: string, platform: CanaryPlatform) => Record<string, string>,
])[] = [
  [
    'password in a URL of another scheme',
    /DATABASE_URL: must be a URL/,
    (s) => ({ DATABASE_URL: `mysql://u:${s}@h/x` }),
  ],
  [
    'password in text that is no URL',
    /DATABASE_URL: must be a URL/,
    (s) => ({ DATABASE_URL: `host=h password=${s}` }),
  ],
  [
    'bootstrap token with something else broken',
    /LOG_LEVEL/,
    (s) => ({ BOOTSTRAP_TOKEN: s, LOG_LEVEL: 'loud' }),
  ],
  [
    'key in a keyring that is no JSON',
    /session\.json: is not JSON/,
    (s, { file }) => ({ KEYRINGS_DIR: folderOf(file(`k1-${s.length}/session.json`, `[{"key": "${s}`)) }),
  ],
  [
    'key of the wrong length',
    /session\.json: 0\.key: must be/,
    (s, { file }) => ({
      KEYRINGS_DIR: folderOf(
        file(
          'k2/session.json',
          JSON.stringify([{ kid: '1', state: 'active', key: Buffer.from(s).toString('base64') }]),
        ),
      ),
    }),
  ],
  [
    'password in the address of a source',
    /aktools\.url: must be http/,
    (s, { file }) => ({
      STOCK_ANALYSIS_CONFIG_FILE: file(
        'a.yaml',
        `marketData: {provider: AKTools, aktools: {url: 'http://u:${s}@h'}}`,
      ),
    }),
  ],
  [
    'secret in a file that is no YAML',
    /cannot read/,
    (s, { file }) => ({ STOCK_ANALYSIS_CONFIG_FILE: file('b.yaml', `ai:\n  apiKey: ${s}\n  - [`) }),
  ],
  [
    'secret under an unknown key',
    /Unrecognized key/,
    (s, { file }) => ({ STOCK_ANALYSIS_CONFIG_FILE: file('c.yaml', `ai: {apiKey: ${s}}`) }),
  ],
];

const folderOf = (file: string): string => file.replace(/\/[^/]*$/, '');

describe('secrets', () => {
  const seeds: Seed[] = [];
  const sow = (name: string, value = fresh(), isBytes = false): string => {
    seeds.push({ name, value, isBytes });
    return value;
  };
  let platform: CanaryPlatform;
  let database: TestDatabase;
  let environment: Record<string, string>;
  sow('password of the administrator', PASSWORD);
  const bootstrapToken = sow('bootstrap token');

  function keyrings(): string {
    const files = KEYRING_PURPOSES.map((purpose) => {
      const keys = (['active', 'next', 'retiring'] as const).map((state) => {
        const key = sow(`${state} key of ${purpose}`, randomBytes(32).toString('base64'), true);
        return { kid: state, state, key };
      });
      return platform.file(`keyrings/${purpose}.json`, JSON.stringify(keys));
    });
    return folderOf(files[0] ?? '');
  }

  beforeAll(async () => {
    platform = new CanaryPlatform();
    database = await createTestDatabase({ migrate: false });
    sow('password of the application', new URL(database.urls.application).password);
    sow('password of the migrator', new URL(database.urls.migrator).password);
    environment = {
      DATABASE_URL: database.urls.application,
      KEYRINGS_DIR: keyrings(),
      BOOTSTRAP_TOKEN: bootstrapToken,
      STOCK_ANALYSIS_CONFIG_FILE: platform.file('config.yaml', UNLIMITED),
    };
    const migrate = platform.run('migrate', ['migrate'], { DATABASE_URL: database.urls.migrator });
    await whenSays(migrate, /schema version \d+/);
    const server = platform.run('server', ['server'], environment);
    ({ url: platform.base, managementUrl: platform.management } = await whenServing(server));
  }, 180_000);
  afterAll(async () => {
    await platform.close();
    await database.drop();
  });

  it.each(CONFIGURATIONS)('of a configuration: %s', async (name, says, of) => {
    const program = platform.run(`a server with a ${name}`, ['server'], {
      ...environment,
      ...of(sow(name), platform),
    });
    expect(await program.exited).toBe(1);
    expect(program.text()).toMatch(says);
  });

  it.each(['migrate', 'worker'])('of a database that does not answer, or not us: %s', async (role) => {
    const url = new URL(database.urls.application);
    for (const [why, host] of [
      ['refused', url.host],
      ['unreachable', '127.0.0.1:1'],
    ] as const) {
      const wrong = `postgresql://${url.username}:${sow(`${why} password of ${role}`)}@${host}${url.pathname}`;
      const program = platform.run(`${role} with a ${why} password`, [role], { DATABASE_URL: wrong });
      await whenSays(program, /failed: |waiting for the database: (?!the database has not)/);
      program.child.kill('SIGKILL');
    }
  });

  it('that the server gives out: of a session, of keys, of a second factor, of users', async () => {
    const body = { token: bootstrapToken, username: 'admin', password: PASSWORD };
    const made = await platform.ask('/api/v1/auth/setup', { method: 'POST', body, gives: true });
    expect(made.status).toBe(201);
    const cookie = /^stock-analysis=([\w-]{43})/.exec(made.headers.get('set-cookie') ?? '')?.[1] ?? '';
    sow('token of a session', cookie);
    const { csrfToken } = JSON.parse(made.text) as { csrfToken: string };
    sow('CSRF token', csrfToken);
    platform.session = { Cookie: `stock-analysis=${cookie}`, 'X-CSRF-Token': csrfToken };
    const given = async (method: string, path: string, sent?: object): Promise<Record<string, unknown>> => {
      const answer = await platform.ask(`/api/v1/${path}`, {
        method,
        gives: true,
        ...(sent === undefined ? {} : { body: sent }),
      });
      expect([path, answer.status]).toEqual([path, expect.toBeOneOf([200, 201])]);
      return JSON.parse(answer.text) as Record<string, unknown>;
    };
    const key = await given('POST', 'api-keys', { name: 'canary', scopes: ['market:read'] });
    const keyText = JSON.stringify(key).match(/stk_[\w-]+/)?.[0] ?? '';
    sow('API key', keyText);
    sow('secret of an API key', keyText.slice(-43));
    const { secret } = await given('POST', 'auth/second-factor');
    sow('secret of the second factor', String(secret));
    const { recoveryCodes } = await given('POST', 'auth/second-factor/confirm', {
      code: totpCode(String(secret)),
    });
    for (const [index, code] of (recoveryCodes as string[]).entries()) sow(`recovery code ${index}`, code);
    const user = await given('POST', 'users', { username: 'second', role: 'viewer' });
    sow('one-time password', String(user['oneTimePassword']));
    expect(
      (
        await platform.ask('/api/v1/symbols', {
          headers: { Authorization: `Bearer ${keyText}`, Cookie: 'none=none' },
        })
      ).status,
    ).toBe(200);
  });

  it.each(REQUESTS)('of a request: %s', async (name, status, of) => {
    const { path, ...ask } = of(sow(name));
    expect((await platform.ask(path.replace('MANAGEMENT', platform.management), ask)).status).toBe(status);
  });

  it('of what is no request, and of one that names its target in full', async () => {
    expect(await platform.askRaw('garbage', `${sow('secret in no HTTP')} nothing\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    const target = `http://user:${sow('password of the target')}@127.0.0.1/nothing?token=${sow('token of the target')}`;
    const request = `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
    expect(await platform.askRaw('an absolute target', request)).toMatch(/^HTTP\/1\.1 40[04] /);
  });

  it('of a request at which the server fails', async () => {
    for (const [table, request] of [
      ['sessions', get('/api/v1/account')],
      [
        'user_secrets',
        put('/api/v1/account/secrets/smtp-password/third', {
          value: sow('password while the table is gone'),
        }),
      ],
      [
        'login_failures',
        stranger(
          post('/api/v1/auth/login', { username: 'admin', password: sow('password while a table is gone') }),
        ),
      ],
    ] as const) {
      await asAdmin(database.urls.admin, (admin) => rename(admin, table, `${table}_gone`));
      const { path, ...ask } = request;
      expect((await platform.ask(path, ask)).status).toBe(500);
      await asAdmin(database.urls.admin, (admin) => rename(admin, `${table}_gone`, table));
    }
  });

  async function textOf(table: string): Promise<string> {
    const surfaces = await dumpTables(database.urls.admin);
    return surfaces.find(({ name }) => name === `table ${table}`)?.text ?? '';
  }

  const rename = async (
    admin: { query(sql: string): Promise<unknown> },
    from: string,
    to: string,
  ): Promise<void> => {
    await admin.query(`ALTER TABLE app.${from} RENAME TO ${to}`);
  };

  it('are nowhere else: in no line, answer, metric, export or table', async () => {
    const days = (count: number): string => new Date(Date.now() + count * 86_400_000).toISOString();
    const lately = `from=${days(-1)}&to=${days(1)}`;
    const open = ['/api/v1/account', '/api/v1/account/export', '/api/v1/account/secrets', '/api/v1/users'];
    const paths = [
      ...open,
      '/api/v1/auth/sessions',
      '/api/v1/api-keys',
      '/api/v1/audit',
      `/api/v1/audit/export?format=ndjson&${lately}`,
      `/api/v1/audit/export?format=csv&${lately}`,
      '/health/live',
      '/health/ready',
    ];
    for (const path of paths) expect([path, (await platform.ask(path)).status]).toEqual([path, 200]);
    // The page is not built here.
    await platform.ask('/');
    for (const path of ['/metrics', '/health', '/health/startup'])
      await platform.ask(platform.management + path);
    // What failed above is written down within seconds.
    await expect
      .poll(() => textOf('app.tracked_errors'), { timeout: 30_000 })
      .toMatch(/app\.user_secrets.* does not exist/);
    const surfaces = [...platform.surfaces(), ...(await dumpTables(database.urls.admin))];
    expect(seeds.length).toBeGreaterThan(70);
    expect(findLeaks(seeds, surfaces)).toEqual([]);
    const texts = new Map(surfaces.map(({ name, text }) => [name, text]));
    // The places are not empty, and the words beside the secrets are there.
    expect(texts.get('output of server')).toContain('[redacted]');
    expect(texts.get('table app.user_secrets')).toContain('ai-api-key');
    expect(texts.get(`answer to GET /api/v1/account/export`)).toContain('admin');
    expect(texts.get(`answer to GET ${platform.management}/metrics`)).toContain('stock_analysis_');
  });

  it('would be found where somebody let them out', async () => {
    const value = sow('planted');
    const careless = platform.spawn('a careless program', ['-e', `console.log({ key: process.env.KEY })`], {
      KEY: value,
    });
    await careless.exited;
    await platform.ask(`/api/v1/nothing/${value}`);
    await asAdmin(database.urls.admin, async (admin) => {
      await admin.query('UPDATE app.users SET display_name = $1 WHERE username = $2', [
        Buffer.from(value).toString('base64'),
        'second',
      ]);
      await admin.query('UPDATE app.sessions SET token_sha256 = $1', [Buffer.from(value)]);
    });
    const surfaces = [...platform.surfaces(), ...(await dumpTables(database.urls.admin))];
    const found = findLeaks(seeds, surfaces).map(({ surface }) => surface);
    expect(found).toEqual([
      'output of server',
      'output of a careless program',
      `answer to GET /api/v1/nothing/${value}`,
      'table app.sessions',
      'table app.users',
    ]);
  });
});
