import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface TestAuthority extends KeyAndCertificate {
  /** A certificate for 127.0.0.1, good for servers and clients. */
  issue(commonName: string): Promise<KeyAndCertificate>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const VALIDITY = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 86_400_000) };

export async function testAuthority(commonName: string): Promise<TestAuthority> {
  const keys = await generateKeys();
  const name = `CN=${commonName}`;
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ name, keys, signingAlgorithm: ALGORITHM, ...VALIDITY },
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  return {
    key: await pemOf(keys),
    cert: cert.toString('pem'),
    issue: async (subject) => {
      const own = await generateKeys();
      const issued = await x509.X509CertificateGenerator.create({
        ...{ subject: `CN=${subject}`, issuer: name, signingKey: keys.privateKey, publicKey: own.publicKey },
        ...{ signingAlgorithm: ALGORITHM, ...VALIDITY },
        extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
      });
      return { key: await pemOf(own), cert: issued.toString('pem') };
    },
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function pemOf(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}
