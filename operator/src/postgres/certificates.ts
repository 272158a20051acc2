import 'reflect-metadata';
import { X509Certificate, randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const HOUR_MS = 3_600_000;

/**
 * Ten years: nothing renews these certificates by itself yet. Renewal (trust first, then issue, then drop) comes with
 * credential rotation; until then a short life would only be an outage with a date. Three weeks before the end an alert
 * asks somebody to delete the Secret at a time that suits.
 */
const LIFETIME_MS = 10 * 365 * 24 * HOUR_MS;

export interface ServerCertificate {
  /** PEM texts. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** When a certificate (PEM) expires, in milliseconds since the epoch; NaN for a text that is none. */
export function expiryOf(certificate: string): number {
  try {
    return Date.parse(new X509Certificate(certificate).validTo);
  } catch {
    return Number.NaN;
  }
}

/** DNS names under which the Service of PostgreSQL is reached. */
export function serviceNames(service: string, namespace: string): string[] {
  return [
    service,
    `${service}.${namespace}`,
    `${service}.${namespace}.svc`,
    `${service}.${namespace}.svc.cluster.local`,
  ];
}

/**
 * A certificate authority made for this one server certificate. Its key is thrown away at once, so nobody can ever
 * issue a second certificate that our clients trust.
 */
export async function createServerCertificate(
  names: readonly string[],
  now: Date,
): Promise<ServerCertificate> {
  const validity = {
    notBefore: new Date(now.getTime() - HOUR_MS),
    notAfter: new Date(now.getTime() + LIFETIME_MS),
  };
  const generateKey = (): Promise<webcrypto.CryptoKeyPair> =>
    webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const authorityKeys = await generateKey();
  const serverKeys = await generateKey();
  const authorityName = `CN=${names[0]} authority`;
  const authority = await X509CertificateGenerator.createSelfSigned(
    {
      ...validity,
      serialNumber: serialNumber(),
      name: authorityName,
      keys: authorityKeys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    },
    webcrypto,
  );
  const server = await X509CertificateGenerator.create(
    {
      ...validity,
      serialNumber: serialNumber(),
      subject: `CN=${names[0]}`,
      issuer: authorityName,
      publicKey: serverKeys.publicKey,
      signingKey: authorityKeys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value }))),
      ],
    },
    webcrypto,
  );
  const key = PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey),
    'PRIVATE KEY',
  );
  return {
    ca: `${authority.toString('pem')}\n`,
    certificate: `${server.toString('pem')}\n`,
    key: `${key}\n`,
  };
}

/** A positive 16-byte serial number in hexadecimal. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
