import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { KnownSecrets, REDACTED } from './known-secrets.ts';

function knowing(...secrets: (string | Buffer)[]): KnownSecrets {
  const known = new KnownSecrets();
  for (const secret of secrets) known.remember(secret);
  return known;
}

describe('KnownSecrets', () => {
  const PASSWORD = `p"a\\s s+/ö&=?${randomBytes(6).toString('hex')}`;

  it.each([
    ['plain', PASSWORD],
    ['in JSON', JSON.stringify({ a: PASSWORD })],
    ['in JSON within JSON', JSON.stringify({ body: JSON.stringify({ a: PASSWORD }) })],
    ['in a URL', encodeURIComponent(PASSWORD)],
    ['in a form', new URLSearchParams({ a: PASSWORD.replaceAll('ö', '') }).toString()],
    ['in base64', Buffer.from(PASSWORD).toString('base64')],
    ['in base64url', Buffer.from(PASSWORD).toString('base64url')],
    ['in hex', Buffer.from(PASSWORD).toString('hex')],
  ])('hides a text %s', (form, written) => {
    const secret = form === 'in a form' ? PASSWORD.replaceAll('ö', '') : PASSWORD;
    expect(knowing(secret).hideIn(`before ${written} after`)).toMatch(
      /^before [^ ]{0,20}\[redacted\][^ ]{0,10} after$/,
    );
  });

  const KEY = randomBytes(32);
  it.each([
    ['base64', KEY.toString('base64')],
    ['base64 in a URL', encodeURIComponent(KEY.toString('base64'))],
    ['base64url', KEY.toString('base64url')],
    ['hex', KEY.toString('hex')],
    ['HEX', KEY.toString('hex').toUpperCase()],
    ['latin1', KEY.toString('latin1')],
    ['latin1 in JSON', JSON.stringify(KEY.toString('latin1'))],
    ['what utf8 makes of it', KEY.toString('utf8')],
    ['JSON of a Buffer', JSON.stringify(KEY)],
    ['JSON of an array', JSON.stringify([...KEY], undefined, 1).replaceAll('\n', '')],
    ['what console.log shows', inspect(KEY)],
  ])('hides bytes as %s', (_, written) => {
    const hidden = knowing(KEY).hideIn(`x ${written} y`);
    expect(hidden).toContain(REDACTED);
    expect(hidden.length).toBeLessThan(70);
  });

  it('hides all of them, side by side, at both ends, and the longer of two that begin alike', () => {
    const known = knowing('first-secret', 'second-secret', 'first-secret-and-more');
    expect(known.hideIn('first-secretsecond-secret first-secret-and-more')).toBe(
      `${REDACTED}${REDACTED} ${REDACTED}`,
    );
    expect(known.hideIn('first-secre')).toBe('first-secre');
    expect(known.hideIn('')).toBe('');
  });

  it('leaves short values to fields and patterns: they would hide words', () => {
    expect(knowing('', 'abc', 'admin').hideIn('the admin of abc')).toBe('the admin of abc');
  });

  it('forgets values of the moment when a thousand newer ones came, and no others', () => {
    const known = knowing('for-ever-secret');
    const passing = Array.from({ length: 1_001 }, (_, index) => `passing-secret-${index}-`);
    for (const secret of passing.slice(0, 1_000)) known.rememberForNow(secret);
    known.rememberForNow(passing[0] ?? '');
    known.rememberForNow(passing[1_000] ?? '');
    expect(known.hideIn(passing[0] ?? '')).toBe(REDACTED);
    expect(known.hideIn(passing[1] ?? '')).toBe(passing[1]);
    expect(known.hideIn(passing[1_000] ?? '')).toBe(REDACTED);
    expect(known.hideIn('for-ever-secret')).toBe(REDACTED);
    known.rememberForNow('for-ever-secret');
    for (const secret of passing) known.rememberForNow(`${secret}again`);
    expect(known.hideIn('for-ever-secret')).toBe(REDACTED);
  });
});
