import { describe, expect, it } from 'vitest';
import type { TracingSpec } from '../api/index.ts';
import type { LiveSecret } from './live.ts';
import { readTracing } from './tracing.ts';

const secretOf = (values: Readonly<Record<string, string>>): LiveSecret => ({
  metadata: { name: 's', uid: 'u' },
  data: Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  ),
});

const open: TracingSpec = { endpoint: 'https://otel.example/v1/traces', sampleRatio: '0.1' };
const spec: TracingSpec = { ...open, headersSecretRef: { name: 'otel', key: 'headers' } };
const GOOD = 'Authorization: Bearer abc\n\nX-Scope-OrgID: 7\n';
const KEPT = secretOf({ headers: GOOD, origin: 'https://otel.example' });

describe('readTracing', () => {
  it('sends nothing where nothing is asked for, and without headers where none are', () => {
    expect(readTracing(undefined, undefined, undefined)).toEqual({ isSent: false });
    expect(readTracing(open, undefined, undefined)).toEqual({ isSent: true });
  });

  it('takes the key that is named', () => {
    const named = { ...open, headersSecretRef: { name: 'otel', key: 'other' } };
    expect(readTracing(named, secretOf({ headers: 'x', other: GOOD }), undefined)).toEqual({
      isSent: true,
      headers: GOOD,
    });
  });

  it.each([
    [undefined, 'SecretMissing', 'does not exist'],
    [secretOf({ other: GOOD }), 'SecretInvalid', 'lacks the key headers'],
    [secretOf({ headers: '\n \n' }), 'SecretInvalid', 'has no header under headers'],
    [secretOf({ headers: 'A: b\nBearer s3cr3t' }), 'SecretInvalid', 'in line 2 of headers'],
    [secretOf({ headers: 'A: b\u0000s3cr3t' }), 'SecretInvalid', 'in line 1 of headers'],
    [secretOf({ headers: 'A:' }), 'SecretInvalid', 'in line 1 of headers'],
    [secretOf({ headers: 'A: b\nHOST: s3cr3t' }), 'SecretInvalid', 'cannot be set, such as Host, in line 2'],
  ])('of %j says %s', (secret, reason, text) => {
    const { isSent, headers, finding } = readTracing(spec, secret, undefined);
    expect({ isSent, headers, reason: finding?.reason }).toEqual({
      isSent: false,
      headers: undefined,
      reason,
    });
    expect(finding?.message).toContain(text);
    expect(finding?.message).toContain('no traces are sent until it is right');
    expect(finding?.message).not.toContain('s3cr3t');
  });

  it('goes on with what is in use where the Secret is lost or broken', () => {
    for (const secret of [undefined, secretOf({ headers: 'nonsense' })]) {
      const read = readTracing({ ...spec, endpoint: 'HTTPS://OTEL.example:443/other' }, secret, KEPT);
      expect(read).toMatchObject({ isSent: true, headers: GOOD });
      expect(read.finding?.message).toContain('go on with what they had');
    }
  });

  it.each(['https://new.example/v1/traces', 'https://otel.example:8443/v1/traces'])(
    'gives %s no token of the collector before it',
    (endpoint) => {
      const next = { endpoint, sampleRatio: '0.1', headersSecretRef: { name: 'new', key: 'headers' } };
      for (const secret of [undefined, secretOf({ headers: 'nonsense' })]) {
        const read = readTracing(next, secret, KEPT);
        expect(read).toMatchObject({ isSent: false });
        expect(read.headers).toBeUndefined();
        expect(read.finding?.message).toContain('no traces are sent until it is right');
      }
    },
  );

  it('keeps nothing of which nobody knows whom it was for, and nothing that is wrong by now', () => {
    for (const kept of [{ headers: GOOD }, { headers: 'nonsense', origin: 'https://otel.example' }])
      expect(readTracing(spec, undefined, secretOf(kept))).toMatchObject({ isSent: false });
  });
});
