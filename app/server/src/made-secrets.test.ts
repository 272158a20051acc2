import type * as crypto from 'node:crypto';
import { randomBytes, randomInt } from 'node:crypto';
import { beforeEach, expect, it, vi } from 'vitest';
import { newSecret } from './api-keys/api-key-text.ts';
import { newOneTimePassword } from './auth/passwords/one-time-password.ts';
import { base32Bytes, CROCKFORD, RFC_4648 } from './auth/second-factor/base32.ts';
import { newRecoveryCodes } from './auth/second-factor/recovery-codes.ts';
import { newTotpSecret } from './auth/second-factor/totp.ts';
import { newToken } from './common/tokens.ts';

// The real ones, and what they gave.
vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof crypto>();
  return {
    ...original,
    randomBytes: vi.fn<(size: number) => Buffer>(original.randomBytes),
    randomInt: vi.fn<(max: number) => number>(original.randomInt),
  };
});

const base64url = (text: string): Buffer => Buffer.from(text, 'base64url');
const letters = (text: string, alphabet: string): Buffer | undefined =>
  base32Bytes(text.replaceAll('-', ''), alphabet);

/** Each secret that is made here, how many of its bits somebody would have to guess, and its bytes. */
const SECRETS: readonly (readonly [
  what: string,
  bits: number,
  make: () => readonly string[],
  bytes: (text: string) => Buffer | undefined,
])[] = [
  ['a token of a session', 256, () => [newToken()], base64url],
  ['the secret of an API key', 256, () => [newSecret()], base64url],
  ['the secret of a second factor', 160, () => [newTotpSecret()], (text) => letters(text, RFC_4648)],
  ['a recovery code', 80, newRecoveryCodes, (text) => letters(text, CROCKFORD)],
];

beforeEach(() => {
  vi.mocked(randomBytes).mockClear();
});

it.each(SECRETS)('%s is %i bits of the system’s random numbers, and nothing else', (_, bits, make, bytes) => {
  const made = make();
  const given = vi.mocked(randomBytes).mock.results.map(({ value }) => value as unknown as Buffer);
  expect(made.map(bytes)).toEqual(given);
  expect(given.map(({ length }) => length * 8)).toEqual(made.map(() => bits));
});

it('a password for once is twenty of 32 letters, each by the system’s random numbers', () => {
  const draw = vi.mocked(randomInt) as unknown as { mockReturnValue(value: number): void };
  for (const [value, letter] of [
    [0, 'a'],
    [31, '9'],
  ] as const) {
    vi.mocked(randomInt).mockClear();
    draw.mockReturnValue(value);
    expect(newOneTimePassword()).toBe(Array.from({ length: 5 }, () => letter.repeat(4)).join('-'));
    expect(vi.mocked(randomInt).mock.calls).toEqual(Array.from({ length: 20 }, () => [32]));
  }
});
