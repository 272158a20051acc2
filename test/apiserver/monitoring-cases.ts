/** The rules and bounds of `spec.monitoring`, as `crd-cases.ts` has them of everything else. */
import type { Attempt, RuleCase } from './crd-cases.ts';

const monitoring = (members: unknown): Attempt & { readonly spec: unknown } => ({
  spec: { monitoring: members },
});
const labels = (map: unknown): Attempt => monitoring({ labels: map });
const mail = (members: object): Attempt & { readonly spec: unknown } =>
  monitoring({
    notifications: {
      email: { host: 'mail.example', from: 'a@mail.example', to: ['b@mail.example'], ...members },
    },
  });

const secretRef = { name: 'smtp' };
const trace = (members: object): Attempt =>
  monitoring({
    tracing: { endpoint: 'https://otel.example/v1/traces', headersSecretRef: { name: 'otel' }, ...members },
  });

export const MONITORING_RULE_CASES: readonly RuleCase[] = [
  {
    at: 'spec.monitoring.labels',
    message: 'keys of labels must be names such as release or example.org/team',
    field: 'spec.monitoring.labels',
    refused: ['a b', '', '-a', 'a/b/c', 'x'.repeat(64), 'UPPER.example/a'].map((key) =>
      labels({ [key]: 'v' }),
    ),
    accepted: [labels({ release: 'prometheus', 'example.org/team': '' }), labels({})],
  },
  {
    at: 'spec.monitoring.labels',
    message:
      'labels must leave app.kubernetes.io/{name,instance,component,managed-by,part-of} and stockanalysis.dev/ to the operator',
    field: 'spec.monitoring.labels',
    refused: ['app.kubernetes.io/instance', 'app.kubernetes.io/managed-by', 'stockanalysis.dev/family'].map(
      (key) => labels({ [key]: 'v' }),
    ),
    accepted: [labels({ 'app.kubernetes.io/created-by': 'us', 'example.org/team': 'a' })],
  },
  {
    at: 'spec.monitoring.runbookBaseURL',
    message: 'runbookBaseURL must be an absolute http or https URL without query and fragment',
    field: 'spec.monitoring.runbookBaseURL',
    refused: ['runbooks', 'ftp://wiki.example', 'https://wiki.example/?page=', 'https://wiki.example/#a'].map(
      (runbookBaseURL) => monitoring({ runbookBaseURL }),
    ),
    accepted: ['https://wiki.example/runbooks', 'http://10.0.0.1:8080/'].map((runbookBaseURL) =>
      monitoring({ runbookBaseURL }),
    ),
  },
  {
    at: 'spec.monitoring.notifications.email.host',
    message: 'email.host must be a host name or an IP address',
    field: 'spec.monitoring.notifications.email.host',
    refused: ['-mail', 'mail-', 'mail:25', '::g', '10.0.0.1:25'].map((host) => mail({ host })),
    accepted: ['mail', 'smtp.mail.example', '10.0.0.1', '2001:db8::1', 'mail.example.'].map((host) =>
      mail({ host }),
    ),
  },
  {
    at: 'spec.monitoring.notifications.email',
    message: 'email.secretRef needs security TLS or StartTLS: a password would travel in the clear',
    field: 'spec.monitoring.notifications.email.secretRef',
    refused: [mail({ security: 'None', secretRef })],
    accepted: [mail({ security: 'None' }), mail({ secretRef }), mail({ security: 'TLS', secretRef })],
  },
  {
    at: 'spec.monitoring.tracing.endpoint',
    message: 'tracing.endpoint must be an absolute http or https URL with a path such as /v1/traces',
    field: 'spec.monitoring.tracing.endpoint',
    refused: [
      'otel.example/v1/traces',
      'grpc://otel.example/x',
      'https://otel.example',
      'https://otel.example/',
    ].map((endpoint) => monitoring({ tracing: { endpoint } })),
    accepted: ['https://otel.example/v1/traces', 'http://10.0.0.1:4318/v1/traces'].map((endpoint) =>
      monitoring({ tracing: { endpoint } }),
    ),
  },
  {
    at: 'spec.monitoring.tracing.endpoint',
    message:
      'tracing.endpoint must have neither user, query nor fragment: what is secret belongs into headers',
    field: 'spec.monitoring.tracing.endpoint',
    refused: ['https://u:p@otel.example/v1', 'https://otel.example/v1?a=b', 'https://otel.example/v1#a'].map(
      (endpoint) => monitoring({ tracing: { endpoint } }),
    ),
    accepted: [monitoring({ tracing: { endpoint: 'https://otel.example/v1/traces' } })],
  },
  {
    at: 'spec.monitoring.tracing',
    message: 'tracing.headersSecretRef needs an endpoint with https: a token would travel in the clear',
    field: 'spec.monitoring.tracing.headersSecretRef',
    refused: [trace({ endpoint: 'http://otel.example/v1/traces' })],
    accepted: [trace({}), trace({ endpoint: 'HTTPS://otel.example/v1/traces' })],
  },
];

export const MONITORING_SCHEMA_CASES: readonly { readonly field: string; readonly spec: unknown }[] = [
  ...['100', '49.9', '99.9999', '99,9', '99.'].map((availability) => ({
    field: 'spec.monitoring.slo.availability',
    spec: { monitoring: { slo: { availability } } },
  })),
  ...[0, 300, 10_001].map((thresholdMilliseconds) => ({
    field: 'spec.monitoring.slo.latency.thresholdMilliseconds',
    spec: { monitoring: { slo: { latency: { thresholdMilliseconds } } } },
  })),
  { field: 'spec.monitoring.labels.release', ...monitoring({ labels: { release: 'a b' } }) },
  { field: 'spec.monitoring.notifications.email.port', ...mail({ port: 0 }) },
  { field: 'spec.monitoring.notifications.email.to', ...mail({ to: [] }) },
  { field: 'spec.monitoring.notifications.email.to', ...mail({ to: ['a@b', 'a@b'] }) },
  { field: 'spec.monitoring.notifications.email.from', ...mail({ from: 'A <a@b>' }) },
  { field: 'spec.monitoring.notifications.email.from', ...mail({ from: 'a@b\r\nBcc: c@d' }) },
  {
    field: 'spec.monitoring.notifications.webhook.secretRef',
    ...monitoring({ notifications: { webhook: {} } }),
  },
  ...['1.1', '.5', '2', ''].map((sampleRatio) => ({
    field: 'spec.monitoring.tracing.sampleRatio',
    spec: { monitoring: { tracing: { endpoint: 'https://otel.example/v1/traces', sampleRatio } } },
  })),
  ...['never', '0 8 * *', '60 8 * * *'].map((daily) => ({
    field: 'spec.monitoring.reports.daily',
    spec: { monitoring: { reports: { daily } } },
  })),
  { field: 'spec.monitoring.reports.keepDays', ...monitoring({ reports: { keepDays: 6 } }) },
  { field: 'spec.monitoring.errors.keepDays', ...monitoring({ errors: { keepDays: 0 } }) },
  { field: 'spec.logging.level', spec: { logging: { level: 'loud' } } },
];
