import { randomBytes } from 'node:crypto';
import { postgresName, type CredentialPurpose } from '../../naming/index.ts';
import { createServerCertificate, serviceNames } from '../../postgres/index.ts';
import type { CredentialMaterial, KeyMaterial } from '../../resources/index.ts';

/** 256 bits from the system's generator, in letters that need no quoting anywhere. */
function randomText(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * What it made names the kid. A random one, so that what an earlier key made, of a Secret that was lost, is seen to be
 * another's instead of being taken for forged or broken.
 */
function randomKey(): KeyMaterial {
  return { kid: randomBytes(4).toString('hex'), key: randomBytes(32).toString('base64') };
}

/** Fresh random material of one purpose. */
export async function generateMaterial<P extends CredentialPurpose>(
  purpose: P,
  owner: { readonly name: string; readonly namespace: string },
  now: Date,
): Promise<CredentialMaterial[P]>;
export async function generateMaterial(
  purpose: CredentialPurpose,
  owner: { readonly name: string; readonly namespace: string },
  now: Date,
): Promise<CredentialMaterial[CredentialPurpose]> {
  switch (purpose) {
    case 'databaseTLS':
      return createServerCertificate(serviceNames(postgresName(owner.name), owner.namespace), now);
    case 'bootstrap':
      return { token: randomText() };
    case 'databaseAdmin':
    case 'databaseMigrator':
    case 'databaseApp':
      return { password: randomText() };
    case 'encryptionKeys':
    case 'sessionKeys':
    case 'pepperKeys':
      return randomKey();
    default:
      throw new Error(`unknown purpose ${String(purpose)}`);
  }
}
