import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createServerCertificate, expiryOf, serviceNames } from './certificates.ts';

const NOW = new Date('2026-11-23T00:00:00Z');

describe('createServerCertificate', () => {
  it('makes a certificate that its authority signed, for all names of the Service, with its key', async () => {
    const made = await createServerCertificate(serviceNames('demo-postgres', 'stock-analysis'), NOW);
    const authority = new X509Certificate(made.ca);
    const server = new X509Certificate(made.certificate);
    expect(authority.ca).toBe(true);
    expect(server.ca).toBe(false);
    expect(server.checkIssued(authority)).toBe(true);
    expect(server.verify(authority.publicKey)).toBe(true);
    expect(server.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
    expect(server.checkHost('demo-postgres.stock-analysis.svc')).toBeDefined();
    expect(server.checkHost('other-postgres.stock-analysis.svc')).toBeUndefined();
    expect(new Date(server.validFrom).getTime()).toBeLessThan(NOW.getTime());
  });

  it('makes another authority and serial number each time', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => createServerCertificate(['x'], NOW)));
    expect(new X509Certificate(first?.ca ?? '').fingerprint256).not.toBe(
      new X509Certificate(second?.ca ?? '').fingerprint256,
    );
  });
});

describe('expiryOf', () => {
  it('reads when a certificate ends, and nothing out of what is none', async () => {
    const { certificate } = await createServerCertificate(['x'], NOW);
    const years = (expiryOf(certificate) - NOW.getTime()) / (365 * 24 * 3_600_000);
    expect(years).toBeCloseTo(10, 2);
    expect(expiryOf('no certificate')).toBeNaN();
  });
});
