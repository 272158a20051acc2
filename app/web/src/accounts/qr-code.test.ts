import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import { darkModules } from './qr-code.tsx';

describe('darkModules', () => {
  it('draws each dark module once, where it stands', () => {
    expect(
      darkModules([
        [true, false],
        [false, true],
      ]),
    ).toBe('M0 0h1v1h-1zM1 1h1v1h-1z');
  });
});

describe('the QR code of an authenticator', () => {
  // The three corners that a reader looks for: ISO/IEC 18004, 6.3.3.
  const FINDER = ['1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111'];

  it('has its finder patterns, and room for the longest account name', () => {
    const name = 'a'.repeat(64);
    const secret = 'A'.repeat(32);
    const uri = `otpauth://totp/Stock%20Analysis:${name}?secret=${secret}&issuer=Stock%20Analysis&algorithm=SHA1&digits=6&period=30`;
    const { data, size } = encode(uri, { ecc: 'M', border: 0 });
    const corner = (x: number, y: number): readonly string[] =>
      data.slice(y, y + 7).map((row) =>
        row
          .slice(x, x + 7)
          .map(Number)
          .join(''),
      );
    for (const at of [corner(0, 0), corner(size - 7, 0), corner(0, size - 7)]) expect(at).toEqual(FINDER);
    expect(size).toBeLessThan(80);
  });
});
