import fc from 'fast-check';
import { expect, it } from 'vitest';
import { base32, base32Bytes, CROCKFORD, RFC_4648 } from './base32.ts';

/** RFC 4648 section 10, without the padding. */
it.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('agrees with the vector of "%s"', (text, encoded) => {
  expect(base32(Buffer.from(text), RFC_4648)).toBe(encoded);
  expect(base32Bytes(encoded, RFC_4648)?.toString()).toBe(text);
});

it('gives back what it was given', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(RFC_4648, CROCKFORD), (bytes, alphabet) => {
      expect(base32Bytes(base32(bytes, alphabet), alphabet)).toEqual(Buffer.from(bytes));
    }),
  );
});

it.each(['M', 'MZ1Q', 'my', 'MZXR', 'MY======', 'MZX'])('reads no bytes from %s', (text) => {
  expect(base32Bytes(text, RFC_4648)).toBeUndefined();
});
