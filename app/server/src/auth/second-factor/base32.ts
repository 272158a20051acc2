/** RFC 4648, what authenticator apps read. */
export const RFC_4648 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Crockford's: for people who copy from paper; no I, L, O and U. */
export const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const BITS = 5;

/** Each five bits as one sign, the first bits first; bits that fill no sign are followed by zeros. No padding. */
export function base32(bytes: Uint8Array, alphabet: string): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    for (; bits >= BITS; bits -= BITS) text += alphabet[(held >>> (bits - BITS)) & 31] ?? '';
    // Only what has not been written stays.
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + (alphabet[(held << (BITS - bits)) & 31] ?? '');
}

/** @returns undefined when a sign is not of the alphabet, or the last bits are not zero: no bytes give that text */
export function base32Bytes(text: string, alphabet: string): Buffer | undefined {
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const sign of text) {
    const value = alphabet.indexOf(sign);
    if (value < 0) return undefined;
    held = (held << BITS) | value;
    bits += BITS;
    if (bits >= 8) {
      bits -= 8;
      bytes.push(held >>> bits);
    }
    held &= (1 << bits) - 1;
  }
  return bits < BITS && held === 0 ? Buffer.from(bytes) : undefined;
}
