import { parseSpec, type StockAnalysisSpecInput } from '../../api/index.ts';
import type { Target } from '../manifest.ts';

/** A fixed object to build children of. */
export function testTarget(spec: StockAnalysisSpecInput = {}): Target {
  const parsed = parseSpec(spec);
  if (!parsed.ok) throw new Error(parsed.message);
  return {
    name: 'demo',
    namespace: 'stock-analysis',
    uid: '7c3f7a3e-0000-4000-8000-000000000001',
    spec: parsed.spec,
    images: {
      app: 'registry.example/app:1',
      postgres: 'registry.example/postgres:1',
      sampleData: 'registry.example/sample-data:1',
      aktools: 'registry.example/aktools:1',
    },
    operatorNamespace: 'operators',
  };
}

export const MOUNTS = { configMap: 'demo-config-0123456789', databaseSecret: 'demo-database-app-0123456789' };
export const SERVER_MOUNTS = {
  ...MOUNTS,
  bootstrapSecret: 'demo-bootstrap-token-0123456789',
  keyrings: { encryptionKeys: 1, sessionKeys: 2, pepperKeys: 3 },
};
export const POSTGRES_MOUNTS = { configMap: 'demo-postgres-config-0123456789', adminNumber: 1, tlsNumber: 1 };

/** Channels that tell of alerts, with what they are sent with. */
export const CHANNELS = {
  email: { 'smtp-username': 'u', 'smtp-password': 'p', 'smtp-ca.crt': 'CA' },
  webhook: { 'webhook-url': 'https://hook.example/token', 'webhook-secret': 's' },
};

/** Market data from an AKTools that the operator runs, every member set. */
export const AKTOOLS_SPEC: StockAnalysisSpecInput = {
  image: { pullPolicy: 'Always', pullSecrets: [{ name: 'registry' }] },
  marketData: {
    provider: 'AKTools',
    aktools: {
      managed: {
        image: 'registry.example/aktools:2',
        resources: { requests: { cpu: '100m' }, limits: { memory: '1Gi' } },
      },
    },
    symbols: ['600519.SH'],
    refresh: { cron: '30 16 * * MON-FRI' },
  },
};

/** Every member set, to see where it ends up. */
export const FULL_SPEC: StockAnalysisSpecInput = {
  image: { pullPolicy: 'Always', pullSecrets: [{ name: 'registry' }] },
  server: {
    replicas: 3,
    resources: { requests: { cpu: 1, memory: '1Gi' }, limits: { cpu: 2, memory: '2Gi' } },
  },
  worker: { replicas: 2, resources: { limits: { memory: '1Gi' } } },
  marketData: { provider: 'Sample', symbols: ['000001.SZ', '600000.SH'] },
  database: {
    mode: 'BuiltIn',
    builtIn: {
      storage: { size: '20Gi', storageClassName: 'fast' },
      resources: { limits: { memory: '2Gi' } },
      parameters: { work_mem: '8MB', shared_buffers: '256MB' },
    },
  },
  security: {
    anonymousReading: false,
    secondFactor: 'Everyone',
    corsOrigins: ['https://app.example.org', 'http://[::1]:5173'],
    allowedCIDRs: ['10.0.0.0/8', '2001:db8::/32'],
    trustedProxies: ['10.244.0.0/16', '10.0.0.7'],
    forceHTTPS: true,
    bodyLimit: '1.5Ki',
    rateLimit: {
      readingPerMinute: 300,
      writingPerMinute: 30,
      loginPerMinute: 5,
      exportsPerMinute: 4,
      aiPerMinute: 3,
    },
  },
  monitoring: {
    labels: { release: 'prometheus' },
    slo: { availability: '99.5', latency: { thresholdMilliseconds: 1000, objective: '95' } },
    runbookBaseURL: 'https://wiki.example/runbooks',
    notifications: {
      email: {
        host: 'mail.example',
        security: 'TLS',
        from: 'platform@mail.example',
        to: ['ops@mail.example', 'boss@mail.example'],
        secretRef: { name: 'smtp' },
      },
      webhook: { secretRef: { name: 'hook' }, minSeverity: 'critical' },
      perTenMinutes: 30,
    },
    alerts: { escalateMinutes: 15 },
    history: { sampleSeconds: 30 },
    slow: { jobSeconds: 300 },
  },
};
