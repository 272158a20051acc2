import { describe, expect, it } from 'vitest';
import { parseSpec } from '../index.ts';

/** Undefined where the spec is accepted, else what is wrong with it. */
function problem(security: unknown): string | undefined {
  const parsed = parseSpec({ security });
  return parsed.ok ? undefined : parsed.message;
}

describe('security', () => {
  it('is absent unless it is asked for, and where it says nothing else reading is open and administrators need two factors', () => {
    const bare = parseSpec({});
    expect(bare.ok && bare.spec.security).toBeUndefined();
    const parsed = parseSpec({ security: {} });
    expect(parsed.ok && parsed.spec.security).toEqual({
      anonymousReading: true,
      secondFactor: 'Administrators',
      forceHTTPS: false,
    });
  });

  it('needs a proxy that can say that a request came by HTTPS', () => {
    expect(problem({ forceHTTPS: true })).toContain('spec.security.forceHTTPS');
    expect(problem({ forceHTTPS: true, trustedProxies: [] })).toContain('trustedProxies');
    expect(problem({ forceHTTPS: true, trustedProxies: ['10.0.0.1'] })).toBeUndefined();
  });
});

describe('secondFactor', () => {
  it.each(['Optional', 'Administrators', 'Everyone'])('may be asked of %s', (secondFactor) =>
    expect(problem({ secondFactor })).toBeUndefined(),
  );

  it.each(['administrators', 'None', '', true])('is not asked of %j', (secondFactor) =>
    expect(problem({ secondFactor })).toContain('spec.security.secondFactor'),
  );
});

describe('corsOrigins', () => {
  it.each([
    'https://app.example.org',
    'http://localhost:5173',
    'https://10.0.0.1:8443',
    'http://[2001:db8::1]:8080',
    'https://xn--fiq228c.example',
  ])('may hold %s', (origin) => expect(problem({ corsOrigins: [origin] })).toBeUndefined());

  it.each([
    '*',
    'https://*.example.org',
    'null',
    'app.example.org',
    'https://app.example.org/',
    'https://app.example.org/path',
    'https://App.example.org',
    'https://app.example.org:443',
    'http://app.example.org:80',
    'https://app.example.org:65536',
    'https://user@app.example.org',
    'ftp://app.example.org',
    'http://[2001:db8:0:0::1]',
    'http://1',
  ])('must not hold %j', (origin) =>
    expect(problem({ corsOrigins: [origin] })).toContain('spec.security.corsOrigins.0'),
  );
});

describe('ranges of addresses', () => {
  it.each(['10.0.0.0/8', '0.0.0.0/0', '192.168.1.7', '2001:db8::/32', '::1', '::1/128'])('hold %s', (range) =>
    expect(problem({ allowedCIDRs: [range], trustedProxies: [range] })).toBeUndefined(),
  );

  it.each(['', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/08', '10.0.0.0/', '::/129', 'fe80::1%eth0', 'a.b', '/8'])(
    'do not hold %j',
    (range) => expect(problem({ allowedCIDRs: [range] })).toContain('spec.security.allowedCIDRs.0'),
  );

  it('are bounded', () => {
    const many = Array.from({ length: 65 }, (_, index) => `10.0.0.${index}`);
    expect(problem({ trustedProxies: many })).toContain('spec.security.trustedProxies');
  });
});

describe('limits', () => {
  it.each(['1Ki', '1024', '10Mi', '10485760', '100k', '1.5Mi'])('let bodies of %s in', (bodyLimit) =>
    expect(problem({ bodyLimit })).toBeUndefined(),
  );

  it.each(['1023', '1k', '11M', '10485761', '500m', '1 Mi', ''])('do not let bodies of %j in', (bodyLimit) =>
    expect(problem({ bodyLimit })).toContain('spec.security.bodyLimit'),
  );

  it.each([0, 100_001, 1.5])('are no rate of %s', (loginPerMinute) =>
    expect(problem({ rateLimit: { loginPerMinute } })).toContain('spec.security.rateLimit.loginPerMinute'),
  );
});
