import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkedHeaders } from '../../outbound/hop.ts';
import { loadConfiguration } from './configuration.ts';
import { ConfigurationError } from './errors.ts';
import { createKeyringFiles } from './testing/keyring-files.ts';

const URL_OF_TESTS = 'postgresql://app_a:secret-password@db.example:5432/stock_analysis';

let keyrings: string;
beforeAll(() => {
  keyrings = createKeyringFiles();
});
afterAll(() => rmSync(keyrings, { recursive: true, force: true }));

/** With keyrings, which each server needs. */
const loadServer = (environment: Record<string, string>) =>
  loadConfiguration('server', { KEYRINGS_DIR: keyrings, ...environment });

function issuesOf(environment: Record<string, string>): readonly string[] {
  try {
    loadServer(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.issues;
    throw error;
  }
  return [];
}

describe('loadConfiguration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'configuration-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('has defaults for everything but the database', () => {
    expect(loadServer({ DATABASE_URL: URL_OF_TESTS })).toMatchObject({
      http: { host: '0.0.0.0', port: 8080, managementPort: 9090, podAddress: undefined },
      logLevel: 'info',
      database: { connectionString: URL_OF_TESTS },
      bootstrapToken: undefined,
      marketData: { provider: 'Sample', sample: {} },
      shutdown: { drainMs: 5_000, timeoutMs: 20_000 },
    });
  });

  it('tells all broken settings at once and never their secret values', () => {
    const issues = issuesOf({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      BOOTSTRAP_TOKEN: 'short-secret',
      DATABASE_URL: 'mysql://secret-password@host/x',
    });
    expect(issues).toHaveLength(4);
    expect(issues.join('\n')).toMatch(/PORT.*\n.*LOG_LEVEL.*\n.*BOOTSTRAP_TOKEN.*\n.*DATABASE_URL/);
    expect(issues.join('\n')).not.toMatch(/secret/);
  });

  it.each(['1e4', '0x50', ' 80', '80.5', '-1'])('takes only digits for a port, not "%s"', (PORT) => {
    expect(issuesOf({ DATABASE_URL: URL_OF_TESTS, PORT })).toEqual([expect.stringMatching(/^PORT: /)]);
  });

  it('knows its pod by an address and by nothing else', () => {
    const podAddressOf = (POD_IP: string) =>
      loadConfiguration('worker', { DATABASE_URL: URL_OF_TESTS, POD_IP }).http.podAddress;
    expect(['10.1.2.3', 'fd00::7', ''].map(podAddressOf)).toEqual(['10.1.2.3', 'fd00::7', undefined]);
    expect(issuesOf({ DATABASE_URL: URL_OF_TESTS, POD_IP: 'elsewhere.example' })).toEqual([
      'POD_IP: must be an IP address',
    ]);
  });

  it('asks for a database when none is named', () => {
    expect(issuesOf({})).toEqual([expect.stringMatching(/^DATABASE_URL or DATABASE_DIR must say/)]);
  });

  it('takes the level of the log from config.yaml, else from LOG_LEVEL, and files with bounds', () => {
    const environment = { DATABASE_URL: URL_OF_TESTS, LOG_LEVEL: 'warn' };
    const load = (yaml: string) =>
      loadServer({ ...environment, STOCK_ANALYSIS_CONFIG_FILE: file('config.yaml', yaml) });
    expect(load('logging: {level: debug}').logLevel).toBe('debug');
    const { logLevel, logFile } = load('logging: {file: {path: /var/log/app.log, keepDays: 3}}');
    expect(logLevel).toBe('warn');
    expect(logFile).toEqual({ path: '/var/log/app.log', maxMegabytes: 50, keepFiles: 5, keepDays: 3 });
    expect(load('{}')).toMatchObject({ logFile: undefined, tracing: undefined });
  });

  it.each([
    ['logging: {level: silent}', 'logging.level'],
    ['logging: {file: {path: app.log}}', 'logging.file.path'],
    ['logging: {file: {path: /var/log/}}', 'logging.file.path'],
    ['logging: {file: {}}', 'logging.file.path'],
    ['logging: {file: {path: /a, maxMegabytes: 0}}', 'logging.file.maxMegabytes'],
    ['tracing: {}', 'tracing.endpoint'],
    ['tracing: {endpoint: "https://collector"}', 'tracing.endpoint'],
    ['tracing: {endpoint: "https://u:p@collector/v1/traces"}', 'tracing.endpoint'],
    ['tracing: {endpoint: "grpc://collector/v1/traces"}', 'tracing.endpoint'],
    ['tracing: {endpoint: "https://collector/v1/traces", sampleRatio: 1.1}', 'tracing.sampleRatio'],
  ])('refuses %s', (yaml, key) => {
    const STOCK_ANALYSIS_CONFIG_FILE = file('config.yaml', yaml);
    const issues = issuesOf({ DATABASE_URL: URL_OF_TESTS, STOCK_ANALYSIS_CONFIG_FILE });
    expect(issues).toEqual([expect.stringContaining(`${key}: `)]);
  });

  it('reads secret headers for the collector of traces, and sends them over https only', () => {
    const load = (url: string, headers: string) => ({
      DATABASE_URL: URL_OF_TESTS,
      STOCK_ANALYSIS_CONFIG_FILE: file('config.yaml', `tracing: {endpoint: "${url}"}`),
      OTLP_HEADERS_FILE: file('headers', headers),
    });
    const endpoint = 'https://collector.example/v1/traces';
    const given = 'Authorization: Bearer of-the-tests\n\nX-Tenant: a\n';
    expect(loadServer(load(endpoint, given)).tracing).toEqual({
      endpoint,
      sampleRatio: 0.1,
      headers: { authorization: 'Bearer of-the-tests', 'x-tenant': 'a' },
    });
    expect(issuesOf(load('HTTPS://collector.example/v1/traces', given))).toEqual([]);
    expect(issuesOf(load('http://collector/v1/traces', given))).toEqual([
      expect.stringContaining('over https:// only'),
    ]);
    const wrong = issuesOf(load(endpoint, 'of-the-tests\nA b: of-the-tests\nC: \n'));
    expect(wrong).toEqual([1, 2, 3].map((line) => expect.stringContaining(`line ${line} is no header`)));
    expect(wrong.join()).not.toContain('of-the-tests');
    const unsendable = [
      ...['Host', 'Connection', 'Content-Length', 'Transfer-Encoding', 'Accept-Encoding', 'TE', 'Keep-Alive'],
      ...['Upgrade', 'Expect', 'Proxy-Authorization', 'proxy-connection'],
    ];
    for (const name of unsendable) {
      expect(() => checkedHeaders({ [name]: '1' })).toThrow('cannot be set');
      expect(issuesOf(load(endpoint, `${given}${name}: of-the-tests\n`))).toEqual([
        'OTLP_HEADERS_FILE: line 4 is a header that cannot be set, such as Host',
      ]);
    }
    const alike = 'Hosts: 1\nX-Host: 2\nTenant: 3\nProxied: 4\n';
    expect(Object.keys(loadServer(load(endpoint, alike)).tracing?.headers ?? {})).toEqual(
      Object.keys(checkedHeaders({ hosts: '1', 'x-host': '2', tenant: '3', proxied: '4' })),
    );
  });

  it('treats an empty variable as absent', () => {
    expect(loadServer({ DATABASE_URL: URL_OF_TESTS, PORT: '' }).http.port).toBe(8080);
  });

  it('reads secrets from the files that *_FILE names', () => {
    const configuration = loadServer({
      DATABASE_URL_FILE: file('url', `${URL_OF_TESTS}\n`),
      BOOTSTRAP_TOKEN_FILE: file('token', 'a-token-that-is-long-enough\n'),
    });
    expect(configuration.database).toEqual({ connectionString: URL_OF_TESTS });
    expect(configuration.bootstrapToken).toBe('a-token-that-is-long-enough');
  });

  it('refuses a secret given twice, and a file that is missing', () => {
    expect(
      issuesOf({
        DATABASE_URL: URL_OF_TESTS,
        BOOTSTRAP_TOKEN: 'x'.repeat(20),
        BOOTSTRAP_TOKEN_FILE: join(folder, 'none'),
      }),
    ).toEqual([
      'BOOTSTRAP_TOKEN and BOOTSTRAP_TOKEN_FILE are both set; keep one',
      expect.stringMatching(/^BOOTSTRAP_TOKEN_FILE: ENOENT/),
    ]);
  });

  it('reads config.yaml', () => {
    const path = file(
      'config.yaml',
      'marketData:\n  provider: Sample\n  sample: {path: /data}\n  symbols: [000001.SZ]\n',
    );
    const { marketData } = loadConfiguration('worker', {
      DATABASE_URL: URL_OF_TESTS,
      STOCK_ANALYSIS_CONFIG_FILE: path,
    });
    expect(marketData).toEqual({ provider: 'Sample', sample: { path: '/data' }, symbols: ['000001.SZ'] });
  });

  it('reads a live source and when it is refreshed', () => {
    const path = file(
      'config.yaml',
      "marketData:\n  provider: AKTools\n  aktools: {url: 'http://stock-aktools:8080/'}\n  refresh: {cron: '30 17 * * MON-FRI'}\n",
    );
    const { marketData } = loadConfiguration('worker', {
      DATABASE_URL: URL_OF_TESTS,
      STOCK_ANALYSIS_CONFIG_FILE: path,
    });
    expect(marketData).toEqual({
      provider: 'AKTools',
      aktools: { url: 'http://stock-aktools:8080' },
      sample: {},
      refresh: { cron: '30 17 * * MON-FRI', timeZone: 'Asia/Shanghai' },
    });
  });

  it.each(['0 8 * * 1', '*/15 8-17 1,15 jan,MAR thu', '0 0 29 2 *', '0 8 * * 7'])(
    'takes "%s" as when reports are made',
    (daily) => {
      const path = file('config.yaml', `monitoring: {reports: {daily: "${daily}", weekly: false}}`);
      const { reports } = loadConfiguration('worker', {
        DATABASE_URL: URL_OF_TESTS,
        STOCK_ANALYSIS_CONFIG_FILE: path,
      }).monitoring;
      expect(reports).toMatchObject({ daily, weekly: false });
    },
  );

  it.each([
    ['{}', 'Optional'],
    ['security: {secondFactor: Everyone}', 'Everyone'],
  ])('asks a second factor as %s says', (text, expected) => {
    const path = file('config.yaml', text);
    const { security } = loadConfiguration('worker', {
      DATABASE_URL: URL_OF_TESTS,
      STOCK_ANALYSIS_CONFIG_FILE: path,
    });
    expect(security.secondFactor).toBe(expected);
  });

  it.each<readonly [string, string, RegExp]>([
    ['a second factor of others', 'security: {secondFactor: Operators}', /security\.secondFactor/],
    ['an unknown key', 'marketData: {provder: Sample}', /marketData: Unrecognized key: "provder"/],
    ['an unknown key at the top', 'market: {}', /Unrecognized key: "market"/],
    ['an unknown provider', 'marketData: {provider: Oracle}', /marketData\.provider/],
    [
      'a symbol that is none',
      'marketData: {symbols: [sz000001]}',
      /marketData\.symbols\.0: must look like 600519\.SH/,
    ],
    ['text that is not YAML', 'marketData: [', /cannot read/],
    ['AKTools without its address', 'marketData: {provider: AKTools}', /marketData\.aktools\.url: is needed/],
    ...['ftp://a', 'http://u:p@a', 'http://a?b=1', 'http://a#b', 'aktools:8080', 'a b'].map(
      (url) =>
        [
          `the address ${url}`,
          `marketData: {provider: AKTools, aktools: {url: '${url}'}}`,
          /marketData\.aktools\.url: must be http/,
        ] as const,
    ),
    ['a budget of nothing', 'marketData: {aktools: {url: http://a, secondsPerCall: 0}}', /secondsPerCall/],
    ['a text for a list', 'security: {allowedCIDRs: 10.0.0.0/8}', /allowedCIDRs: must be a list$/],
    ['a group without a key', 'security:', /security: must be a group of keys; leave it out/],
    ['a text for a number', 'security: {bodyLimitBytes: 256Ki}', /bodyLimitBytes: must be a number$/],
    [
      'a cron of six fields',
      "marketData: {refresh: {cron: '0 30 17 * * 1-5'}}",
      /refresh\.cron: must have five/,
    ],
    ...(
      [
        ['99 99 * * *', /must be a schedule: .*99/],
        ['0 8 31 2 *', /must be a schedule: .*day of month/],
        ['a a a a a', /must be a schedule: /],
        ['0 H * * *', /must name its times/],
        ['0 8 * *', /must have five fields/],
      ] as const
    ).flatMap(([text, message]) =>
      (['marketData.refresh.cron', 'monitoring.reports.daily', 'monitoring.reports.weekly'] as const).map(
        (key) => {
          const [group = '', part = '', field = ''] = key.split('.');
          return [
            `${key} "${text}"`,
            `${group}: {${part}: {${field}: "${text}"}}`,
            new RegExp(`${key}: ${message.source}`),
          ] as const;
        },
      ),
    ),
    [
      'a time zone that is none',
      'marketData: {refresh: {timeZone: Mars/Base}}',
      /refresh\.timeZone: must be/,
    ],
  ])('refuses %s in config.yaml', (_what, text, message) => {
    const issues = issuesOf({
      DATABASE_URL: URL_OF_TESTS,
      STOCK_ANALYSIS_CONFIG_FILE: file('config.yaml', text),
    });
    expect(issues.join('\n')).toMatch(message);
  });

  describe('DATABASE_DIR', () => {
    const complete = {
      host: 'db',
      port: '5432',
      name: 'stock_analysis',
      username: 'app_a',
      password: 'p w\n',
      'ca.crt': 'CERTIFICATE',
    };
    const directory = (files: Record<string, string>): string => {
      const path = join(folder, 'database');
      mkdirSync(path);
      for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
      return path;
    };

    it('is read file by file, and verifies the server against ca.crt', () => {
      expect(loadServer({ DATABASE_DIR: directory(complete) }).database).toEqual({
        host: 'db',
        port: 5432,
        database: 'stock_analysis',
        user: 'app_a',
        password: 'p w',
        ssl: { ca: 'CERTIFICATE', rejectUnauthorized: true },
      });
    });

    it('needs no ca.crt', () => {
      const { 'ca.crt': _absent, ...files } = complete;
      expect(loadServer({ DATABASE_DIR: directory(files) }).database).not.toHaveProperty('ssl');
    });

    it('names every file that is missing, empty or wrong', () => {
      expect(
        issuesOf({ DATABASE_DIR: directory({ host: '', port: 'many', name: 'x', username: 'u' }) }),
      ).toEqual([
        expect.stringMatching(/the file host in .* is empty/),
        expect.stringMatching(/cannot read the file password/),
        expect.stringMatching(/the file port must hold a number/),
      ]);
    });

    it('excludes DATABASE_URL', () => {
      expect(issuesOf({ DATABASE_DIR: directory(complete), DATABASE_URL: URL_OF_TESTS })).toEqual([
        'DATABASE_URL and DATABASE_DIR are both set; keep one',
      ]);
    });
  });
});
