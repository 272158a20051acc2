import { createHmac } from 'node:crypto';
import type { Key, Keyring } from './configuration/keyrings.ts';

/** HMAC-SHA-256 of something secret under a pepper; stored in place of it, and found again by `kid`. */
export interface Peppered {
  readonly kid: string;
  /** 32 bytes. */
  readonly hmac: Buffer;
}

/** What the value is for; the same value for another use or of another user has another HMAC. */
export type PepperUse = 'api-key' | 'recovery-code' | 'secret-fingerprint' | 'login-subject';

function under({ kid, key }: Key, use: PepperUse, parts: readonly string[]): Peppered {
  // JSON tells where a part ends, which joining would not.
  return {
    kid,
    hmac: createHmac('sha256', key)
      .update(JSON.stringify([use, ...parts]))
      .digest(),
  };
}

/**
 * Under the active pepper, to be stored. Only for what nobody can guess: of a password it would be no protection.
 * @param parts the secret, and whose it is
 */
export function peppered(keyring: Keyring, use: PepperUse, ...parts: readonly string[]): Peppered {
  return under(keyring.active, use, parts);
}

/** Under each pepper, to be looked for: what is stored may have been made under any of them. */
export function pepperedByAll(keyring: Keyring, use: PepperUse, ...parts: readonly string[]): Peppered[] {
  return keyring.all().map((key) => under(key, use, parts));
}
