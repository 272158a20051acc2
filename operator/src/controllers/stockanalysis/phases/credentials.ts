import type { CredentialNumbers } from '../../../api/index.ts';
import {
  credentialName,
  isKeyring,
  postgresClaimName,
  type CredentialPurpose,
} from '../../../naming/index.ts';
import type { Secret } from '../../../kube/index.ts';
import { activeKid, missingCredential, purposesOf, secretValue } from '../../../policies/index.ts';
import { expiryOf } from '../../../postgres/index.ts';
import { CREDENTIAL_KEYS, credentialSecret } from '../../../resources/index.ts';
import { generateMaterial } from '../material.ts';
import { announceRenewal, freshCredentials } from '../renewal.ts';
import { hasServed } from '../status.ts';
import { ChildError } from '../child-errors.ts';
import type { Outcome, Pass } from './phase.ts';
import { kinds } from '../types.ts';

/** The generated Secrets of one object and the numbers in their names. */
export class Credentials {
  readonly #secrets: ReadonlyMap<CredentialPurpose, Secret>;
  readonly numbers: CredentialNumbers;

  constructor(secrets: ReadonlyMap<CredentialPurpose, Secret>, numbers: CredentialNumbers) {
    this.#secrets = secrets;
    this.numbers = numbers;
  }

  number(purpose: CredentialPurpose): number {
    return this.numbers[purpose] ?? 1;
  }

  /** A value that `ensureCredential` has seen to be there. */
  value(purpose: CredentialPurpose, key: string): string {
    const value = secretValue(this.#secrets.get(purpose), key);
    if (value === undefined) throw new Error(`Secret for ${purpose} has no ${key}`);
    return value;
  }

  /** kid of the key that encrypts from now on. */
  get encryptionKey(): string | undefined {
    return activeKid(this.#secrets.get('encryptionKeys'));
  }

  uid(purpose: CredentialPurpose): string {
    return this.#secrets.get(purpose)?.metadata.uid ?? '';
  }
}

/** Makes the generated Secrets that are absent. Their numbers stand in status already. */
export async function credentialsPhase(pass: Pass): Promise<Outcome<Credentials>> {
  const numbers = pass.status.credentials ?? {};
  const dataExists = await hasData(pass);
  const secrets = new Map<CredentialPurpose, Secret>();
  for (const purpose of purposesOf(pass.target.spec)) {
    secrets.set(purpose, await ensureCredential(pass, purpose, numbers[purpose] ?? 1, dataExists));
  }
  const certificate = secretValue(secrets.get('databaseTLS'), 'tls.crt');
  if (certificate !== undefined)
    pass.dependencies.objectMetrics.certificate(pass.target, 'database', expiryOf(certificate));
  const verdict = freshCredentials(pass.target.name, numbers);
  return { verdict, output: new Credentials(secrets, numbers) };
}

/** Whether something exists that only the existing Secrets open; of a database of somebody else nobody knows. */
async function hasData(pass: Pass): Promise<boolean> {
  if (hasServed(pass.status) || pass.target.spec.database.mode === 'External') return true;
  const { children, dependencies, object, visit } = pass;
  const name = postgresClaimName(pass.target.name);
  if (children.get(kinds.claims, name) === undefined) {
    const claims = await dependencies.leftovers.claims(object, visit.signal);
    if (!claims.has(name)) children.put(kinds.claims, name, null);
  }
  return (await pass.writer.find(kinds.claims, name)) !== undefined;
}

/**
 * Whether this Secret was in use. Data that is older than keyrings is encrypted by none: an object of an operator before
 * them gets its first ones.
 */
export async function wasInUse(pass: Pass, purpose: CredentialPurpose): Promise<boolean> {
  const { status, target, writer } = pass;
  if (purpose !== 'encryptionKeys' || status.encryptionKey !== undefined) return true;
  // Of an earlier object of this name, whose status is gone with it: these were made after that.
  for (const sibling of ['sessionKeys', 'pepperKeys'] as const) {
    const name = credentialName(target.name, sibling, status.credentials?.[sibling] ?? 1);
    if (await writer.find(kinds.secrets, name)) return true;
  }
  return false;
}

async function ensureCredential(
  pass: Pass,
  purpose: CredentialPurpose,
  number: number,
  dataExists: boolean,
): Promise<Secret> {
  const { target, writer, status } = pass;
  const name = credentialName(target.name, purpose, number);
  // Where data exists only the API server's word counts; where there is none, the POST finds what the cache lacks.
  const existing = dataExists ? await writer.find(kinds.secrets, name) : writer.peek(kinds.secrets, name);
  if (existing) return complete(existing, purpose);
  const isLocked = dataExists && (await wasInUse(pass, purpose));
  const lost = missingCredential(target.name, purpose, number, isLocked, status.encryptionKey);
  if (lost) throw new ChildError(lost);
  const material = await generateMaterial(purpose, target, new Date(pass.dependencies.clock.now()));
  const made = await writer.create(kinds.secrets, credentialSecret(target, purpose, number, material));
  if (purpose === 'bootstrap' && hasServed(status))
    announceRenewal(pass.object, purpose, number, pass.dependencies, pass.visit);
  return complete(made, purpose);
}

/** Throws where a Secret of our name and labels lacks a key: somebody put it there by hand. */
function complete(secret: Secret, purpose: CredentialPurpose): Secret {
  const missing = CREDENTIAL_KEYS[purpose].filter((key) => secretValue(secret, key) === undefined);
  const isKeyless = isKeyring(purpose) && activeKid(secret) === undefined;
  if (missing.length === 0 && !isKeyless) return secret;
  const what = missing.length > 0 ? `lacks the keys ${missing.join(', ')}` : 'holds no keyring';
  const message = `Secret ${secret.metadata.name} ${what}; put the original back`;
  throw new ChildError({ reason: 'SecretInvalid', message });
}
