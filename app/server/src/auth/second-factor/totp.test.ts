import { describe, expect, it } from 'vitest';
import { base32, RFC_4648 } from './base32.ts';
import { acceptedStep, newTotpSecret, totpUri } from './totp.ts';

const SECRET = base32(Buffer.from('12345678901234567890'), RFC_4648);
const at = (seconds: number): Date => new Date(seconds * 1000);

/** RFC 6238 appendix B for SHA-1; it gives eight digits, of which an app shows the last six. */
const RFC_6238: readonly (readonly [seconds: number, code: string])[] = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
];
/** RFC 4226 appendix D, counters 0 to 9. */
const RFC_4226 = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ');

describe('a code', () => {
  it.each(RFC_6238)('is that of RFC 6238 at %i s', (seconds, code) => {
    expect(acceptedStep(SECRET, code.slice(-6), at(seconds), undefined)).toBe(Math.floor(seconds / 30));
  });

  it.each(RFC_4226.map((code, counter) => [counter, code] as const))(
    'is that of RFC 4226 for counter %i',
    (counter, code) => {
      expect(acceptedStep(SECRET, code, at(counter * 30), undefined)).toBe(counter);
    },
  );

  it('counts in its own step, in the one before and in the one after', () => {
    const code = RFC_4226[5] ?? '';
    const seconds = [89.999, 119.999, 120, 149.999, 150, 179.999, 180, 209.999, 210];
    expect(seconds.map((second) => acceptedStep(SECRET, code, at(second), undefined))).toEqual([
      undefined,
      undefined,
      5,
      5,
      5,
      5,
      5,
      5,
      undefined,
    ]);
  });

  it('counts once, and none before it counts any more', () => {
    const now = at(5 * 30);
    const [before = '', current = '', after = ''] = RFC_4226.slice(4, 7);
    expect(acceptedStep(SECRET, current, now, 4)).toBe(5);
    expect(acceptedStep(SECRET, current, now, 5)).toBeUndefined();
    expect(acceptedStep(SECRET, before, now, 5)).toBeUndefined();
    expect(acceptedStep(SECRET, after, now, 5)).toBe(6);
    expect(acceptedStep(SECRET, RFC_4226[0] ?? '', at(0), 0)).toBeUndefined();
  });

  it('may be typed as apps show it', () => {
    expect(acceptedStep(SECRET, '254 676', at(150), undefined)).toBe(5);
  });

  it.each(['', '254677', '54676', '2546760', '25467６', 'abcdef', '254676\n', '254,676'])(
    'is not "%s"',
    (code) => {
      expect(acceptedStep(SECRET, code, at(150), undefined)).toBeUndefined();
    },
  );

  it('comes of another secret as another one', () => {
    expect(acceptedStep(newTotpSecret(), '254676', at(150), undefined)).toBeUndefined();
    expect(() => acceptedStep('not base32', '254676', at(150), undefined)).toThrow('is not base32');
  });
});

it('makes secrets of 160 bits', () => {
  const secrets = Array.from({ length: 20 }, newTotpSecret);
  for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(new Set(secrets).size).toBe(20);
});

it('makes a URI that apps understand', () => {
  expect(totpUri('JBSWY3DPEHPK3PXP', 'Stock Analysis', 'zhang.san')).toBe(
    'otpauth://totp/Stock%20Analysis:zhang.san?secret=JBSWY3DPEHPK3PXP&issuer=Stock%20Analysis&algorithm=SHA1&digits=6&period=30',
  );
  const odd = new URL(totpUri('JBSWY3DPEHPK3PXP', 'a:b?c', '王&secret=x#'));
  expect(odd.searchParams.getAll('secret')).toEqual(['JBSWY3DPEHPK3PXP']);
  expect(odd.searchParams.get('issuer')).toBe('a b?c');
  expect(decodeURIComponent(odd.pathname)).toMatch(/\/a b\?c:王&secret=x#$/);
});
