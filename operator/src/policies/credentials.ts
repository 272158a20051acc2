import {
  CREDENTIAL_PURPOSES,
  KEYRING,
  KEYRING_PURPOSES,
  LABEL,
  PATH,
  credentialName,
  credentialNumber,
  type CredentialPurpose,
} from '../naming/index.ts';
import type { StockAnalysisSpec, CredentialNumbers } from '../api/index.ts';
import type { Finding, LiveSecret } from './live.ts';

/** Purposes whose Secrets this spec needs. An external database brings its own passwords. */
export function purposesOf(spec: StockAnalysisSpec): readonly CredentialPurpose[] {
  return spec.database.mode === 'External' ? ['bootstrap', ...KEYRING_PURPOSES] : CREDENTIAL_PURPOSES;
}

/**
 * What it costs where a Secret is lost and made anew, for those that lock no data: an outage that lasts until somebody
 * finds a backup would cost more. Their number moves on, so that pods roll.
 */
export const RENEWAL_COSTS = {
  databaseTLS: 'connections to the database begin anew',
  sessionKeys: 'pages that are open have to be loaded again',
  pepperKeys: 'API keys and recovery codes from before are refused and have to be made again',
} as const satisfies Partial<Record<CredentialPurpose, string>>;

export type RenewablePurpose = keyof typeof RENEWAL_COSTS;

export const isRenewable = (purpose: CredentialPurpose): purpose is RenewablePurpose =>
  Object.hasOwn(RENEWAL_COSTS, purpose);

/** What is still to be done about keys that were lost and made anew, undefined where there were none. */
export function renewedKeys(owner: string, numbers: CredentialNumbers | undefined): string | undefined {
  const number = numbers?.pepperKeys ?? 1;
  if (number === 1) return undefined;
  const name = credentialName(owner, 'pepperKeys', number);
  return `Secret ${name} took the place of one that was lost: ${RENEWAL_COSTS.pepperKeys}`;
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
 * the answer is no: credentials are always created before the volume. The bootstrap token opens nothing that exists:
 * whoever takes it away asks for another one.
 * @param dataExists data that only this very Secret opens
 * @param encryptionKey kid of the key that encrypts what users store, as far as it is known
 */
export function missingCredential(
  owner: string,
  purpose: CredentialPurpose,
  number: number,
  dataExists: boolean,
  encryptionKey?: string,
): Finding | undefined {
  if (!dataExists || purpose === 'bootstrap' || isRenewable(purpose)) return undefined;
  const name = credentialName(owner, purpose, number);
  const isKeys = purpose === 'encryptionKeys';
  const held = isKeys && encryptionKey ? `, which held key ${encryptionKey},` : '';
  const where = isKeys ? `, or from ${PATH.keyrings} of a server that still runs` : '';
  const locked = isKeys ? 'what users stored encrypted' : 'the data';
  return {
    reason: 'CredentialsMissing',
    message: `Secret ${name}${held} is gone while the data exists; restore it from a backup${where}, with the label ${LABEL.instance}=${owner} and the others of its siblings; without it ${locked} stays locked`,
  };
}

/** As the application has it. */
const KID = /^[a-z0-9-]{1,32}$/;

/** The kid of the active key of a keyring's Secret, undefined where it holds no keyring. */
export function activeKid(secret: LiveSecret | undefined): string | undefined {
  const text = secretValue(secret, KEYRING.key);
  if (text === undefined) return undefined;
  try {
    const keys: unknown = JSON.parse(text);
    return Array.isArray(keys) ? keys.find(isActive)?.kid : undefined;
  } catch {
    return undefined;
  }
}

function isActive(key: unknown): key is { readonly kid: string } {
  if (typeof key !== 'object' || key === null) return false;
  if (!('state' in key && key.state === 'active' && 'kid' in key)) return false;
  return typeof key.kid === 'string' && KID.test(key.kid);
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
