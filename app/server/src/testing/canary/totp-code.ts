import { createHmac } from 'node:crypto';
import { base32Bytes, RFC_4648 } from '../../auth/second-factor/base32.ts';

/** The six digits that an authenticator shows now (RFC 6238). */
export function totpCode(secret: string): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', base32Bytes(secret, RFC_4648) ?? '')
    .update(counter)
    .digest();
  const value = digest.readUInt32BE((digest.at(-1) ?? 0) & 0xf) & 0x7fff_ffff;
  return String(value % 1_000_000).padStart(6, '0');
}
