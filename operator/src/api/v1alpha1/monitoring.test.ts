import { describe, expect, it } from 'vitest';
import { parseSpec } from '../index.ts';
import { smtpPort } from './notifications.ts';

/** Undefined where the spec is accepted, else what is wrong with it. */
function problem(monitoring: unknown): string | undefined {
  const parsed = parseSpec({ monitoring });
  return parsed.ok ? undefined : parsed.message;
}

const EMAIL = { host: 'mail.example', from: 'a@mail.example', to: ['b@mail.example'] };
const mail = (members: object): string | undefined =>
  problem({ notifications: { email: { ...EMAIL, ...members } } });

describe('monitoring', () => {
  it('is on with objectives and dashboards, and tells nobody unless it is asked to', () => {
    const parsed = parseSpec({});
    expect(parsed.ok && parsed.spec.monitoring).toEqual({
      enabled: true,
      slo: { availability: '99.9', latency: { thresholdMilliseconds: 500, objective: '99' } },
      dashboards: true,
    });
  });

  it.each(['50', '99', '99.9', '99.999'])('may aim at %s', (availability) =>
    expect(problem({ slo: { availability } })).toBeUndefined(),
  );
  it.each(['100', '49.9', '9', '99.9999', '99.9%', 99.9])('must not aim at %s', (availability) =>
    expect(problem({ slo: { availability } })).toContain('spec.monitoring.slo.availability'),
  );

  it('takes thresholds that are bounds of buckets alone', () => {
    expect(problem({ slo: { latency: { thresholdMilliseconds: 2500 } } })).toBeUndefined();
    expect(problem({ slo: { latency: { thresholdMilliseconds: 300 } } })).toContain('thresholdMilliseconds');
  });

  it('leaves the operator its own labels', () => {
    expect(problem({ labels: { release: 'prometheus', 'example.org/team': 'a' } })).toBeUndefined();
    for (const key of ['app.kubernetes.io/instance', 'stockanalysis.dev/family', 'a b', ''])
      expect(problem({ labels: { [key]: 'x' } })).toContain('spec.monitoring.labels');
  });

  it.each(['wiki.example', 'ftp://wiki.example', 'https://wiki.example/?a', 'https://'])(
    'finds no runbooks at %s',
    (runbookBaseURL) => expect(problem({ runbookBaseURL })).toContain('runbookBaseURL'),
  );
});

const trace = (members: object): string | undefined =>
  problem({ tracing: { endpoint: 'https://otel.example/v1/traces', ...members } });

describe('traces', () => {
  it('go to a URL of http or https with a path, and nothing secret in it', () => {
    for (const endpoint of ['https://otel.example/v1/traces', 'http://10.0.0.1:4318/v1/traces'])
      expect(trace({ endpoint })).toBeUndefined();
    for (const endpoint of [
      'otel.example/v1/traces',
      'grpc://otel.example:4317/x',
      'https://otel.example',
      'https://otel.example/',
      'https://u:p@otel.example/v1/traces',
      'https://otel.example/v1/traces?token=x',
      'https:///v1/traces',
    ])
      expect(trace({ endpoint })).toContain('spec.monitoring.tracing.endpoint');
  });

  it('take no secret over a connection that everybody can read', () => {
    const headersSecretRef = { name: 'otel' };
    expect(trace({ headersSecretRef })).toBeUndefined();
    expect(trace({ endpoint: 'HTTPS://otel.example/v1/traces', headersSecretRef })).toBeUndefined();
    expect(trace({ endpoint: 'http://otel.example/v1/traces', headersSecretRef })).toContain(
      'tracing.headersSecretRef',
    );
  });

  it.each(['0', '1', '0.25', '1.0', '0.000001'])('are recorded with a share of %s', (sampleRatio) =>
    expect(trace({ sampleRatio })).toBeUndefined(),
  );
  it.each(['1.1', '2', '-1', '.5', '0,5', '10%', 0.5])('have no share of %j', (sampleRatio) =>
    expect(trace({ sampleRatio })).toContain('sampleRatio'),
  );
});

describe('reports', () => {
  it('are made when cron says so, or never', () => {
    expect(problem({ reports: {} })).toBeUndefined();
    expect(problem({ reports: { daily: 'Never', weekly: '0 7 * * MON' } })).toBeUndefined();
    for (const daily of ['never', 'Never 8 * * *', '0 8 * *', '0 0 30 2 *', ''])
      expect(problem({ reports: { daily } })).toContain('spec.monitoring.reports.daily');
    expect(problem({ reports: { timeZone: 'Asia/Peking' } })).toContain('reports.timeZone');
  });

  it('are kept for a week at least, and errors for a day', () => {
    expect(problem({ reports: { enabled: false, keepDays: 7 }, errors: { keepDays: 1 } })).toBeUndefined();
    for (const keepDays of [6, 3651, 7.5])
      expect(problem({ reports: { keepDays } })).toContain('spec.monitoring.reports.keepDays');
    expect(problem({ errors: { keepDays: 0 } })).toContain('spec.monitoring.errors.keepDays');
  });
});

it('the log begins at a severity that there is', () => {
  expect(parseSpec({ logging: { level: 'debug' } }).ok).toBe(true);
  expect(parseSpec({ logging: { level: 'loud' } }).ok).toBe(false);
});

describe('notifications', () => {
  it.each([
    [{}, 587],
    [{ security: 'TLS' }, 465],
    [{ security: 'None' }, 25],
    [{ security: 'TLS', port: 2465 }, 2465],
  ] as const)('%j goes to port %d', (members, port) => {
    const parsed = parseSpec({ monitoring: { notifications: { email: { ...EMAIL, ...members } } } });
    const email = parsed.ok ? parsed.spec.monitoring.notifications?.email : undefined;
    expect(email && smtpPort(email)).toBe(port);
  });

  it('send no password in the clear', () => {
    expect(mail({ security: 'None', secretRef: { name: 's' } })).toContain('email.secretRef');
    expect(mail({ security: 'None' })).toBeUndefined();
  });

  it.each(['a@b\r\nBcc: c@d', 'A <a@b>', 'a b@c', '@b', 'a@'])('do not go to %j', (address) => {
    expect(mail({ to: [address] })).toContain('notifications.email.to.0');
    expect(mail({ from: address })).toContain('notifications.email.from');
  });

  it.each(['-mail', '::g', 'mail:25', 'a/b', ''])('know no server %j', (host) =>
    expect(mail({ host })).toContain('notifications.email.host'),
  );
  it.each(['mail', 'mail.example.', '10.0.0.1', '2001:db8::1'])('know a server %j', (host) =>
    expect(mail({ host })).toBeUndefined(),
  );
});
