import { describe, expect, it } from 'vitest';
import { BEGINNING, hashOf } from './hash-chain.ts';

describe('hashOf', () => {
  // printf '%064d' 0 | xxd -r -p | cat - <(printf '{"a":"股"}') | sha256sum, and so on with its output
  it('is SHA-256 of 32 bytes and the text in UTF-8', () => {
    const first = hashOf(BEGINNING.hash, '{"a":"股"}');
    expect(first).toBe('3f1c9e2c506cd0275a5930f4f65a8312b0c4901d277b689ade6b90e07917d34d');
    expect(hashOf(first, '{}')).toBe('3a4da391aa6b72f7fb5f882521ae0b3454585978847d40c57dcaa76ed2c7e56e');
  });
});
