import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { type Key, Keyring } from '../../common/configuration/keyrings.ts';
import { newRecoveryCodes, recoveryCodeCandidates, recoveryCodeHmac } from './recovery-codes.ts';

const OLD: Key = { kid: '1', state: 'retiring', key: Buffer.alloc(32, 1) };
const NEW: Key = { kid: '2', state: 'active', key: Buffer.alloc(32, 2) };
const before = new Keyring([OLD], OLD);
const during = new Keyring([OLD, NEW], NEW);

it('makes ten codes of 80 bits that can be read aloud', () => {
  const codes = newRecoveryCodes();
  expect(codes).toHaveLength(10);
  for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(new Set([...codes, ...newRecoveryCodes()]).size).toBe(20);
});

it('stores an HMAC that tells user, use and code apart', () => {
  const expected = createHmac('sha256', OLD.key)
    .update('["recovery-code","user-a","7K2M0XQ4AB1D9ZTV"]')
    .digest();
  expect(recoveryCodeHmac(before, 'user-a', '7K2M-0XQ4-AB1D-9ZTV')).toEqual({ kid: '1', hmac: expected });
  expect(recoveryCodeHmac(before, 'user-b', '7K2M-0XQ4-AB1D-9ZTV').hmac).not.toEqual(expected);
  expect(recoveryCodeHmac(during, 'user-a', '7K2M-0XQ4-AB1D-9ZTV').hmac).not.toEqual(expected);
});

it.each(['7k2m0xq4ab1d9ztv', ' 7K2M 0XQ4 AB1D 9ZTV\n', '7K2M-OXQ4-ABID-9ZTV', '7k2m-oxq4-abld-9ztv'])(
  'takes %s for what was written',
  (typed) => {
    const stored = recoveryCodeHmac(before, 'user-a', '7K2M-0XQ4-AB1D-9ZTV');
    expect(recoveryCodeCandidates(before, 'user-a', typed)).toEqual([stored]);
  },
);

it('finds a code that was stored under the pepper before', () => {
  const stored = recoveryCodeHmac(before, 'user-a', '7K2M-0XQ4-AB1D-9ZTV');
  const candidates = recoveryCodeCandidates(during, 'user-a', '7K2M-0XQ4-AB1D-9ZTV');
  expect(candidates.map(({ kid }) => kid)).toEqual(['2', '1']);
  expect(candidates).toContainEqual(stored);
  expect(recoveryCodeCandidates(during, 'user-a', '7K2M-0XQ4-AB1D-9ZTW')).not.toContainEqual(stored);
});
