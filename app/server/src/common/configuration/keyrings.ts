import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from './errors.ts';

export const KEYRING_PURPOSES = ['session', 'pepper', 'encryption'] as const;
export type KeyringPurpose = (typeof KEYRING_PURPOSES)[number];

const KEY_STATES = ['next', 'active', 'retiring'] as const;
export type KeyState = (typeof KEY_STATES)[number];

export interface Key {
  /** Stands beside everything that the key made, so that it can be found again. */
  readonly kid: string;
  readonly state: KeyState;
  /** 32 bytes. */
  readonly key: Buffer;
}

/**
 * Keys of one purpose. New things are made with the active one; what any of them made is accepted, so that a rotation
 * overlaps: `next` is known before it is used, `retiring` until nothing made by it is left.
 */
export class Keyring {
  readonly #keys: ReadonlyMap<string, Key>;
  readonly active: Key;

  constructor(keys: readonly Key[], active: Key) {
    this.#keys = new Map(keys.map((key) => [key.kid, key]));
    this.active = active;
  }

  find(kid: string): Key | undefined {
    return this.#keys.get(kid);
  }

  /** All keys, the active one first. */
  all(): Key[] {
    return [this.active, ...[...this.#keys.values()].filter(({ kid }) => kid !== this.active.kid)];
  }
}

export type Keyrings = Readonly<Record<KeyringPurpose, Keyring>>;

const KEY_BYTES = 32;

const entry = z.strictObject({
  kid: z.string().regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 of a-z, 0-9 and -'),
  state: z.enum(KEY_STATES),
  key: z
    .base64()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((bytes) => bytes.length === KEY_BYTES, `must be ${KEY_BYTES} bytes in base64`),
});

const keyring = z
  .array(entry)
  .min(1)
  .refine((keys) => keys.filter(({ state }) => state === 'active').length === 1, 'exactly one key is active')
  .refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length, 'each kid is given once');

/** Reads one keyring file; what is wrong names the file, the place and the rule, never a value. */
function readKeyring(directory: string, purpose: KeyringPurpose, issues: string[]): Keyring | undefined {
  const file = join(directory, `${purpose}.json`);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // The message of JSON.parse repeats a part of the text.
    issues.push(`KEYRINGS_DIR: ${file}: ${error instanceof SyntaxError ? 'is not JSON' : messageOf(error)}`);
    return undefined;
  }
  const parsed = keyring.safeParse(content);
  for (const { path, message } of parsed.error?.issues ?? [])
    issues.push(`KEYRINGS_DIR: ${file}: ${[path.join('.'), message].filter(Boolean).join(': ')}`);
  const keys = parsed.data ?? [];
  const active = keys.find(({ state }) => state === 'active');
  return active && new Keyring(keys, active);
}

/** All keyrings of the folder, undefined where one of them cannot be used; `issues` says why. */
export function readKeyrings(directory: string, issues: string[]): Keyrings | undefined {
  const session = readKeyring(directory, 'session', issues);
  const pepper = readKeyring(directory, 'pepper', issues);
  const encryption = readKeyring(directory, 'encryption', issues);
  return session && pepper && encryption && { session, pepper, encryption };
}
