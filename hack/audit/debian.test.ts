import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { debianPackages, isDebianFile, licencesIn, readStatus } from './debian.ts';

const paragraph = (name: string, more = ''): string =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2.0-3+deb13u1\n${more}Description: a text\n that says\n .\n Version: 9\n`;
const FORMAT = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n';

describe('readStatus', () => {
  it('reads name, version, architecture and source of what is installed', () => {
    const status = [
      paragraph('liba1', 'Source: a (2.0-3)\n'),
      paragraph('b'),
      paragraph('gone').replace('install ok installed', 'deinstall ok config-files'),
    ].join('\n');
    expect(readStatus(status)).toEqual([
      { name: 'liba1', version: '1:2.0-3+deb13u1', architecture: 'amd64', source: 'a' },
      { name: 'b', version: '1:2.0-3+deb13u1', architecture: 'amd64', source: 'b' },
    ]);
  });
});

describe('licencesIn', () => {
  it('reads each name once, with its alternatives', () => {
    const file = `${FORMAT}\nFiles: *\nLicense: GPL-2+ or Artistic\n\nFiles: b\nLicense: Expat\n text of License: no\n\nLicense: Expat\n`;
    expect(licencesIn(file)).toEqual(['Expat', 'GPL-2+ or Artistic']);
  });

  it('reads nothing out of prose', () => {
    expect(licencesIn('This is free software.\nLicense: see /usr/share/common-licenses/GPL\n')).toEqual([]);
  });
});

describe('debianPackages', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'debian-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  function write(path: string, content: string): void {
    expect(isDebianFile(path)).toBe(true);
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }

  it('gives a package without a copyright file that of another package of its source', () => {
    write('usr/lib/os-release', 'NAME="Debian GNU/Linux"\nVERSION_ID="13"\n');
    write(
      'var/lib/dpkg/status',
      [paragraph('liba1', 'Source: a\n'), paragraph('a-base', 'Source: a\n'), paragraph('b')].join('\n'),
    );
    write('usr/share/doc/a-base/copyright', `${FORMAT}\nLicense: Expat\n`);
    expect(debianPackages(root)).toMatchObject([
      {
        name: 'liba1',
        source: 'a',
        licences: ['Expat'],
        purl: 'pkg:deb/debian/liba1@1:2.0-3+deb13u1?arch=amd64&distro=debian-13',
      },
      { name: 'a-base', licences: ['Expat'] },
      { name: 'b', licences: [] },
    ]);
  });

  it('refuses an image that does not tell its packages', () => {
    expect(() => debianPackages(root)).toThrow('/var/lib/dpkg/status');
  });
});
