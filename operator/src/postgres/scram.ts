import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

/** Iterations that PostgreSQL itself uses by default. */
const ITERATIONS = 4096;
const KEY_BYTES = 32;
export const SALT_BYTES = 16;

interface ScramKeys {
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/**
 * Verifier as PostgreSQL stores it in pg_authid.rolpassword (RFC 5803 shape, RFC 7677 keys). Sent instead of the
 * password, it keeps the clear text out of server logs and pg_stat_statements.
 * Throws where the password is not printable ASCII: SASLprep would have to change it.
 */
export function scramVerifier(password: string, salt: Uint8Array, iterations = ITERATIONS): string {
  const { storedKey, serverKey } = scramKeys(password, salt, iterations);
  return `SCRAM-SHA-256$${iterations}:${base64(salt)}$${base64(storedKey)}:${base64(serverKey)}`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** StoredKey and ServerKey of RFC 5802 with SHA-256. */
export function scramKeys(password: string, salt: Uint8Array, iterations: number): ScramKeys {
  if (!/^[\x21-\x7e]+$/.test(password))
    throw new Error('a database password must be printable ASCII without spaces');
  const salted = pbkdf2Sync(password, salt, iterations, KEY_BYTES, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  return {
    storedKey: createHash('sha256').update(clientKey).digest(),
    serverKey: createHmac('sha256', salted).update('Server Key').digest(),
  };
}

/** Whether a stored verifier belongs to this password; false for md5 and malformed ones. */
export function verifierMatches(verifier: string | null, password: string): boolean {
  const match = /^SCRAM-SHA-256\$([0-9]+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/.exec(
    verifier ?? '',
  );
  if (!match) return false;
  const [, iterations = '', salt = '', storedKey = ''] = match;
  const expected = scramKeys(password, Buffer.from(salt, 'base64'), Number(iterations)).storedKey;
  const stored = Buffer.from(storedKey, 'base64');
  return stored.length === expected.length && timingSafeEqual(stored, expected);
}
