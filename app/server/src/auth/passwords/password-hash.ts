import { pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** What OWASP's Password Storage Cheat Sheet asks of PBKDF2-HMAC-SHA256: about 0.3 s of one core. */
const ITERATIONS = 600_000;
/** NIST SP 800-132 asks for 16 bytes of salt; a hash longer than the digest costs us more than an attacker. */
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Bounds of what is believed of a stored hash: a changed row must neither admit everyone nor run for hours. */
const MOST_ITERATIONS = 10_000_000;
const LEAST_HASH_BYTES = 16;

const STORED = /^pbkdf2-sha256\$([1-9]\d{0,7})\$([\w-]{2,256})\$([\w-]{22,128})$/;

interface Parts {
  readonly iterations: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const derive = promisify(pbkdf2);

/**
 * The same letters come as different code points from another keyboard, system or input method: composed or
 * decomposed accents, full-width Latin letters. NIST SP 800-63B asks for NFKC or NFKD before the hash.
 */
export function normalizePassword(password: string): string {
  return password.normalize('NFKC');
}

function parse(stored: string): Parts {
  const [, iterations, salt = '', hash = ''] = STORED.exec(stored) ?? [];
  const parts = {
    iterations: Number(iterations),
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  };
  // `not (in bounds)` rather than `out of bounds`: what is no number is in none.
  if (!(parts.iterations <= MOST_ITERATIONS && parts.hash.length >= LEAST_HASH_BYTES))
    throw new Error(
      'the stored password hash is none that this version understands; the user needs a new password',
    );
  return parts;
}

/** @returns `pbkdf2-sha256$ITERATIONS$SALT$HASH`, salt and hash in base64url; runs on a thread of libuv's pool */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(normalizePassword(password), salt, ITERATIONS, HASH_BYTES, 'sha256');
  return `pbkdf2-sha256$${ITERATIONS}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** A stored hash that no password has; comparing with it takes as long as with a real one. */
export function impossibleHash(): string {
  const [salt, hash] = [randomBytes(SALT_BYTES), randomBytes(HASH_BYTES)];
  return `pbkdf2-sha256$${ITERATIONS}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

export interface Verification {
  readonly valid: boolean;
  /** Made with weaker parameters than today's: to be hashed again while the password is at hand. */
  readonly outdated: boolean;
}

/** @throws Error when `stored` is no hash of ours; it repeats nothing of it */
export async function verifyPassword(password: string, stored: string): Promise<Verification> {
  const { iterations, salt, hash } = parse(stored);
  const given = await derive(normalizePassword(password), salt, iterations, hash.length, 'sha256');
  const outdated = iterations < ITERATIONS || salt.length < SALT_BYTES || hash.length < HASH_BYTES;
  return { valid: timingSafeEqual(given, hash), outdated };
}
