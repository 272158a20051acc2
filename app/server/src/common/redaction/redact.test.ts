import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { knownSecrets } from './known-secrets.ts';
import { redactLine, redactText, redactUrl } from './redact.ts';

const S = 'Zq8vKx2mW9bT4nRc';
/** No secret scanner shall take the tests for a leak. */
const PEM = [
  '-----BEGIN EC PRIVATE',
  'KEY-----\nMHcCAQ\nZq8vKx2mW9bT4nRc\n-----END EC PRIVATE',
  'KEY-----',
].join(' ');

describe('redactText', () => {
  it.each([
    `stk_a1b2c3_${S}`,
    `the key sk-${S}${S} of a user`,
    `token eyJhbGciOiJIUzI1NiJ9.${S}.${S}`,
    PEM,
    JSON.stringify({ pem: PEM }),
    PEM.slice(0, 60),
    `connect postgresql://app_a:${S}@db:5432/x`,
    `postgres://u:p@${S}@db/x and https://${S}@example.com/`,
    `Authorization: Bearer ${S}`,
    `authorization: ${S}`,
    `{"headers":{"authorization":"Bearer ${S}"}}`,
    `proxy-authorization: Basic ${S}==`,
    `authorization: Token ${S}`,
    `Cookie: a=1; __Host-session=${S}; b=${S}`,
    `set-cookie: sid=${S}; HttpOnly`,
    `"set-cookie":"session=${S}; Path=/"`,
    `session_id=${S}`,
    `host=db password=${S} dbname=x`,
    `host=db password='${S}'`,
    `https://example.com/hook?access_token=${S}&b=1`,
    `/send?key=${S}`,
    `?a=1&sign=${S}`,
    `apiKey=${S}`,
    `api-key=${S}`,
    `x_api_key%3D${S}`,
    `body: {\\"newPassword\\":\\"${S}\\"}`,
    `{ password: '${S}', name: 'a' }`,
    inspect({ deep: { apiKey: S, totpSecret: S } }),
    `otpauth://totp/x?secret=${S}&issuer=y`,
  ])('hides the secret in %j', (text) => {
    expect(redactText(text)).not.toContain(S);
  });

  it.each([
    'sign in first, or send Authorization: Bearer <API key>',
    'password: must have at least 12 characters',
    'secret: is not a known parameter of this request',
    'listening on http://127.0.0.1:8080',
    'GET /api/v1/bars/600519.SH?from=2024-01-01&to=2024-12-31&limit=500',
    'connect ECONNREFUSED 127.0.0.1:5432',
    'password authentication failed for user "app_a"',
    'https://stockanalysis.dev/problems/invalid-parameter',
    'the token of the request was refused; cookie and session are missing',
    'query took 1200 ms: SELECT session_id FROM app.sessions WHERE token_sha256 = $1',
    'the image is registry.example.com/app@sha256:0011',
  ])('leaves alone: %s', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('keeps what helps: who is connected to, and which parameter it was', () => {
    expect(redactText(`postgresql://app_a:${S}@db:5432/x?sslmode=require`)).toBe(
      'postgresql://[redacted]@db:5432/x?sslmode=require',
    );
    expect(redactText(`/hook?token=${S}&symbol=600519.SH`)).toBe('/hook?token=[redacted]&symbol=600519.SH');
  });

  it.each([
    ['a', 'a'.repeat(200_000)],
    ['separators', '?&=:"\\'.repeat(30_000)],
    ['names', 'password'.repeat(25_000)],
    ['half a header', `cookie:${' '.repeat(200_000)}`],
    ['half a URL', '://'.repeat(70_000)],
    ['half a key', '-----BEGIN PRIVATE KEY-----'.repeat(8_000)],
    ['spaces after a scheme', `bearer${' '.repeat(200_000)}`],
    ['JSON that never ends', '"token":"'.repeat(20_000)],
    ['dots', `eyJ${'a.'.repeat(100_000)}`],
  ])('takes no more than a moment over 200 kB of %s', (_, text) => {
    const started = performance.now();
    redactText(text);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('redactUrl', () => {
  it.each([
    ['/a?token=x&b=1', '/a?token=[redacted]&b=1'],
    ['/a?X-Api-Key=x', '/a?X-Api-Key=[redacted]'],
    ['/a?pass%77ord=x', '/a?pass%77ord=[redacted]'],
    [
      '/a?user[password]=x&user%5Bpassword%5D=y',
      '/a?user[password]=[redacted]&user%5Bpassword%5D=[redacted]',
    ],
    ['/a?key=x&sign=y&sig=z', '/a?key=[redacted]&sign=[redacted]&sig=[redacted]'],
    ['/a?%=x&token=y', '/a?%=x&token=[redacted]'],
    ['/a?token', '/a?token'],
    ['/a?token=x?b=token=y', '/a?token=[redacted]'],
    ['/bars/600519.SH?from=2024-01-01&limit=5', '/bars/600519.SH?from=2024-01-01&limit=5'],
    ['/token=1', '/token=1'],
  ])('%s', (target, expected) => {
    expect(redactUrl(target)).toBe(expected);
  });
});

describe('redactLine', () => {
  it('hides by field at any depth and in any shape, and the line stays JSON', () => {
    const deep = {
      a: [{ b: { c: { d: { e: { apiKey: S, newPassword: [S, { x: S }], pin: { totpCode: 123_456 } } } } } }],
    };
    const line = `${JSON.stringify({ level: 'info', deep, credentials: { user: S, n: 5 }, 'set-cookie': [S] })}\n`;
    const redacted = redactLine(line);
    expect(redacted).not.toContain(S);
    expect(redacted).not.toContain('123456');
    expect(redacted.endsWith('\n')).toBe(true);
    expect(JSON.parse(redacted)).toMatchObject({
      level: 'info',
      deep: { a: [{ b: { c: { d: { e: { newPassword: ['[redacted]', { x: '[redacted]' }] } } } } }] },
    });
  });

  it('counts tokens, and shows no bytes', () => {
    const line = JSON.stringify({ usage: { promptTokens: 12, tokens: 40 }, bytes: Buffer.from('key') });
    expect(JSON.parse(redactLine(line))).toEqual({
      usage: { promptTokens: 12, tokens: 40 },
      bytes: '[redacted]',
    });
  });

  it.each([
    ['half a key', PEM.slice(0, 60)],
    ['half a key after which more comes', `${PEM.slice(0, 60)} "and", so on`],
    [
      'half a key in JSON in JSON',
      JSON.stringify({ pem: JSON.stringify({ pem: PEM.slice(0, 60) }), b: [1] }),
    ],
    ['half a key before a backslash', `${PEM.slice(0, 60)}\\`],
    ['a whole key', PEM],
    ['a beginning and the end of another', PEM.slice(0, 60) + '"' + PEM.slice(-30)],
  ])('leaves one whole line of JSON where a message has %s', (_, text) => {
    const line = `${JSON.stringify({ level: 'error', msg: text, err: { message: text }, last: 'x' })}\n`;
    const redacted = redactLine(line);
    expect(redacted).not.toContain(S);
    expect(redacted.indexOf('\n')).toBe(redacted.length - 1);
    expect(JSON.parse(redacted)).toMatchObject({ level: 'error', msg: expect.any(String), last: 'x' });
  });

  it('passes on a line that is no JSON', () => {
    expect(redactLine(`"token": "${S}`)).not.toContain(S);
  });

  describe('costs little', () => {
    const line = `${JSON.stringify({
      ...{ level: 'info', time: '2026-11-26T14:00:00.000Z', role: 'server' },
      ...{ requestId: '0b7f7f6e-6f0c-4c8e-9a55-3a0e5d1b8a10', res: { statusCode: 200 }, responseTime: 12 },
      req: { method: 'GET', url: '/api/v1/bars/600519.SH?from=2020-01-01&to=2024-12-31&adjustment=qfq' },
      msg: 'request completed',
    })}\n`;
    const secrets = Array.from({ length: 20 }, () => randomBytes(32));
    beforeAll(() => {
      for (const secret of secrets) knownSecrets.remember(secret);
    });

    it('less than 20 µs for the line of a request, twenty keys known', () => {
      let best = Infinity;
      for (let batch = 0; batch < 40; batch += 1) {
        const started = performance.now();
        for (let call = 0; call < 500; call += 1) redactLine(line);
        best = Math.min(best, ((performance.now() - started) / 500) * 1_000);
      }
      expect(best).toBeLessThan(20);
    });
  });
});
