import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { images, type ImageName, type Source } from '../images/catalog.ts';
import type { ListedImage } from '../images/build.ts';
import { listFiles } from '../images/staging.ts';
import { debianPackages, isDebianFile } from './debian.ts';
import { withImageFiles } from './image-files.ts';
import { npmPackage } from './npm-packages.ts';
import { purlOf, type Package } from './packages.ts';
import { isPythonFile, pythonPackages } from './python.ts';

/** What is in one image, as far as packages go. */
export interface Inventory {
  readonly image: ImageName;
  readonly ref: string;
  /** sha256 of the image's configuration */
  readonly id: string;
  /** RFC 3339 time of the image */
  readonly created: string;
  readonly packages: readonly Package[];
}

const definitionOf = (name: ImageName): (typeof images)[number] => {
  const found = images.find((image) => image.name === name);
  if (!found) throw new Error(`hack/images/catalog.ts lacks the image ${name}`);
  return found;
};

/** The npm packages whose code or data an image holds, according to the lockfile and to what is staged. */
export function npmContent(source: Source, name: ImageName): Package[] {
  const { installed, absorbed } = definitionOf(name).npm(source);
  const folders = new Set(installed);
  return [
    ...installed.map((folder) => npmPackage(source, folder)),
    // What is there as a package anyway need not be told twice.
    ...absorbed
      .filter((folder) => !folders.has(folder))
      .map((folder) => npmPackage(source, folder, { isAbsorbed: true })),
  ];
}

/** Node.js: out of the npm package of the lockfile, or whatever the base image of a registry says it has. */
function nodeRuntime(source: Source, environment: ReadonlyMap<string, string>): Package {
  const stated = environment.get('NODE_VERSION');
  const { version, hash, licences, folder } = npmPackage(source, `node_modules/node-${source.platform}`);
  const actual = stated ?? version;
  return {
    ecosystem: 'generic',
    name: 'node',
    version: actual,
    licences,
    purl: purlOf('generic', undefined, 'node', actual),
    cpe: `cpe:2.3:a:nodejs:node.js:${actual}:*:*:*:*:*:*:*`,
    // The hash is that of the npm package in this folder.
    ...(stated === undefined && hash && folder !== undefined ? { hash, folder } : {}),
  };
}

const NPM_MANIFEST = /(^|\/)opt\/stock-analysis\/((?:.+\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\/package\.json$/;

/** @throws Error unless the packages in the image are those of the lockfile, to the last one */
export function requireSame(image: string, inImage: readonly string[], expected: readonly string[]): void {
  const missing = expected.filter((folder) => !inImage.includes(folder));
  const surplus = inImage.filter((folder) => !expected.includes(folder));
  if (missing.length + surplus.length === 0) return;
  throw new Error(
    `the image ${image} and package-lock.json differ; the image lacks: ${missing.join(', ') || 'nothing'}; it has besides: ${surplus.join(', ') || 'nothing'}`,
  );
}

/**
 * Looks into the archive of an image.
 * @throws Error when what is in it is not what the lockfiles say
 */
export async function takeInventory(source: Source, { name, ref, built }: ListedImage): Promise<Inventory> {
  if (!built) throw new Error(`the image ${name} is not built: make images`);
  const wanted = (path: string): boolean =>
    isDebianFile(path) || isPythonFile(path) || NPM_MANIFEST.test(path);
  return withImageFiles(built.archive, wanted, ({ root, created, environment }) => {
    const npm = npmContent(source, name);
    const found = listFiles(root).flatMap((path) => NPM_MANIFEST.exec(path)?.[2] ?? []);
    const installed = npm.filter(({ isAbsorbed }) => isAbsorbed !== true);
    requireSame(
      name,
      found,
      installed.map(({ folder }) => folder ?? ''),
    );
    const requirements = readFileSync(join(source.root, 'hack/images/aktools/requirements.txt'), 'utf8');
    const runtime = definitionOf(name).base === 'node' ? [nodeRuntime(source, environment)] : [];
    const packages = [...runtime, ...npm, ...debianPackages(root), ...pythonPackages(root, requirements)];
    return { image: name, ref, id: built.id, created, packages };
  });
}
