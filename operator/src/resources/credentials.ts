import {
  DATABASE,
  KEYRING,
  credentialName,
  type CredentialPurpose,
  type KeyringPurpose,
} from '../naming/index.ts';
import { contentAddressed } from './database-secrets.ts';
import { encodeData, retainedMetadata, type Manifest, type RbacRule, type Target } from './manifest.ts';

export const SECRET_RULES: readonly RbacRule[] = [
  {
    apiGroups: [''],
    resources: ['secrets'],
    verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
    why: 'generated credentials (create), derived Secrets (create, patch), the Secret of an external database (get; of others only versions are listed and watched)',
  },
];

/** Login role of a database credential. */
export const CREDENTIAL_ROLE = {
  databaseAdmin: DATABASE.superuser,
  databaseMigrator: DATABASE.migrator,
  databaseApp: DATABASE.login,
} as const satisfies Partial<Record<CredentialPurpose, string>>;

/** A new key for everything, and the name by which what it made finds it again. */
export interface KeyMaterial {
  readonly kid: string;
  /** 32 bytes in base64. */
  readonly key: string;
}

/** Fresh random material, made by the caller: builders know no randomness. */
export interface CredentialMaterial extends Readonly<Record<KeyringPurpose, KeyMaterial>> {
  readonly databaseAdmin: { readonly password: string };
  readonly databaseMigrator: { readonly password: string };
  readonly databaseApp: { readonly password: string };
  readonly databaseTLS: { readonly ca: string; readonly certificate: string; readonly key: string };
  readonly bootstrap: { readonly token: string };
}

/** Keys that a generated Secret of each purpose holds. */
export const CREDENTIAL_KEYS: Readonly<Record<CredentialPurpose, readonly string[]>> = {
  databaseAdmin: ['password', 'username'],
  databaseMigrator: ['password', 'username'],
  databaseApp: ['password', 'username'],
  databaseTLS: ['ca.crt', 'tls.crt', 'tls.key'],
  bootstrap: ['token'],
  encryptionKeys: [KEYRING.key],
  sessionKeys: [KEYRING.key],
  pepperKeys: [KEYRING.key],
};

function values<P extends CredentialPurpose>(
  purpose: P,
  material: CredentialMaterial[P],
): Record<string, string> {
  if ('token' in material) return { token: material.token };
  if ('password' in material) return { username: roleOf(purpose), password: material.password };
  if ('kid' in material) {
    const { kid, key } = material;
    return { [KEYRING.key]: JSON.stringify([{ kid, state: 'active', key }]) };
  }
  return { 'ca.crt': material.ca, 'tls.crt': material.certificate, 'tls.key': material.key };
}

function roleOf(purpose: CredentialPurpose): string {
  const roles: Partial<Record<CredentialPurpose, string>> = CREDENTIAL_ROLE;
  const role = roles[purpose];
  if (role === undefined) throw new Error(`${purpose} is no login`);
  return role;
}

/**
 * A generated Secret. It is sent by POST, which never overwrites, and is immutable, so a forced apply over it is
 * refused as well. It carries no owner reference: whoever keeps the volume must keep its passwords (P6).
 */
export function credentialSecret<P extends CredentialPurpose>(
  target: Pick<Target, 'name' | 'namespace'>,
  purpose: P,
  number: number,
  material: CredentialMaterial[P],
): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: retainedMetadata(target, credentialName(target.name, purpose, number), 'credentials'),
    type: 'Opaque',
    immutable: true,
    data: encodeData(values(purpose, material)),
  };
}

/**
 * What the servers mount of the bootstrap token. The generated Secret keeps its name when it is made anew, and a kubelet
 * that holds an immutable Secret for one pod never reads it again for the next: pods would go on with the old value.
 */
export function bootstrapTokenSecret(target: Target, token: string): Manifest {
  const data = encodeData({ token });
  return contentAddressed(target, 'bootstrap-token', {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    data,
  });
}
