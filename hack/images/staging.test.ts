import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRuntimeFile, listFiles, normaliseModes, stageManifest, stagePackages } from './staging.ts';

describe('isRuntimeFile', () => {
  it.each([
    'index.js',
    'package.json',
    'LICENSE',
    'LICENSE.md',
    'NOTICE.txt',
    'lib/test/data.json',
    'test.js',
    'docs.js',
    'prebuilds/linux-x64/addon.node',
    'dist/index.mjs',
    'dist/module.wasm',
  ])('keeps %s', (path) => expect(isRuntimeFile(path, 'linux-x64')).toBe(true));

  it.each([
    'index.d.ts',
    'src/index.ts',
    'index.d.mts',
    'index.js.map',
    'README.md',
    'test/index.js',
    'docs/index.html',
    'prebuilds/darwin-arm64/addon.node',
    'binding.c',
    '.gitlab-ci.yml',
    '.github/workflows/ci.yml',
  ])('drops %s', (path) => expect(isRuntimeFile(path, 'linux-x64')).toBe(false));
});

describe('staging into a folder', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'staging-'));
    mkdirSync(join(root, 'node_modules/a/node_modules/b'), { recursive: true });
    writeFileSync(join(root, 'node_modules/a/index.js'), 'a');
    writeFileSync(join(root, 'node_modules/a/index.d.ts'), 'a');
    writeFileSync(join(root, 'node_modules/a/node_modules/b/index.js'), 'b');
    mkdirSync(join(root, 'operator'));
    writeFileSync(
      join(root, 'operator/package.json'),
      JSON.stringify({ name: 'o', version: '1', type: 'module', license: 'X', scripts: { x: 'y' } }),
    );
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('takes of the font what reports are written with, and its licence', () => {
    const folder = 'node_modules/@fontsource/noto-sans-sc';
    stagePackages(join(import.meta.dirname, '../..'), [folder], join(root, 'out'), 'linux-x64');
    expect(listFiles(join(root, 'out', folder))).toEqual([
      'LICENSE',
      'files/noto-sans-sc-chinese-simplified-400-normal.woff',
      'files/noto-sans-sc-chinese-simplified-700-normal.woff',
      'package.json',
    ]);
  });

  it('copies the listed packages and no package nested in them', () => {
    stagePackages(root, ['node_modules/a'], join(root, 'out'), 'linux-x64');
    expect(listFiles(join(root, 'out'))).toEqual(['node_modules/a/index.js']);
  });

  it('says how to mend a package that is not installed', () => {
    expect(() => stagePackages(root, ['node_modules/c'], join(root, 'out'), 'linux-x64')).toThrow(
      'node_modules/c is in package-lock.json and not installed: run npm ci',
    );
  });

  it('leaves scripts and dependencies out of the manifest', () => {
    stageManifest(root, 'operator', join(root, 'out'));
    expect(JSON.parse(readFileSync(join(root, 'out/operator/package.json'), 'utf8'))).toEqual({
      name: 'o',
      version: '1',
      type: 'module',
      license: 'X',
    });
  });

  it('gives every file one of two modes', () => {
    writeFileSync(join(root, 'operator/run.sh'), '', { mode: 0o700 });
    writeFileSync(join(root, 'operator/secret'), '', { mode: 0o600 });
    normaliseModes(join(root, 'operator'));
    const modes = ['run.sh', 'secret', '.'].map(
      (name) => statSync(join(root, 'operator', name)).mode & 0o777,
    );
    expect(modes).toEqual([0o755, 0o644, 0o755]);
  });
});
