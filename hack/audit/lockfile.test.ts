import { describe, expect, it } from 'vitest';
import { ROOT } from '../lib/paths.ts';
import {
  judgeLockfile,
  judgeScriptsOff,
  lockfileVerdict,
  readInstallScripts,
  readLockfile,
  type Lockfile,
} from './lockfile.ts';

const HASH = `sha512-${'a'.repeat(86)}==`;
const none = { dependencies: {}, devDependencies: {}, optionalDependencies: {}, peerDependencies: {} };
const good = { ...none, version: '1.0.0', integrity: HASH };

/** A lockfile with one workspace `app` and the package `a`. */
function lockfile(a: Partial<Lockfile['packages'][string]>, app: Partial<typeof none> = {}): Lockfile {
  return {
    lockfileVersion: 3,
    packages: {
      '': none,
      app: { ...none, version: '1.0.0', ...app },
      'node_modules/app': { ...none, link: true, resolved: 'app' },
      'node_modules/a': { ...good, ...a },
    },
  };
}

describe('the gate', () => {
  it('is content with the lockfile of this checkout', { timeout: 60_000 }, async () => {
    expect(await lockfileVerdict(ROOT)).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it('looks at every package of it: one hash less is one finding', () => {
    const real = readLockfile(ROOT);
    const folders = Object.keys(real.packages).filter((folder) => real.packages[folder]?.integrity);
    expect(folders.length).toBeGreaterThan(400);
    for (const folder of [folders[0], folders.at(-1)]) {
      const entry = { ...none, ...real.packages[folder ?? ''] };
      const broken = {
        ...real,
        packages: { ...real.packages, [folder ?? '']: { ...entry, integrity: undefined } },
      };
      expect(judgeLockfile(broken, readInstallScripts())).toEqual([
        expect.stringContaining('has no integrity hash'),
      ]);
    }
  });
});

describe('judgeLockfile', () => {
  it('finds nothing wrong with a package that is pinned and hashed', () => {
    expect(judgeLockfile(lockfile({}, { dependencies: { a: '1.0.0' } }), {})).toEqual([]);
  });

  it.each([
    ['an older kind of hash', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, 'is no sha512 hash'],
    ['a host', { resolved: 'https://registry.example/a-1.0.0.tgz' }, 'names where it came from'],
    ['no exact version', { version: 'latest' }, 'has no exact version'],
    ['an install script', { hasInstallScript: true }, 'a states an install script'],
    [
      'a nested dependency on a URL',
      { dependencies: { b: 'https://example.org/b.tgz' } },
      'takes b from https',
    ],
  ])('refuses %s', (_, entry, finding) => {
    expect(judgeLockfile(lockfile(entry), {})).toEqual([expect.stringContaining(finding)]);
  });

  it.each([
    'git+ssh://git@example.org/a.git',
    'git://example.org/a.git',
    'github:user/a',
    'user/a',
    'user/a#main',
    'file:../a',
    '../a',
    '~/a',
    '/opt/a',
    'http://example.org/a.tgz',
  ])('refuses a dependency on %s', (spec) => {
    expect(judgeLockfile(lockfile({}, { devDependencies: { a: spec } }), {})).toEqual([
      `app takes a from ${spec}: only packages of a registry have a hash`,
    ]);
  });

  it.each(['^1.0.0', '~1.0.0', '>=1', '1.x', '*', 'latest'])('refuses a workspace that wants %s', (spec) => {
    expect(judgeLockfile(lockfile({}, { optionalDependencies: { a: spec } }), {})).toEqual([
      `app wants a as ${spec}: pin it exactly`,
    ]);
  });

  it('refuses an allowance that nothing needs any more', () => {
    expect(judgeLockfile(lockfile({}), { a: 'a reason of old' })).toEqual([
      'a has no install script (any more): remove it from install-scripts.yaml',
    ]);
  });
});

describe('judgeScriptsOff', () => {
  const npmrc = ['.npmrc', 'save-exact=true\nignore-scripts=true\n'] as const;

  it('is content with one .npmrc that says so', () => {
    expect(judgeScriptsOff(new Map([npmrc, ['Makefile', 'npm ci']]), 'true\n')).toEqual([]);
  });

  it('wants the setting', () => {
    expect(judgeScriptsOff(new Map([['.npmrc', '# ignore-scripts=true\n']]), 'true')).toEqual([
      '.npmrc lacks ignore-scripts=true',
    ]);
  });

  it('sees what the environment overrides', () => {
    expect(judgeScriptsOff(new Map([npmrc]), 'false\n')).toEqual([
      expect.stringContaining('effective ignore-scripts is false'),
    ]);
  });

  it.each([
    ['Makefile', 'npm ci --ignore-scripts=false'],
    ['.ci/run', 'npm ci --ignore-scripts false'],
    ['package.json', '"build": "npm rebuild"'],
    ['a/install.sh', 'NPM_CONFIG_IGNORE_SCRIPTS=false npm ci'],
    ['a/install.sh', 'npm ci --no-ignore-scripts'],
  ])('sees that %s says %s', (path, content) => {
    expect(judgeScriptsOff(new Map([npmrc, [path, content]]), 'true')).toEqual([
      expect.stringContaining(`${path} turns install scripts on`),
    ]);
  });

  it('wants no second .npmrc', () => {
    expect(judgeScriptsOff(new Map([npmrc, ['app/.npmrc', 'audit=true']]), 'true')).toEqual([
      'app/.npmrc: there is one .npmrc, at the root',
    ]);
  });
});
