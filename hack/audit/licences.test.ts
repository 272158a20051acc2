import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Source } from '../images/catalog.ts';
import { readLockfile } from '../images/lockfile.ts';
import { ROOT } from '../lib/paths.ts';
import { judgeImageLicences, npmLicences } from './licence-gates.ts';
import { judgeLicence, readLicence, readPolicy, unusedIn, type Policy } from './licences.ts';
import { npmPackage } from './npm-packages.ts';
import type { Package } from './packages.ts';

const reason = 'a reason that is long enough';
const policy: Policy = {
  usual: ['MIT', 'Apache-2.0'],
  shipped: { 'BlueOak-1.0.0': reason },
  tools: { 'MPL-2.0': reason },
  beside: { 'GPL-2.0-or-later': reason, 'GPL-3.0-or-later': reason },
  statements: { 'Apache License 2.0': 'Apache-2.0' },
  packages: { 'debian/prose': { means: 'GPL-3.0-or-later WITH GCC-exception-3.1', reason } },
  debian: {
    names: { Expat: 'MIT' },
    permissive: { reason, names: ['Carnegie'] },
    texts: { reason, names: ['verbatim'] },
  },
};

const packageOf = (ecosystem: Package['ecosystem'], ...licences: string[]): Package => ({
  ecosystem,
  name: 'a',
  version: '1',
  licences,
  purl: `pkg:${ecosystem}/a@1`,
});

describe('judgeLicence of an npm package', () => {
  it.each([
    ['MIT', 'shipped'],
    ['(MIT OR GPL-3.0-only)', 'shipped'],
    ['MIT AND Apache-2.0', 'shipped'],
    ['Apache License 2.0', 'shipped'],
    ['BlueOak-1.0.0', 'shipped'],
    ['MPL-2.0', 'tools'],
    ['GPL-2.0-or-later', 'beside'],
  ] as const)('allows %s for %s', (text, use) => {
    expect(judgeLicence(packageOf('npm', text), use, policy)).toEqual([]);
  });

  it.each([
    ['AGPL-3.0-only', 'shipped', 'is under AGPL-3.0-only'],
    ['MPL-2.0', 'shipped', 'does not allow for shipped'],
    ['GPL-2.0-or-later', 'tools', 'does not allow for tools'],
    ['MIT AND SSPL-1.0', 'shipped', 'is under MIT AND SSPL-1.0'],
    ['SEE LICENSE IN LICENSE', 'shipped', 'which licences.yaml does not know'],
    ['UNLICENSED', 'tools', 'npm/a 1'],
  ] as const)('refuses %s for %s', (text, use, finding) => {
    expect(judgeLicence(packageOf('npm', text), use, policy)).toEqual([expect.stringContaining(finding)]);
  });

  it('refuses a package that says nothing', () => {
    expect(judgeLicence(packageOf('npm'), 'shipped', policy)).toEqual([
      expect.stringContaining('states no licence'),
    ]);
  });
});

describe('readLicence of a Debian package', () => {
  it.each([
    ['GPL-2+ or Expat', ['GPL-2.0-or-later', 'MIT']],
    ['GPL-1+ or MIT, and Apache-2.0', ['Apache-2.0', 'GPL-1.0-or-later', 'MIT']],
    ['GPL-3+ with Bison exception', ['GPL-3.0-or-later']],
    ['GPL-2', ['GPL-2.0-only']],
    ['GPL', ['GPL-1.0-or-later']],
    ['LGPL-2.1', ['LGPL-2.1-only']],
    ['LGPL', ['LGPL-2.0-or-later']],
    ['GFDL-NIV-1.3+', ['GFDL-1.3-no-invariants-or-later']],
    ['GFDL-1.3+-no-invariant', ['GFDL-1.3-no-invariants-or-later']],
    ['BSD-3-clause', ['BSD-3-Clause']],
  ])('%s', (field, expressions) => {
    expect(readLicence(packageOf('debian', field), policy)).toEqual({ expressions, named: [], unknown: [] });
  });

  it('knows names without an id, and says which it does not know', () => {
    expect(readLicence(packageOf('debian', 'Carnegie and verbatim', 'Nobodys'), policy)).toEqual({
      expressions: [],
      named: ['Carnegie', 'verbatim'],
      unknown: ['Nobodys'],
    });
  });

  it('goes by what was read for its source', () => {
    const one = { ...packageOf('debian'), name: 'libprose1', source: 'prose' };
    expect(judgeLicence(one, 'beside', policy)).toEqual([]);
    expect(judgeLicence({ ...one, source: 'other' }, 'beside', policy)).toHaveLength(1);
  });
});

it('judgeImageLicences says of one source once what is wrong with its packages', () => {
  const one = { ...packageOf('debian', 'Nobodys'), source: 's' };
  const other = { ...one, name: 'b', purl: 'pkg:debian/b@1' };
  expect(judgeImageLicences([one, other, one], policy)).toHaveLength(1);
});

it('unusedIn names what the policy says about nothing', () => {
  const used = [packageOf('npm', 'Apache License 2.0'), { ...packageOf('debian'), source: 'prose' }];
  expect(unusedIn(policy, used)).toEqual([]);
  expect(unusedIn(policy, [])).toEqual([
    expect.stringContaining('"debian/prose"'),
    expect.stringContaining('"Apache License 2.0"'),
  ]);
});

describe('the gate over this checkout', () => {
  const source: Source = {
    root: ROOT,
    packages: readLockfile(join(ROOT, 'package-lock.json')),
    platform: `${process.platform}-${process.arch}`,
  };

  it('is content with every package of the lockfile', () => {
    expect(npmLicences(source, readPolicy()).findings).toEqual([]);
  });

  it('finds a package whose licence became another one', () => {
    const folder = 'node_modules/express';
    const entry = { ...source.packages[folder], license: 'BUSL-1.1' };
    const changed = { ...source, packages: { ...source.packages, [folder]: entry } };
    expect(npmLicences(changed, readPolicy()).findings).toEqual([
      expect.stringContaining('is under BUSL-1.1, which licences.yaml does not allow for shipped'),
    ]);
  });

  it('reads what the lockfile leaves out from the package itself', () => {
    expect(source.packages['node_modules/busboy']?.license).toBeUndefined();
    expect(npmPackage(source, 'node_modules/busboy').licences).toEqual(['MIT']);
  });
});
