/** API identity of the kind. Changing any of these is a new API version. */
export const GROUP = 'stockanalysis.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;
export const KIND = 'StockAnalysis';
export const PLURAL = 'stockanalyses';
export const SINGULAR = 'stockanalysis';
export const SHORT_NAME = 'stk';
export const CATEGORY = 'stock';

/** With `deletionPolicy: Delete` alone: keeps the object until its data is removed. */
export const FINALIZER = `${GROUP}/finalizer`;

/** The one field manager of every server-side apply, so that our fields are one set that we may also remove. */
export const FIELD_MANAGER = 'stock-analysis-operator';

/** Source of our Events. */
export const EVENT_SOURCE = 'stock-analysis-operator';

/** Longest `metadata.name`: the longest child name and the label values derived from it stay within 63 characters. */
export const MAX_NAME_LENGTH = 40;

export const ANNOTATION = {
  /** Must hold the object's own name before `deletionPolicy: Delete` removes any data. */
  confirmDelete: `${GROUP}/confirm-delete`,
  /** Hash of the manifest that was written last; equal hash and no drift means nothing to write. */
  appliedHash: `${GROUP}/applied-hash`,
  /** On the object: a text that it did not hold before lets this operator roll out what waits, see PendingRollout. */
  rollout: `${GROUP}/rollout`,
  /** On workloads: the pod template that was rolled out last, and what was asked for then. */
  lastRollout: `${GROUP}/last-rollout`,
  /** There from our POST until our first apply. */
  created: `${GROUP}/created`,
  /** On the derived Secret of notifications: the mail server that its login is for, `host:port`. */
  mailServer: `${GROUP}/mail-server`,
} as const;

export const PORT = {
  http: 8080,
  management: 9090,
  postgres: 5432,
  aktools: 8080,
  /** Port of the Service in front of the servers. */
  service: 80,
} as const;

/** UID and GID of every process in our images. */
export const RUN_AS = 10001;

/** Name and roles of the application's database. */
export const DATABASE = {
  name: 'stock_analysis',
  superuser: 'postgres',
  owner: 'app_owner',
  migrator: 'app_migrator',
  readWrite: 'app_rw',
  readOnly: 'app_ro',
  monitor: 'app_monitor',
  login: 'app_a',
} as const;

/** Key of a generated Secret that holds a keyring, and the names under which the server finds the three of them. */
export const KEYRING = {
  key: 'keyring.json',
  files: { encryptionKeys: 'encryption.json', sessionKeys: 'session.json', pepperKeys: 'pepper.json' },
} as const;

/** Keys of the Secrets that notifications need, and the names under which the workers find them. */
export const NOTIFICATION_KEYS = {
  email: ['smtp-username', 'smtp-password', 'smtp-ca.crt'],
  webhook: ['webhook-url', 'webhook-secret'],
} as const;
export type Channel = keyof typeof NOTIFICATION_KEYS;

/** Keys of the derived Secret of traces: the headers, and whom they are for (`https://otel.example:4318`). */
export const TRACING_HEADERS_KEY = 'headers';
export const TRACING_ORIGIN_KEY = 'origin';

/** Where pods find what the operator mounts: the agreement between operator and images. */
export const PATH = {
  configDirectory: '/etc/stock-analysis/config',
  configFile: '/etc/stock-analysis/config/config.yaml',
  database: '/etc/stock-analysis/database',
  bootstrapDirectory: '/etc/stock-analysis/bootstrap',
  bootstrapToken: '/etc/stock-analysis/bootstrap/token',
  keyrings: '/etc/stock-analysis/keyrings',
  notifications: '/etc/stock-analysis/notifications',
  tracing: '/etc/stock-analysis/tracing',
  tracingHeaders: '/etc/stock-analysis/tracing/headers',
  sampleData: '/var/lib/stock-analysis/sample-data',
  postgresAdmin: '/etc/stock-analysis/postgres/admin',
  postgresTls: '/etc/stock-analysis/postgres/tls',
  postgresConfig: '/etc/stock-analysis/postgres/config',
  postgresData: '/var/lib/postgresql/data',
  pgdata: '/var/lib/postgresql/data/pgdata',
  postgresSocket: '/run/postgresql',
} as const;
