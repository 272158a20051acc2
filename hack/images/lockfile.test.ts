import { describe, expect, it } from 'vitest';
import { lockLines, productionClosure, type LockPackages } from './lockfile.ts';

const packages: LockPackages = {
  '': {},
  operator: {
    dependencies: { http: '1', shared: '2' },
    devDependencies: { tester: '1' },
  },
  'node_modules/http': { version: '1.0.0', integrity: 'sha512-h', dependencies: { shared: '1' } },
  'node_modules/http/node_modules/shared': { version: '1.9.0' },
  'node_modules/shared': {
    version: '2.0.0',
    peerDependencies: { host: '*', extra: '*' },
    peerDependenciesMeta: { extra: { optional: true } },
  },
  'node_modules/host': { version: '3.0.0', dependencies: { '@scope/deep': '1' } },
  'node_modules/@scope/deep': { version: '1.0.0', dependencies: { shared: '2' } },
  'node_modules/extra': { version: '9.0.0' },
  'node_modules/tester': { version: '1.0.0' },
  'operator/node_modules/local': { version: '1.0.0' },
  'node_modules/local': { version: '2.0.0' },
  'node_modules/sibling': { link: true },
};

describe('productionClosure', () => {
  it('holds dependencies and required peers, transitively, and keeps nested versions nested', () => {
    expect(productionClosure(packages, 'operator')).toEqual([
      'node_modules/@scope/deep',
      'node_modules/host',
      'node_modules/http',
      'node_modules/http/node_modules/shared',
      'node_modules/shared',
    ]);
  });

  it("prefers a workspace's own copy to the hoisted one", () => {
    expect(productionClosure(packages, 'operator', ['local'])).toEqual(['operator/node_modules/local']);
  });

  it('names a package that the lockfile lacks', () => {
    expect(() => productionClosure(packages, 'operator', ['absent'])).toThrow(
      'lacks absent, which operator needs',
    );
  });

  it('refuses a dependency on another workspace', () => {
    expect(() => productionClosure(packages, 'operator', ['sibling'])).toThrow(
      'depends on the workspace sibling',
    );
  });

  it('refuses a workspace that is not there', () => {
    expect(() => productionClosure(packages, 'nowhere')).toThrow('no workspace nowhere');
  });
});

it('lockLines changes with the version and with the integrity', () => {
  expect(lockLines(packages, ['node_modules/http'])).toEqual(['node_modules/http 1.0.0 sha512-h']);
});
