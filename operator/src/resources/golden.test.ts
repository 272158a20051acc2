import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import {
  aktoolsDeployment,
  aktoolsNetworkPolicy,
  aktoolsService,
  aktoolsServiceAccount,
  alertFiles,
  applicationConfig,
  bootstrapTokenSecret,
  builtInAccess,
  credentialSecret,
  dashboardsConfigMap,
  databaseSecret,
  migrateJob,
  migrateNetworkPolicy,
  migrateServiceAccount,
  notificationsOf,
  podMonitor,
  postgresClaim,
  postgresConfig,
  postgresNetworkPolicy,
  postgresService,
  postgresServiceAccount,
  postgresStatefulSet,
  prometheusRule,
  serverConfig,
  serverDeployment,
  serverDisruptionBudget,
  serverNetworkPolicy,
  serverService,
  tracingOf,
  workerConfig,
  workerDeployment,
  workerNetworkPolicy,
  workloadServiceAccounts,
  type Manifest,
  type Target,
} from './index.ts';
import {
  AKTOOLS_SPEC,
  CHANNELS,
  FULL_SPEC,
  MOUNTS,
  POSTGRES_MOUNTS,
  SERVER_MOUNTS,
  testTarget,
} from './testing/target.ts';

const small = testTarget();
const full = testTarget(FULL_SPEC);
const aktools = testTarget(AKTOOLS_SPEC);
const elsewhere = testTarget({
  marketData: { provider: 'AKTools', aktools: { url: 'https://aktools.example/base' } },
});
const external = testTarget({ database: { mode: 'External', external: { secretRef: { name: 'theirs' } } } });
const policies = (target: Target): Manifest[] => [
  migrateNetworkPolicy(target),
  serverNetworkPolicy(target),
  workerNetworkPolicy(target),
];
const password = { password: 'p' };
const access = builtInAccess(small, { username: 'app_a', password: 'p' }, 'CA');

const notifications = notificationsOf(full, CHANNELS);
const tracing = tracingOf(full, false, undefined);
const traced = testTarget({
  logging: { level: 'debug' },
  monitoring: {
    reports: { daily: '30 7 * * 1-5', weekly: 'Never', timeZone: 'UTC' },
    tracing: {
      endpoint: 'https://otel.example:4318/v1/traces',
      sampleRatio: '0.25',
      headersSecretRef: { name: 'otel' },
    },
  },
});
const traces = tracingOf(traced, true, 'Authorization: Bearer t');
const TRACED = { tracingSecret: 'demo-tracing-0123456789' };
const group = {
  name: 'group',
  interval: '30s',
  rules: [
    { record: 'a:b', expr: 'sum(c)' },
    {
      alert: 'StockAnalysisX',
      expr: 'a:b > 1',
      for: '5m',
      labels: { severity: 'warning' },
      annotations: { summary: 's', description: 'd', runbook_url: 'https://docs.example/X.md' },
    },
  ],
} as const;
const board = { uid: 'u', title: 't', fileName: 'object.json', json: { title: 't', panels: [] } };

// Every builder once with defaults and, where the spec reaches it, once with everything set.
const GOLDEN: Readonly<Record<string, readonly Manifest[]>> = {
  server: [serverDeployment(small, SERVER_MOUNTS), serverService(small)],
  'server-full': [serverDeployment(full, SERVER_MOUNTS)],
  worker: [workerDeployment(small, MOUNTS)],
  'worker-full': [workerDeployment(full, MOUNTS)],
  'worker-notifications': [
    workerDeployment(full, { ...MOUNTS, notificationsSecret: 'demo-notifications-0123456789' }),
  ],
  notifications: [
    ...(notifications.secret ? [notifications.secret] : []),
    workerConfig(full, notifications, tracing),
    // One channel is complete.
    workerConfig(full, notificationsOf(full, { email: {} }), tracing),
    workerNetworkPolicy(full, notifications.ports),
  ],
  tracing: [
    ...(traces.secret ? [traces.secret] : []),
    applicationConfig(traced),
    serverConfig(traced, traces),
    workerConfig(traced, notificationsOf(traced, {}), traces),
    serverDeployment(traced, { ...SERVER_MOUNTS, ...TRACED }),
    workerDeployment(traced, { ...MOUNTS, ...TRACED }),
    serverNetworkPolicy(traced, traces.ports),
  ],
  monitoring: [prometheusRule(full, [group]), podMonitor(full)],
  'monitoring-files': [alertFiles(small, [group]), dashboardsConfigMap(small, [board])],
  'worker-aktools': [workerDeployment(aktools, MOUNTS)],
  aktools: [
    aktoolsServiceAccount(small),
    aktoolsNetworkPolicy(small),
    aktoolsService(small),
    aktoolsDeployment(small),
  ],
  'aktools-full': [aktoolsDeployment(aktools)],
  'network-policies': [postgresNetworkPolicy(small), ...policies(small)],
  'network-policies-aktools': [workerNetworkPolicy(aktools)],
  'network-policies-aktools-url': policies(elsewhere),
  'network-policies-external': policies(external),
  'disruption-budget': [serverDisruptionBudget(small)],
  migrate: [migrateJob(small, MOUNTS, 1)],
  'migrate-retry': [migrateJob(full, MOUNTS, 3)],
  postgres: [
    postgresClaim(small, '10Gi'),
    postgresService(small),
    postgresStatefulSet(small, POSTGRES_MOUNTS),
  ],
  'postgres-full': [postgresClaim(full, '20Gi'), postgresStatefulSet(full, POSTGRES_MOUNTS)],
  'postgres-config': [postgresConfig(small)],
  'postgres-config-full': [postgresConfig(full)],
  configuration: [applicationConfig(small)],
  'configuration-full': [applicationConfig(full)],
  // What is left out is the application's to decide.
  'configuration-security': [
    applicationConfig(testTarget({ security: { rateLimit: { loginPerMinute: 5 } } })),
  ],
  'configuration-aktools': [applicationConfig(aktools)],
  'configuration-aktools-url': [applicationConfig(elsewhere)],
  'service-accounts': [
    postgresServiceAccount(small),
    migrateServiceAccount(small),
    ...workloadServiceAccounts(small),
  ],
  'database-secrets': [
    databaseSecret(small, 'database-app', access),
    databaseSecret(small, 'database-migrator', access),
  ],
  credentials: [
    credentialSecret(small, 'databaseAdmin', 1, password),
    credentialSecret(small, 'databaseMigrator', 2, password),
    credentialSecret(small, 'databaseApp', 3, password),
    credentialSecret(small, 'databaseTLS', 1, { ca: 'CA', certificate: 'CERTIFICATE', key: 'KEY' }),
    credentialSecret(small, 'bootstrap', 1, { token: 't' }),
    bootstrapTokenSecret(small, 't'),
    credentialSecret(small, 'encryptionKeys', 1, { kid: '0a1b2c3d', key: 'ENCRYPTION' }),
    credentialSecret(small, 'sessionKeys', 2, { kid: '4e5f6a7b', key: 'SESSION' }),
    credentialSecret(small, 'pepperKeys', 3, { kid: '8c9d0e1f', key: 'PEPPER' }),
  ],
};

describe('builders', () => {
  it.each(Object.keys(GOLDEN))('build %s as in its golden file', async (name) => {
    const text = (GOLDEN[name] ?? [])
      .map((manifest) =>
        stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false, singleQuote: true }),
      )
      .join('---\n');
    await expect(text).toMatchFileSnapshot(`./golden/${name}.yaml`);
  });

  it('give equal input equal text, whatever the order of its keys', () => {
    const reordered = testTarget(Object.fromEntries(Object.entries(FULL_SPEC ?? {}).reverse()));
    expect(stringify(postgresConfig(reordered))).toBe(stringify(postgresConfig(full)));
    expect(stringify(serverDeployment(reordered, SERVER_MOUNTS))).toBe(
      stringify(serverDeployment(full, SERVER_MOUNTS)),
    );
  });
});
