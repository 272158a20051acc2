/** One row per CEL rule of the CRD: what it must refuse and what it must let through. */
import { MONITORING_RULE_CASES, MONITORING_SCHEMA_CASES } from './monitoring-cases.ts';

/** A creation, or a change from the first spec to the second. */
export type Attempt =
  { readonly spec: unknown; readonly name?: string } | { readonly from: unknown; readonly to: unknown };

export interface RuleCase {
  /** Where the rule stands in the schema; '' is the object itself. */
  readonly at: string;
  readonly message: string;
  /** What the refusal must name. */
  readonly field: string;
  readonly refused: readonly Attempt[];
  readonly accepted: readonly Attempt[];
}

const DIGEST = `sha256:${'a'.repeat(64)}`;
const external = { mode: 'External', external: { secretRef: { name: 'elsewhere' } } };
const size = (value: string): unknown => ({ database: { builtIn: { storage: { size: value } } } });

const aktools = (source: unknown): unknown => ({ marketData: { provider: 'AKTools', aktools: source } });

/** The same two rules stand at every place that takes resources. */
function resourceCases(at: string, wrap: (resources: unknown) => unknown): RuleCase[] {
  return (['cpu', 'memory'] as const).map((resource) => {
    const [small, large] = resource === 'cpu' ? ['500m', 1] : ['512Mi', '1Gi'];
    const spec = (request: unknown, limit: unknown): Attempt => ({
      spec: wrap({ requests: { [resource]: request }, limits: { [resource]: limit } }),
    });
    return {
      at,
      message: `requests.${resource} must not be larger than limits.${resource}`,
      field: `${at}.requests`,
      refused: [spec(large, small)],
      accepted: [spec(small, large), spec(large, large), { spec: wrap({ requests: { [resource]: large } }) }],
    };
  });
}

const security = (members: unknown): Attempt => ({ spec: { security: members } });

const FORCED =
  'security.forceHTTPS needs security.trustedProxies: TLS ends at a proxy, and only one that is trusted can say that a request came by HTTPS';
const proxies = ['10.0.0.1'];

const SECURITY_CASES: readonly RuleCase[] = [
  {
    at: 'spec.security',
    message: FORCED,
    field: 'spec.security.forceHTTPS',
    refused: [
      security({ forceHTTPS: true }),
      security({ forceHTTPS: true, trustedProxies: [] }),
      {
        from: { security: { forceHTTPS: true, trustedProxies: proxies } },
        to: { security: { forceHTTPS: true } },
      },
    ],
    accepted: [security({ forceHTTPS: true, trustedProxies: proxies }), security({ forceHTTPS: false })],
  },
  {
    at: 'spec.security.corsOrigins[]',
    message: 'must be an exact origin such as https://app.example.org',
    field: 'spec.security.corsOrigins[1]',
    refused: ['https://app.example.org:65536', 'http://[2001:db8::1::]'].map((origin) =>
      security({ corsOrigins: ['http://localhost:5173', origin] }),
    ),
    accepted: ['https://app.example.org', 'https://10.0.0.1:65535', 'http://[2001:db8::1]:8080'].map(
      (origin) => security({ corsOrigins: [origin] }),
    ),
  },
  {
    at: 'spec.security.corsOrigins[]',
    message: 'must leave the default port out, as browsers do',
    field: 'spec.security.corsOrigins[0]',
    refused: ['https://app.example.org:443', 'http://app.example.org:80', 'http://[::1]:80'].map((origin) =>
      security({ corsOrigins: [origin] }),
    ),
    accepted: ['https://app.example.org:80', 'http://app.example.org:443', 'http://[::80]'].map((origin) =>
      security({ corsOrigins: [origin] }),
    ),
  },
  ...(['allowedCIDRs', 'trustedProxies'] as const).map((member) => ({
    at: `spec.security.${member}[]`,
    message: 'must be an address range such as 10.0.0.0/8, or an address',
    field: `spec.security.${member}[1]`,
    refused: ['10.0.0.0/33', '10.0.0/8', '256.0.0.1', '::/129', 'abc', ':'].map((range) =>
      security({ [member]: ['::1', range] }),
    ),
    accepted: ['10.0.0.0/8', '0.0.0.0/0', '192.168.1.7', '2001:db8::/32', '::1/128'].map((range) =>
      security({ [member]: [range] }),
    ),
  })),
  {
    at: 'spec.security.bodyLimit',
    message: 'bodyLimit must be between 1Ki and 10Mi',
    field: 'spec.security.bodyLimit',
    refused: ['1023', '1k', '500m', '10485761', '11M', '1Gi'].map((bodyLimit) => security({ bodyLimit })),
    accepted: ['1Ki', '1024', '1.5Mi', '100k', '10Mi', '10485760'].map((bodyLimit) =>
      security({ bodyLimit }),
    ),
  },
];

export const RULE_CASES: readonly RuleCase[] = [
  ...SECURITY_CASES,
  ...MONITORING_RULE_CASES,
  {
    at: 'spec.image',
    message: 'image.tag and image.digest exclude each other',
    field: 'spec.image.digest',
    refused: [{ spec: { image: { repository: 'r', tag: 't', digest: DIGEST } } }],
    accepted: [{ spec: { image: { repository: 'r', digest: DIGEST } } }],
  },
  {
    at: 'spec.image',
    message: 'image.repository needs image.tag or image.digest',
    field: 'spec.image.repository',
    refused: [{ spec: { image: { repository: 'r' } } }],
    accepted: [{ spec: { image: { repository: 'r', tag: 't' } } }],
  },
  {
    at: 'spec.image',
    message: 'image.tag and image.digest need image.repository',
    field: 'spec.image.repository',
    refused: [{ spec: { image: { tag: 't' } } }, { spec: { image: { digest: DIGEST } } }],
    accepted: [{ spec: { image: { pullPolicy: 'Always' } } }],
  },
  {
    at: 'spec.database.builtIn.storage.size',
    message: 'storage.size must be at least 1Gi',
    field: 'spec.database.builtIn.storage.size',
    refused: [{ spec: size('1Mi') }, { spec: size('1023Mi') }, { spec: size('2e6') }, { spec: size('500m') }],
    accepted: [{ spec: size('1Gi') }, { spec: size('1024Mi') }, { spec: size('2e9') }],
  },
  ...resourceCases('spec.server.resources', (resources) => ({ server: { resources } })),
  ...resourceCases('spec.worker.resources', (resources) => ({ worker: { resources } })),
  ...resourceCases('spec.marketData.aktools.managed.resources', (resources) => ({
    marketData: { provider: 'AKTools', aktools: { managed: { resources } } },
  })),
  {
    at: 'spec.marketData.aktools',
    message: 'aktools takes exactly one of managed and url',
    field: 'spec.marketData.aktools',
    refused: [
      { spec: aktools({}) },
      { spec: aktools({ managed: {}, url: 'http://aktools.example' }) },
      { from: aktools({ managed: {} }), to: aktools({ managed: {}, url: 'http://aktools.example' }) },
    ],
    accepted: [
      { spec: aktools({ managed: {} }) },
      { spec: aktools({ url: 'http://aktools.example' }) },
      { spec: { marketData: { provider: 'AKTools' } } },
      { from: aktools({ managed: {} }), to: aktools({ url: 'http://aktools.example' }) },
    ],
  },
  {
    at: 'spec.marketData.aktools.url',
    message: 'aktools.url must be an absolute http or https URL',
    field: 'spec.marketData.aktools.url',
    refused: [
      'aktools.example:8080',
      '/base',
      'ftp://aktools.example',
      'http://',
      'http:aktools',
      'file:///etc/passwd',
    ].map((url) => ({ spec: aktools({ url }) })),
    accepted: [
      'http://aktools',
      'https://aktools.example:8443/base/',
      'http://[2001:db8::1]:8080',
      'http://10.0.0.1',
    ].map((url) => ({ spec: aktools({ url }) })),
  },
  {
    at: 'spec.marketData.aktools.url',
    message:
      'aktools.url must carry no user name or password: everybody who may read this object would see them',
    field: 'spec.marketData.aktools.url',
    refused: [
      { spec: aktools({ url: 'http://me:secret@aktools.example' }) },
      { spec: aktools({ url: 'http://me@aktools.example' }) },
    ],
    accepted: [{ spec: aktools({ url: 'http://aktools.example' }) }],
  },
  {
    at: 'spec.marketData.aktools.url',
    message: 'aktools.url must have neither query nor fragment: paths are appended to it',
    field: 'spec.marketData.aktools.url',
    refused: [
      { spec: aktools({ url: 'http://aktools.example/?a=b' }) },
      { spec: aktools({ url: 'http://aktools.example/#a' }) },
    ],
    accepted: [{ spec: aktools({ url: 'http://aktools.example/a-b_c' }) }],
  },
  ...resourceCases('spec.database.builtIn.resources', (resources) => ({
    database: { builtIn: { resources } },
  })),
  {
    at: 'spec.database.builtIn.parameters',
    message:
      'parameters may only hold tuning settings; the API reference lists them, the operator owns all others',
    field: 'spec.database.builtIn.parameters',
    refused: [{ spec: { database: { builtIn: { parameters: { fsync: 'off' } } } } }],
    accepted: [{ spec: { database: { builtIn: { parameters: { work_mem: '8MB' } } } } }],
  },
  {
    at: 'spec.database',
    message: 'database.mode is immutable',
    field: 'spec.database.mode',
    refused: [
      { from: {}, to: { database: external } },
      { from: { database: external }, to: { database: { mode: 'BuiltIn' } } },
    ],
    accepted: [
      {
        from: { database: external },
        to: { database: { ...external, external: { secretRef: { name: 'moved' } } } },
      },
    ],
  },
  {
    at: 'spec.database',
    message: 'database.external is required when database.mode is External',
    field: 'spec.database.external',
    refused: [{ spec: { database: { mode: 'External' } } }],
    accepted: [{ spec: { database: external } }],
  },
  {
    at: 'spec.database',
    message: 'database.builtIn must be absent when database.mode is External',
    field: 'spec.database.builtIn',
    refused: [{ spec: { database: { ...external, builtIn: {} } } }],
    accepted: [{ spec: { database: external } }],
  },
  {
    at: 'spec.database',
    message: 'database.external must be absent when database.mode is BuiltIn',
    field: 'spec.database.external',
    refused: [{ spec: { database: { ...external, mode: 'BuiltIn' } } }],
    accepted: [{ spec: { database: { mode: 'BuiltIn', builtIn: {} } } }],
  },
  {
    at: 'spec.database',
    message: 'database.builtIn.storage.size must not shrink',
    field: 'spec.database.builtIn',
    refused: [
      { from: size('20Gi'), to: size('10Gi') },
      { from: size('20Gi'), to: {} },
      { from: {}, to: size('9Gi') },
      { from: size('1Gi'), to: size('1G') },
    ],
    accepted: [
      { from: size('10Gi'), to: size('20Gi') },
      { from: {}, to: size('11Gi') },
      { from: size('1Gi'), to: size('1024Mi') },
      { from: {}, to: { database: { builtIn: {} } } },
    ],
  },
  {
    at: '',
    message: 'metadata.name must be at most 40 characters long: names of children are derived from it',
    field: 'metadata.name',
    refused: [{ spec: {}, name: 'a'.repeat(41) }],
    accepted: [{ spec: {}, name: 'a'.repeat(40) }],
  },
  {
    at: '',
    message:
      'metadata.name must start with a letter and hold only lower-case letters, digits and hyphens: a Service carries it',
    field: 'metadata.name',
    refused: [
      { spec: {}, name: '1a' },
      { spec: {}, name: 'a.b' },
    ],
    accepted: [{ spec: {}, name: 'a-1' }],
  },
];

/** Refused by the plain schema, without CEL; `field` must stand in the message. */
export const SCHEMA_CASES: readonly { readonly field: string; readonly spec: unknown }[] = [
  { field: 'spec.server.replicas', spec: { server: { replicas: 0 } } },
  { field: 'spec.server.replicas', spec: { server: { replicas: 51 } } },
  { field: 'spec.worker.replicas', spec: { worker: { replicas: 'many' } } },
  { field: 'spec.server.resources.requests.cpu', spec: { server: { resources: { requests: { cpu: -1 } } } } },
  { field: 'spec.deletionPolicy', spec: { deletionPolicy: 'Recycle' } },
  { field: 'spec.marketData.provider', spec: { marketData: { provider: 'Oracle' } } },
  { field: 'spec.marketData.symbols', spec: { marketData: { symbols: ['600519'] } } },
  { field: 'spec.marketData.symbols', spec: { marketData: { symbols: ['600519.SH', '600519.SH'] } } },
  { field: 'spec.marketData.aktools.managed.image', spec: aktools({ managed: { image: 'a b' } }) },
  { field: 'spec.marketData.aktools.url', spec: aktools({ url: '' }) },
  { field: 'spec.marketData.refresh.cron', spec: { marketData: { refresh: {} } } },
  { field: 'spec.marketData.refresh.cron', spec: { marketData: { refresh: { cron: '30 16 * *' } } } },
  { field: 'spec.marketData.refresh.cron', spec: { marketData: { refresh: { cron: '30 24 * * 1-5' } } } },
  {
    field: 'spec.marketData.refresh.timeZone',
    spec: { marketData: { refresh: { cron: '0 9 * * *', timeZone: 'a b' } } },
  },
  { field: 'spec.database.builtIn.storage.size', spec: size('ten') },
  { field: 'spec.database.mode', spec: { database: { mode: 'Cloud' } } },
  ...['*', 'null', 'https://*.example.org', 'https://app.example.org/', 'https://App.example.org', ''].map(
    (origin) => ({ field: 'spec.security.corsOrigins[0]', spec: { security: { corsOrigins: [origin] } } }),
  ),
  { field: 'spec.security.corsOrigins', spec: { security: { corsOrigins: ['http://a', 'http://a'] } } },
  { field: 'spec.security.allowedCIDRs[0]', spec: { security: { allowedCIDRs: ['fe80::1%eth0'] } } },
  { field: 'spec.security.allowedCIDRs[0]', spec: { security: { allowedCIDRs: ['10.0.0.0/08'] } } },
  {
    field: 'spec.security.trustedProxies',
    spec: { security: { trustedProxies: Array.from({ length: 65 }, (_, at) => `10.0.0.${at}`) } },
  },
  { field: 'spec.security.bodyLimit', spec: { security: { bodyLimit: 'much' } } },
  {
    field: 'spec.security.rateLimit.loginPerMinute',
    spec: { security: { rateLimit: { loginPerMinute: 0 } } },
  },
  {
    field: 'spec.security.rateLimit.aiPerMinute',
    spec: { security: { rateLimit: { aiPerMinute: 100_001 } } },
  },
  ...MONITORING_SCHEMA_CASES,
  { field: 'spec.image.digest', spec: { image: { repository: 'r', digest: 'sha256:1' } } },
  { field: 'spec.image.pullPolicy', spec: { image: { pullPolicy: 'Sometimes' } } },
];
