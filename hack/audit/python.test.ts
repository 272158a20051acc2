import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../lib/paths.ts';
import { isPythonFile, lockedHashes, pythonPackages } from './python.ts';

const HASH = 'f'.repeat(64);
const SITE = 'opt/aktools/lib/python3.13/site-packages';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'python-'))));
afterEach(() => rmSync(root, { recursive: true }));

function install(header: string): void {
  const folder = join(root, SITE, 'Some_Package-1.0.dist-info');
  expect(isPythonFile(`${SITE}/Some_Package-1.0.dist-info/METADATA`)).toBe(true);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'METADATA'),
    `Name: Some.Package\nVersion: 1.0\n${header}\n\nLicense: in the description\n`,
  );
}

const read = (): ReturnType<typeof pythonPackages> =>
  pythonPackages(root, `# a list\nsome-package==1.0 --hash=sha256:${HASH}\n`);

describe('pythonPackages', () => {
  it.each([
    [
      'License-Expression: MIT\nLicense: see LICENSE\nClassifier: License :: OSI Approved :: BSD License',
      ['MIT'],
    ],
    ['License: Apache-2.0\nClassifier: License :: OSI Approved :: BSD License', ['Apache-2.0']],
    ['Classifier: License :: OSI Approved :: BSD License', ['BSD License']],
    ['Summary: nothing', []],
  ])('reads the licence of %j', (header, licences) => {
    install(header);
    expect(read()).toEqual([
      {
        ecosystem: 'pypi',
        name: 'some-package',
        version: '1.0',
        licences,
        hash: { algorithm: 'SHA-256', hex: HASH },
        purl: 'pkg:pypi/some-package@1.0',
      },
    ]);
  });

  it('refuses a package that is not locked', () => {
    install('Summary: nothing');
    expect(() => pythonPackages(root, '')).toThrow(
      'some-package 1.0 is not in hack/images/aktools/requirements.txt',
    );
  });
});

it('lockedHashes reads every line of the real file', () => {
  const text = readFileSync(join(ROOT, 'hack/images/aktools/requirements.txt'), 'utf8');
  expect(lockedHashes(text).size).toBe(text.split('\n').filter((line) => line.includes('==')).length);
});
