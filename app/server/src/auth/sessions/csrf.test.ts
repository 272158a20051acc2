import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../common/configuration/configuration.ts';
import { type Key, Keyring } from '../../common/configuration/keyrings.ts';
import { CsrfTokens } from './csrf.ts';

const SESSION = '6d2f7e0e-93a4-4b5d-8a41-3f5f2c9d1e70';
const newKey = (kid: string, state: Key['state'] = 'active'): Key => ({ kid, state, key: randomBytes(32) });
const OLD = newKey('1', 'retiring');
const ACTIVE = newKey('2');

function tokensUnder(keys: readonly Key[], active: Key) {
  const ring = new Keyring(keys, active);
  return new CsrfTokens({
    keyrings: { session: ring, pepper: ring, encryption: ring },
  } as unknown as Configuration);
}

describe('a CSRF token', () => {
  const tokens = tokensUnder([OLD, ACTIVE], ACTIVE);
  const token = tokens.issue(SESSION);
  const [kid = '', mac = ''] = token.split('.');

  it('is of its session alone', () => {
    expect(tokens.isValid(SESSION, token)).toBe(true);
    expect(tokens.isValid('6d2f7e0e-93a4-4b5d-8a41-3f5f2c9d1e71', token)).toBe(false);
  });

  it('is made with the active key, and goes on while that retires', () => {
    expect(kid).toBe('2');
    const before = tokensUnder([OLD], OLD).issue(SESSION);
    expect(tokens.isValid(SESSION, before)).toBe(true);
    expect(tokensUnder([ACTIVE], ACTIVE).isValid(SESSION, before)).toBe(false);
  });

  it('of a key of the same name that is another is none', () => {
    expect(tokensUnder([newKey('2')], newKey('2')).isValid(SESSION, token)).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['no key', `.${mac}`],
    ['another key', `1.${mac}`],
    ['a key that is not known', `9.${mac}`],
    ['no signature', `${kid}.`],
    ['half a signature', `${kid}.${mac.slice(0, 20)}`],
    ['a changed signature', `${kid}.${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`],
    ['another algorithm', `none.${mac}`],
    ['the session itself', `${kid}.${Buffer.from(SESSION).toString('base64url')}`],
  ])('is not %s', (_what, given) => {
    expect(tokens.isValid(SESSION, given)).toBe(false);
  });

  it('is bound to its purpose: what the key signs for something else is none', () => {
    const other = createHmac('sha256', ACTIVE.key).update(SESSION).digest('base64url');
    expect(tokens.isValid(SESSION, `2.${other}`)).toBe(false);
  });
});
