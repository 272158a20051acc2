import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles } from '../images/staging.ts';
import { purlOf, type Package } from './packages.ts';

const METADATA = /\/(site|dist)-packages\/[^/]+\.dist-info\/METADATA$/;

/** What of an image tells which Python packages are in it. */
export const isPythonFile = (path: string): boolean => METADATA.test(path);

/** PEP 503: `Charset_Normalizer` and `charset-normalizer` are one. */
const normalise = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');

/** Hashes of a locked requirements file by `name==version`. */
export function lockedHashes(requirements: string): Map<string, string> {
  const lines = requirements.matchAll(/^([A-Za-z0-9._-]+)==(\S+)\s+--hash=sha256:([0-9a-f]{64})$/gm);
  return new Map(
    [...lines].map(([, name = '', version = '', hash = '']) => [`${normalise(name)}==${version}`, hash]),
  );
}

/** What a package says of its licence: the SPDX field of PEP 639 before the free one, and that before classifiers. */
function licencesIn(header: string): string[] {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}: *(.+)$`, 'm').exec(header)?.[1]?.trim();
  const stated = field('License-Expression') ?? field('License');
  if (stated !== undefined) return [stated];
  const classifiers = header.matchAll(/^Classifier: License :: (?:OSI Approved :: )?(.+)$/gm);
  return [...classifiers].map(([, name = '']) => name.trim());
}

/**
 * The Python packages of an extracted image.
 * @param requirements the file that they were installed from
 * @throws Error for a package that the file does not lock
 */
export function pythonPackages(root: string, requirements: string): Package[] {
  const hashes = lockedHashes(requirements);
  return listFiles(root)
    .filter(isPythonFile)
    .map((path) => {
      const [header = ''] = readFileSync(join(root, path), 'utf8').split('\n\n');
      const name = normalise(/^Name: *(.+)$/m.exec(header)?.[1] ?? '');
      const version = /^Version: *(.+)$/m.exec(header)?.[1]?.trim() ?? '';
      const hex = hashes.get(`${name}==${version}`);
      if (hex === undefined)
        throw new Error(`${path}: ${name} ${version} is not in hack/images/aktools/requirements.txt`);
      return {
        ecosystem: 'pypi',
        name,
        version,
        licences: licencesIn(header),
        hash: { algorithm: 'SHA-256', hex },
        purl: purlOf('pypi', undefined, name, version),
      };
    });
}
