import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownSecrets } from '../common/redaction/known-secrets.ts';
import { auditDetails, auditText, type Details, SecretFieldError } from './details.ts';

describe('auditDetails', () => {
  it('leaves what a change usually is as it is', () => {
    const details = {
      role: 'analyst',
      disabled: false,
      expiresAt: '2026-11-26T00:00:00Z',
      scopes: ['market:read'],
      limits: { reading: 600, writing: null },
      symbols: [],
    };
    expect(auditDetails(details, 'refuse')).toEqual(details);
    expect(auditDetails({ role: 'viewer', name: undefined }, 'refuse')).toEqual({ role: 'viewer' });
  });

  it.each([
    ['password', { password: 'x' }],
    ['newPassword', { newPassword: 'x' }],
    ['token_sha256', { token_sha256: 'x' }],
    ['sessionToken', { sessionToken: 'x' }],
    ['apiKey', { apiKey: 'x' }],
    ['api-key', { 'api-key': 'x' }],
    ['privateKey', { privateKey: 'x' }],
    ['clientSecret', { clientSecret: 'x' }],
    ['passwordHash', { passwordHash: 'x' }],
    ['otp', { otp: 123_456 }],
    ['totpSecret', { totpSecret: 'x' }],
    ['recoveryCodes', { recoveryCodes: ['x'] }],
    ['Authorization', { Authorization: 'x' }],
    ['Set-Cookie', { 'Set-Cookie': 'x' }],
    ['pepperHmac', { pepperHmac: 'x' }],
    ['encryptionKey', { encryptionKey: { kid: 'x' } }],
    ['smtp.password', { smtp: { host: 'mail', password: 'x' } }],
    ['channels.1.webhookSecret', { channels: [{}, { webhookSecret: 'x' }] }],
    ['credentials', { credentials: { user: 'x' } }],
  ] satisfies [string, Details][])('finds the secret in %s', (field, details) => {
    expect(() => auditDetails(details, 'refuse')).toThrow(new SecretFieldError(field));
    const text = JSON.stringify(auditDetails(details, 'replace'));
    expect(text).toContain('"[redacted]"');
    expect(text).not.toMatch(/"x"|123456/);
  });

  it('takes no field for a secret that only tells of one', () => {
    const details = {
      mustChangePassword: true,
      passwordChangedAt: '2026-11-26T00:00:00Z',
      keyId: 'k1',
      pepperKid: '2',
      recoveryCodesLeft: 7,
      totpSecret: null,
      footprint: 'otp is a part of this word',
      keyboard: 'us',
      tokenCount: 3,
      apiKeys: 2,
      sessions: 1,
    };
    expect(auditDetails(details, 'refuse')).toEqual(details);
  });

  it('cuts what is long: texts, lists, depth, and the whole', () => {
    const deep: Details = { a: { b: { c: { d: { e: { f: { g: { h: { i: 1 } } } } } } } } };
    expect(JSON.stringify(auditDetails(deep, 'refuse'))).toBe(
      '{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":"… (too deep)"}}}}}}}}',
    );
    const symbols = Array.from({ length: 101 }, (_, index) => index);
    expect(auditDetails({ symbols }, 'refuse')).toEqual({
      symbols: [...symbols.slice(0, 100), '… (101 items)'],
    });
    const text = 'x'.repeat(2_001);
    expect(auditDetails({ text }, 'refuse')).toEqual({ text: `${'x'.repeat(2_000)}… (2001 characters)` });
    const many = Object.fromEntries(
      Array.from({ length: 5 }, (_, index) => [`f${index}`, '股'.repeat(1_000)]),
    );
    expect(auditDetails(many, 'refuse')).toEqual({
      cutFromBytes: 15_041,
      beginning: expect.stringMatching(/^\{"f0":"股{900,}$/),
    });
  });

  it('makes of anything JSON that PostgreSQL takes, of at most 8 kB', () => {
    const anything = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }), {
      maxKeys: 10,
    });
    fc.assert(
      fc.property(anything, (details) => {
        const text = JSON.stringify(auditDetails(details, 'replace'));
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8_192);
        const words: string[] = [];
        JSON.parse(text, (...pair: [string, unknown]) => {
          words.push(...pair.filter((word) => typeof word === 'string'));
          return pair[1];
        });
        expect(words.filter((word) => !word.isWellFormed() || word.includes('\0'))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  }, 20_000);

  it('keeps a field that JavaScript takes for something else', () => {
    const details: Details = JSON.parse('{"__proto__": {"role": "admin"}, "constructor": 1}');
    expect(JSON.stringify(auditDetails(details, 'refuse'))).toBe(
      '{"__proto__":{"role":"admin"},"constructor":1}',
    );
  });
});

describe('auditText', () => {
  it.each([
    ['my key is stk_7Fh2Kq_c2VjcmV0c2VjcmV0', 'c2VjcmV0c2VjcmV0'],
    ['curl -H "Authorization: Bearer abcdef012345"', 'abcdef012345'],
    ['postgresql://app:hunter2@db/x and more', 'hunter2'],
    [`${'x'.repeat(1_900)} Bearer abcdef012345`, 'abcdef'],
  ])('hides the secret in %j', (text, secret) => {
    expect(auditText(text)).toContain('[redacted]');
    expect(auditText(text)).not.toContain(secret);
  });

  it('hides what this process knows to be a secret, whole or cut', () => {
    knownSecrets.rememberForNow('correct horse battery');
    expect(auditText('it is correct horse battery, remember', 15)).toBe('it is [redacted… (37 characters)');
  });

  it('leaves what people write', () => {
    const text = 'compared with 上交所 at 12:30, see https://example.org/a@b: 600519.SH is right';
    expect(auditText(text)).toBe(text);
  });

  it('takes no long time', () => {
    const started = performance.now();
    for (const part of ['a', 'a.', 'eyJ-', 'a://', 'Bearer ', 'password:']) auditText(part.repeat(50_000));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
