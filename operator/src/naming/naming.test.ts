import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CREDENTIAL_PURPOSES,
  FAMILIES,
  MAX_NAME_LENGTH,
  REASONS,
  aktoolsName,
  canonicalJson,
  contentHash,
  contentName,
  credentialName,
  credentialNumber,
  instanceOf,
  labelsOf,
  migrateJobName,
  postgresClaimName,
  postgresName,
  serverName,
  serviceName,
  workerName,
} from './index.ts';

const HASH = 'f'.repeat(10);

function allNames(owner: string): string[] {
  return [
    serviceName(owner),
    serverName(owner),
    workerName(owner),
    postgresName(owner),
    aktoolsName(owner),
    postgresClaimName(owner),
    migrateJobName(owner, HASH, 1),
    migrateJobName(owner, HASH, 99),
    ...FAMILIES.map((family) => contentName(owner, family, HASH)),
    ...CREDENTIAL_PURPOSES.map((purpose) => credentialName(owner, purpose, 1)),
  ];
}

describe('names of children', () => {
  it('are distinct, and labels of pods and Jobs at most 63 characters for the longest owner', () => {
    const names = allNames('a'.repeat(MAX_NAME_LENGTH));
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]([-a-z0-9]*[a-z0-9])?$/);
    const labelValues = [
      migrateJobName('a'.repeat(MAX_NAME_LENGTH), HASH, 99),
      serviceName('a'.repeat(MAX_NAME_LENGTH)),
    ];
    for (const value of labelValues) expect(value.length).toBeLessThanOrEqual(63);
  });

  it('give the number of a credential back, and only for its own purpose', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), (number) => {
        for (const purpose of CREDENTIAL_PURPOSES.filter((one) => one !== 'bootstrap')) {
          const name = credentialName('demo', purpose, number);
          expect(CREDENTIAL_PURPOSES.map((one) => credentialNumber('demo', one, name))).toEqual(
            CREDENTIAL_PURPOSES.map((one) => (one === purpose ? number : undefined)),
          );
        }
      }),
    );
    expect(credentialNumber('demo', 'databaseAdmin', 'demo-postgres-admin-01')).toBeUndefined();
  });
});

describe('labels', () => {
  it('name the instance only on objects of ours', () => {
    expect(instanceOf(labelsOf('demo', 'server'))).toBe('demo');
    expect(
      instanceOf({ ...labelsOf('demo', 'server'), 'app.kubernetes.io/managed-by': 'Helm' }),
    ).toBeUndefined();
    expect(instanceOf(undefined)).toBeUndefined();
  });
});

describe('contentHash', () => {
  it('ignores the order of keys and undefined members, and nothing else', () => {
    expect(contentHash({ a: 1, b: { c: 2, d: undefined } })).toBe(contentHash({ b: { c: 2 }, a: 1 }));
    expect(contentHash(['a', 'b'])).not.toBe(contentHash(['b', 'a']));
    expect(canonicalJson({ a: null })).not.toBe(canonicalJson({}));
  });
});

describe('reasons', () => {
  it('are CamelCase and explained', () => {
    for (const [reason, text] of Object.entries(REASONS)) {
      expect(reason).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(text.length).toBeGreaterThan(10);
    }
  });
});
