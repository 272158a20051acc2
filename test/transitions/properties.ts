/**
 * Values for every property of the spec, from the CRD's own schema: bounds, members of enums, both booleans; and for
 * strings, whose pattern says little about what they mean, from the table below. A new property without an entry there
 * is an error, so none is forgotten.
 */
import { APP_LOGIN, EXTERNAL_SECRET, OTHER_APP_LOGIN } from '../support/external-database.ts';
import { readCRDs, type SchemaNode } from '../support/crd.ts';

/** `server.replicas`, below spec. */
export type Path = string;

export interface Property {
  readonly path: Path;
  /** Accepted values that a platform can carry out. */
  readonly values: readonly unknown[];
  /** Values that the API server must refuse. */
  readonly refused: readonly unknown[];
  /** Accepted values that cannot be carried out, with the reason that Ready must give. */
  readonly futile: readonly { readonly value: unknown; readonly reason: string }[];
  /** Cannot be taken back: a volume that has grown. */
  readonly isOneWay?: true;
}

interface Meaning {
  readonly values: readonly unknown[];
  readonly refused?: readonly unknown[];
  readonly futile?: Property['futile'];
  readonly isOneWay?: true;
}

const DIGEST = `sha256:${'d'.repeat(64)}`;

/** Images of this name cannot be pulled here. */
export const ABSENT_IMAGE = 'test.invalid/absent:1';

const UNPULLABLE = { reason: 'ImagePullFailed' } as const;

const image = (name: string): Meaning => ({
  values: [`test.invalid/${name}:2`, `test.invalid/${name}@${DIGEST}`],
  refused: ['', '-x', 'a b', 'x'.repeat(513)],
  futile: [{ value: ABSENT_IMAGE, ...UNPULLABLE }],
});

/** Left out, because they cannot be changed by themselves: members of a whole that stands below, and the kind of database. */
const NOT_BY_ITSELF: ReadonlySet<Path> = new Set([
  ...['image.repository', 'image.tag', 'image.digest'],
  ...['marketData.refresh.cron', 'marketData.refresh.timeZone'],
  ...['security.forceHTTPS', 'security.trustedProxies'],
  // Immutable, and a Secret can only be named where it says External: see `externalSecret`.
  ...['database.mode', 'database.external.secretRef.name'],
]);

/** By path; objects whose members only make sense together stand here as a whole. */
const MEANINGS: Readonly<Record<Path, Meaning>> = {
  image: {
    values: [
      { repository: 'test.invalid/app', tag: '2' },
      { repository: 'test.invalid/app', digest: DIGEST },
    ],
    refused: [
      { repository: 'test.invalid/app' },
      { tag: '2' },
      { repository: 'r', tag: 't', digest: DIGEST },
    ],
    futile: [{ value: { repository: 'test.invalid/absent', tag: '1' }, ...UNPULLABLE }],
  },
  'image.pullSecrets': {
    values: [[{ name: 'registry' }], [{ name: 'registry' }, { name: 'mirror' }]],
    refused: [
      [{ name: '' }],
      [{ name: 'A' }],
      [{}],
      Array.from({ length: 9 }, (_, at) => ({ name: `s${at}` })),
    ],
  },
  'marketData.sample.image': image('sample-data'),
  // Does something only with its provider: see `aktools`.
  'marketData.aktools': {
    values: [
      { managed: { resources: { limits: { memory: '600Mi' } } } },
      { managed: { image: 'test.invalid/aktools:2' } },
      { url: 'https://aktools.example/base' },
    ],
    refused: [
      {},
      { managed: {}, url: 'http://aktools.example' },
      { managed: { image: '' } },
      { url: 'ftp://aktools.example' },
      { url: 'http://a:b@aktools.example' },
      { url: 'http://aktools.example/?a' },
    ],
  },
  'marketData.refresh': {
    values: [{ cron: '30 16 * * 1-5' }, { cron: '0 17 * * MON-FRI', timeZone: 'UTC' }],
    refused: [{}, { cron: '30 16 * *' }, { cron: '60 16 * * *' }, { cron: '0 9 * * *', timeZone: '' }],
    futile: [
      { value: { cron: '0 0 30 2 *' }, reason: 'InvalidSpec' },
      { value: { cron: '0 9 * * *', timeZone: 'Asia/Peking' }, reason: 'InvalidSpec' },
    ],
  },
  'marketData.symbols': {
    values: [['600519.SH'], ['000001.SZ', '600000.SH', '430047.BJ']],
    refused: [[], ['600519'], ['600519.SH', '600519.SH'], ['600519.HK']],
  },
  'monitoring.labels': {
    values: [{ release: 'prometheus' }, { release: 'other', 'example.org/team': 'a' }],
    refused: [{ 'app.kubernetes.io/instance': 'x' }, { 'a b': 'x' }, { release: 'a b' }],
  },
  'monitoring.slo.availability': { values: ['99', '99.95'], refused: ['100', '99.9999', '', 99.9] },
  'monitoring.slo.latency.objective': { values: ['90', '99.5'], refused: ['100', 'all'] },
  'monitoring.runbookBaseURL': {
    values: ['https://wiki.example/runbooks', 'http://10.0.0.1/r/'],
    refused: ['', 'runbooks', 'https://wiki.example/?page='],
  },
  // Secrets that are not there keep nobody from Ready.
  'monitoring.notifications': {
    values: [
      { email: { host: 'mail.example', from: 'a@mail.example', to: ['b@mail.example'] } },
      {
        email: {
          ...{ host: '10.0.0.1', port: 2525, security: 'None' },
          ...{ from: 'a@mail.example', to: ['b@mail.example', 'c@mail.example'] },
        },
        webhook: { secretRef: { name: 'nowhere' } },
      },
    ],
    refused: [
      { webhook: {} },
      { email: { host: 'mail.example', from: 'a@mail.example', to: [] } },
      { email: { host: 'mail.example', from: 'a', to: ['b@mail.example'] } },
    ],
  },
  'monitoring.reports': {
    values: [
      { daily: 'Never', weekly: '0 7 * * MON' },
      { daily: '30 7 * * *', timeZone: 'UTC' },
      { enabled: false, keepDays: 30 },
    ],
    refused: [{ daily: 'never' }, { weekly: '0 8 * *' }, { timeZone: '' }, { keepDays: 6 }],
    futile: [{ value: { timeZone: 'Asia/Peking' }, reason: 'InvalidSpec' }],
  },
  // A Secret that is not there keeps nobody from Ready.
  'monitoring.tracing': {
    values: [
      { endpoint: 'http://otel.example:4318/v1/traces', sampleRatio: '1' },
      { endpoint: 'https://otel.example/v1/traces', headersSecretRef: { name: 'nowhere' } },
    ],
    refused: [
      {},
      { endpoint: 'https://otel.example' },
      { endpoint: 'http://otel.example/v1/traces', headersSecretRef: { name: 'nowhere' } },
    ],
  },
  'security.corsOrigins': {
    values: [[], ['https://app.example.org', 'http://localhost:5173']],
    refused: [['*'], ['https://app.example.org/'], ['https://app.example.org:443'], ['http://a', 'http://a']],
  },
  'security.allowedCIDRs': {
    values: [[], ['10.0.0.0/8', '2001:db8::/32']],
    refused: [['10.0.0.0/33'], ['anybody'], ['::1', '::1']],
  },
  'security.bodyLimit': {
    values: ['1Ki', '1.5Mi', '10Mi'],
    refused: ['1023', '11Mi', 'much', ''],
  },
  // What forces HTTPS needs a proxy: together, and the proxies once more by themselves.
  security: {
    values: [{ trustedProxies: ['10.0.0.0/8'], forceHTTPS: true }, { trustedProxies: ['10.0.0.7', '::1'] }],
    refused: [{ forceHTTPS: true }, { forceHTTPS: 'yes' }, { trustedProxies: ['10.0.0/8'] }],
  },
  'database.builtIn.image': image('postgres'),
  'database.builtIn.parameters': {
    values: [
      { work_mem: '8MB' },
      { work_mem: '16MB', max_connections: '50', jit: 'off' },
      { random_page_cost: '1.1' },
    ],
    refused: [{ fsync: 'off' }, { work_mem: 'a;b' }, { work_mem: 8 }],
  },
  'database.builtIn.storage.size': {
    values: ['11Gi', '20480Mi'],
    refused: ['1Mi', 'ten', '9Gi', ''],
    isOneWay: true,
  },
};

/** One of two, each with members of its own; and what can be nothing without its members. */
const WHOLES = ['marketData.aktools', 'monitoring.notifications', 'monitoring.reports', 'monitoring.tracing'];

/** A StorageClass is chosen once, when the volume is made. */
const SET_AT_CREATION: ReadonlySet<Path> = new Set(['database.builtIn.storage.storageClassName']);

/** Secrets of every namespace here by name, with the login that they give to the database of somebody else. */
export const EXTERNAL_SECRETS: Readonly<Record<string, string>> = {
  [EXTERNAL_SECRET]: APP_LOGIN,
  'elsewhere.other-login': OTHER_APP_LOGIN,
  e: APP_LOGIN,
};

/** Which of them is read, for objects whose database is External. */
export const externalSecret: Property = {
  path: 'database.external.secretRef.name',
  values: Object.keys(EXTERNAL_SECRETS),
  refused: ['', 'A', '-x', 'x'.repeat(254)],
  futile: [{ value: 'nowhere', reason: 'SecretMissing' }],
};

interface FullSchema extends SchemaNode {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly 'x-kubernetes-int-or-string'?: boolean;
}

function ofSchema(path: Path, schema: FullSchema): Meaning {
  if (schema['x-kubernetes-int-or-string'] === true) return ofQuantity(path);
  if (schema.enum) return { values: schema.enum, refused: ['NoSuchMember', 7] };
  if (schema.type === 'boolean') return { values: [true, false], refused: ['yes', 1] };
  if (schema.type === 'integer') {
    const { minimum = 0, maximum = minimum + 1 } = schema;
    return { values: [minimum, minimum + 1, maximum], refused: [minimum - 1, maximum + 1, 'two', 1.5] };
  }
  throw new Error(
    `spec.${path} has no values to be tried with: give it some in test/transitions/properties.ts`,
  );
}

/** Requests that a node can hold, limits above every default request. */
function ofQuantity(path: Path): Meaning {
  const isCPU = path.endsWith('.cpu');
  const isRequest = path.includes('.requests.');
  const values = isCPU
    ? isRequest
      ? ['150m', 1]
      : [2, '2500m']
    : isRequest
      ? ['96Mi', '128Mi']
      : ['1Gi', '2G'];
  const futile = isCPU && isRequest ? [{ value: 1000, reason: 'PodUnschedulable' }] : [];
  return { values, refused: ['', 'x', -1, '1 Gi'], futile };
}

function* leaves(path: Path, schema: FullSchema): Generator<readonly [Path, FullSchema]> {
  if (path in MEANINGS) yield [path, schema];
  if (!schema.properties) {
    if (!(path in MEANINGS)) yield [path, schema];
    return;
  }
  for (const [name, member] of Object.entries(schema.properties))
    yield* leaves(path === '' ? name : `${path}.${name}`, member);
}

/** Every property of the spec of a StockAnalysis. */
export function properties(): Property[] {
  const definition = readCRDs().find(({ metadata }) => metadata.name.startsWith('stockanalyses.'));
  const spec = definition?.spec.versions[0]?.schema.openAPIV3Schema.properties?.['spec'];
  if (!spec) throw new Error('crds/ holds no schema of StockAnalysis: run make generate');
  return [...leaves('', spec)]
    .filter(([path]) => !NOT_BY_ITSELF.has(path) && !SET_AT_CREATION.has(path))
    .filter(([path]) => !WHOLES.some((whole) => path.startsWith(`${whole}.`)))
    .map(([path, schema]) => {
      const { values, refused = [], futile = [], isOneWay } = MEANINGS[path] ?? ofSchema(path, schema);
      const property = { path, values, refused, futile };
      return isOneWay ? Object.assign(property, { isOneWay }) : property;
    });
}
