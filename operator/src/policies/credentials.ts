import {
  CREDENTIAL_PURPOSES,
  LABEL,
  credentialName,
  credentialNumber,
  type CredentialPurpose,
} from '../naming/index.ts';
import type { StockAnalysisSpec, CredentialNumbers } from '../api/index.ts';
import type { Finding, LiveSecret } from './live.ts';

/** Purposes whose Secrets this spec needs. An external database brings its own passwords. */
export function purposesOf(spec: StockAnalysisSpec): readonly CredentialPurpose[] {
  return spec.database.mode === 'External' ? ['bootstrap'] : CREDENTIAL_PURPOSES;
}

/**
 * Numbers to write into status before any Secret is made. A number that stands there stays; for a purpose without
 * one, the highest of the retained names is taken up again, else counting starts at 1.
 */
export function assignNumbers(
  owner: string,
  purposes: readonly CredentialPurpose[],
  current: CredentialNumbers | undefined,
  retained: Iterable<string>,
): CredentialNumbers {
  const assigned = purposes.map((purpose) => {
    const numbers = [...retained]
      .map((name) => credentialNumber(owner, purpose, name))
      .filter((number) => number !== undefined);
    return [purpose, current?.[purpose] ?? Math.max(1, ...numbers)] as const;
  });
  return { ...current, ...Object.fromEntries(assigned) };
}

/** Whether what earlier objects left behind decides about the numbers that are lacking: one name has no number. */
export function dependsOnRetained(
  purposes: readonly CredentialPurpose[],
  current: CredentialNumbers | undefined,
): boolean {
  return lacksNumbers(
    purposes.filter((purpose) => purpose !== 'bootstrap'),
    current,
  );
}

/** True when status lacks a number that this spec needs. */
export function lacksNumbers(
  purposes: readonly CredentialPurpose[],
  current: CredentialNumbers | undefined,
): boolean {
  return purposes.some((purpose) => current?.[purpose] === undefined);
}

/**
 * Whether a missing Secret may be made. Once the volume exists, a fresh password would lock us out of the data, so
 * the answer is no: credentials are always created before the volume.
 */
export function missingCredential(
  owner: string,
  purpose: CredentialPurpose,
  number: number,
  dataExists: boolean,
): Finding | undefined {
  // A certificate opens no data.
  if (!dataExists || purpose === 'databaseTLS') return undefined;
  const name = credentialName(owner, purpose, number);
  const how =
    purpose === 'bootstrap'
      ? 'create it again with key token and the labels of its siblings'
      : `restore it from a backup, with the label ${LABEL.instance}=${owner} and the others of its siblings; without it the data stays locked`;
  return { reason: 'CredentialsMissing', message: `Secret ${name} is gone while the data exists; ${how}` };
}

/** Decoded value of a key, undefined where it is absent or empty. */
export function secretValue(secret: LiveSecret | undefined, key: string): string | undefined {
  const encoded = secret?.data?.[key];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  return text === '' ? undefined : text;
}

const EXTERNAL_KEYS = [
  'host',
  'port',
  'name',
  'username',
  'password',
  'migratorUsername',
  'migratorPassword',
] as const;

export interface ExternalDatabase {
  readonly host: string;
  readonly port: string;
  readonly name: string;
  readonly app: { readonly username: string; readonly password: string };
  readonly migrator: { readonly username: string; readonly password: string };
  readonly ca?: string;
}

/** Reads the Secret of an external database, or says what is wrong with it. */
export function readExternal(name: string, secret: LiveSecret | undefined): ExternalDatabase | Finding {
  if (!secret)
    return {
      reason: 'SecretMissing',
      message: `Secret ${name} named in spec.database.external.secretRef does not exist`,
    };
  const missing = EXTERNAL_KEYS.filter((key) => secretValue(secret, key) === undefined);
  if (missing.length > 0)
    return { reason: 'SecretInvalid', message: `Secret ${name} lacks the keys ${missing.join(', ')}` };
  const read = (key: string): string => secretValue(secret, key)?.trim() ?? '';
  if (!/^[1-9][0-9]{0,4}$/.test(read('port')))
    return { reason: 'SecretInvalid', message: `Secret ${name}: port is not a number between 1 and 65535` };
  const ca = secretValue(secret, 'ca.crt');
  return {
    host: read('host'),
    port: read('port'),
    name: read('name'),
    app: { username: read('username'), password: read('password') },
    migrator: { username: read('migratorUsername'), password: read('migratorPassword') },
    ...(ca === undefined ? {} : { ca }),
  };
}
