import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Source } from '../images/catalog.ts';
import { packageName, type LockPackages } from '../images/lockfile.ts';
import { purlOf, type Package } from './packages.ts';

const Stated = z.union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)]);
/** What older packages state, and the lockfile does not take over. */
const Manifest = z.object({ license: Stated.optional(), licenses: z.array(Stated).optional() });

function licencesOf(root: string, folder: string, entry: LockPackages[string]): string[] {
  if (entry.license !== undefined) return [entry.license];
  try {
    const manifest = Manifest.parse(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')));
    return manifest.license === undefined ? (manifest.licenses ?? []) : [manifest.license];
  } catch {
    // Not installed on this platform, or no licence in a form that means anything: unknown either way.
    return [];
  }
}

/** `sha512-BASE64` of the lockfile as CycloneDX writes it. */
function hashOf(integrity: string | undefined): Package['hash'] | undefined {
  const base64 = /^sha512-([A-Za-z0-9+/]+=*)$/.exec(integrity ?? '')?.[1];
  return base64 === undefined
    ? undefined
    : { algorithm: 'SHA-512', hex: Buffer.from(base64, 'base64').toString('hex') };
}

/**
 * A package of the lockfile.
 * @throws Error when the lockfile holds none in this folder
 */
export function npmPackage(
  { root, packages }: Source,
  folder: string,
  more: Pick<Package, 'isAbsorbed'> = {},
): Package {
  const entry = packages[folder];
  if (entry?.version === undefined) throw new Error(`package-lock.json has no package in ${folder}`);
  const fullName = packageName(folder);
  const [scope, name = fullName] = fullName.startsWith('@') ? fullName.split('/') : [];
  const hash = hashOf(entry.integrity);
  return {
    ecosystem: 'npm',
    name: fullName,
    version: entry.version,
    licences: licencesOf(root, folder, entry),
    purl: purlOf('npm', scope, name, entry.version),
    folder,
    ...more,
    ...(hash ? { hash } : {}),
  };
}

/** Folders of every package that npm may install from the lockfile. */
export const installedFolders = (packages: LockPackages): string[] =>
  Object.entries(packages)
    .filter(([folder, { link }]) => folder.includes('node_modules/') && link !== true)
    .map(([folder]) => folder);
