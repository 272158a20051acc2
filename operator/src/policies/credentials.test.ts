import { describe, expect, it } from 'vitest';
import {
  activeKid,
  assignNumbers,
  dependsOnRetained,
  lacksNumbers,
  missingCredential,
  readExternal,
  renewedKeys,
} from './credentials.ts';
import type { LiveObject, LiveSecret } from './live.ts';

const named = (name: string): LiveObject => ({ metadata: { name, uid: name } });

describe('credential numbers', () => {
  it('start at one, take retained Secrets up again, and never move afterwards', () => {
    const purposes = ['databaseAdmin', 'bootstrap'] as const;
    expect(assignNumbers('demo', purposes, undefined, [])).toEqual({ databaseAdmin: 1, bootstrap: 1 });
    const retained = [
      'demo-postgres-admin-2',
      'demo-postgres-admin-11',
      'demo-bootstrap',
      'demo-2-postgres-admin-40',
    ];
    expect(assignNumbers('demo', purposes, undefined, retained)).toEqual({ databaseAdmin: 11, bootstrap: 1 });
    expect(assignNumbers('demo', ['databaseAdmin'], { databaseAdmin: 3 }, retained)).toEqual({
      databaseAdmin: 3,
    });
    expect(lacksNumbers(['databaseAdmin'], { bootstrap: 1 })).toBe(true);
    expect(dependsOnRetained(['databaseAdmin', 'bootstrap'], { bootstrap: 1 })).toBe(true);
    expect(dependsOnRetained(['bootstrap'], undefined)).toBe(false);
  });

  it('never lead to a new password where data exists', () => {
    expect(missingCredential('demo', 'databaseAdmin', 1, false)).toBeUndefined();
    expect(missingCredential('demo', 'databaseAdmin', 1, true)).toMatchObject({
      reason: 'CredentialsMissing',
      message: expect.stringContaining('demo-postgres-admin-1'),
    });
  });

  it('never lead to a new key where something is encrypted, and name the one that is missed', () => {
    expect(missingCredential('demo', 'encryptionKeys', 2, false)).toBeUndefined();
    expect(missingCredential('demo', 'encryptionKeys', 2, true, '0a1b2c3d')).toMatchObject({
      reason: 'CredentialsMissing',
      message: expect.stringMatching(/demo-encryption-keys-2, .*0a1b2c3d.*a server that still runs/),
    });
  });

  it.each(['databaseTLS', 'sessionKeys', 'pepperKeys', 'bootstrap'] as const)(
    'lead to a new %s: it locks no data',
    (purpose) => expect(missingCredential('demo', purpose, 1, true)).toBeUndefined(),
  );

  it('tell of API keys that a lost pepper took along', () => {
    expect(renewedKeys('demo', { pepperKeys: 1, sessionKeys: 2 })).toBeUndefined();
    expect(renewedKeys('demo', { pepperKeys: 2 })).toMatch(/demo-pepper-keys-2 .*API keys/);
  });
});

const COMPLETE = {
  host: 'db\n',
  port: '5432',
  name: 'n',
  username: 'u',
  password: 'p',
  migratorUsername: 'm',
  migratorPassword: 'q',
};

function secret(values: Record<string, string>): LiveSecret {
  const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return { ...named('s'), data: Object.fromEntries(data) };
}

describe('activeKid', () => {
  const keyring = (content: unknown): LiveSecret => secret({ 'keyring.json': JSON.stringify(content) });
  const active = { kid: 'b', state: 'active', key: 'x' };

  it('is that of the active key', () => {
    expect(activeKid(keyring([{ kid: 'a', state: 'retiring', key: 'x' }, active]))).toBe('b');
  });

  it.each([
    [[]],
    [{}],
    [[null]],
    [[{ kid: 'a', state: 'next' }]],
    [[{ kid: 7, state: 'active' }]],
    [[{ ...active, kid: 'No kid' }]],
  ])('is undefined in %j', (content) => expect(activeKid(keyring(content))).toBeUndefined());

  it('is undefined where there is no JSON', () => {
    expect(activeKid(undefined)).toBeUndefined();
    expect(activeKid(secret({ 'keyring.json': 'not JSON' }))).toBeUndefined();
  });
});

describe('readExternal', () => {
  it('says what is wrong', () => {
    expect(readExternal('s', undefined)).toMatchObject({ reason: 'SecretMissing' });
    expect(readExternal('s', secret({ ...COMPLETE, password: '' }))).toMatchObject({
      reason: 'SecretInvalid',
      message: 'Secret s lacks the keys password',
    });
    expect(readExternal('s', secret({ ...COMPLETE, port: 'x' }))).toMatchObject({ reason: 'SecretInvalid' });
  });

  it('reads both logins and leaves an absent authority out', () => {
    expect(readExternal('s', secret(COMPLETE))).toEqual({
      host: 'db',
      port: '5432',
      name: 'n',
      app: { username: 'u', password: 'p' },
      migrator: { username: 'm', password: 'q' },
    });
  });
});
