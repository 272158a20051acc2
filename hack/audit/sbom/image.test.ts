// Every image whose npm packages come out of the lockfile, staged as for its build.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { images, type ImageName, type Source } from '../../images/catalog.ts';
import { packageName, readLockfile } from '../../images/lockfile.ts';
import { listFiles, stagePackages } from '../../images/staging.ts';
import { ROOT } from '../../lib/paths.ts';
import { npmContent, requireSame, type Inventory } from '../inventory.ts';
import { readPolicy } from '../licences.ts';
import { installedFolders } from '../npm-packages.ts';
import { requireValid } from './document.ts';
import { imageDocument } from './image.ts';

const source: Source = {
  root: ROOT,
  packages: readLockfile(join(ROOT, 'package-lock.json')),
  platform: `${process.platform}-${process.arch}`,
};
const DIGEST = 'a'.repeat(64);

const Document = z.object({
  serialNumber: z.string(),
  metadata: z.object({ timestamp: z.string() }),
  components: z.array(
    z.object({
      'bom-ref': z.string(),
      version: z.string(),
      purl: z.string(),
      hashes: z.array(z.object({ alg: z.string(), content: z.string() })).default([]),
      licenses: z.array(z.unknown()).default([]),
      properties: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
    }),
  ),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()).default([]) })),
});

const inventoryOf = (image: ImageName, packages = npmContent(source, image)): Inventory => ({
  image,
  ref: `localhost/stock-analysis/${image}:0123456789abcdef`,
  id: DIGEST,
  created: '2026-11-26T00:00:00Z',
  packages,
});

const read = async (inventory: Inventory): Promise<z.infer<typeof Document>> =>
  Document.parse(JSON.parse(await imageDocument(inventory, source.packages, readPolicy())));

const folderOf = ({ properties }: z.infer<typeof Document>['components'][number]): string | undefined =>
  properties.find(({ name }) => name === 'cdx:npm:package:path')?.value;

/** A checkout that has of every installed package nothing but its manifest: staging all of their files would take half a minute. */
function manifestsOnly(root: string): void {
  for (const folder of installedFolders(source.packages)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(join(ROOT, manifest))) cpSync(join(ROOT, manifest), join(root, manifest));
  }
}

/** Folder and version of every package below a folder. */
const packagesOnDisk = (root: string): { folder: string; version: string }[] =>
  listFiles(root)
    .filter((path) => /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path))
    .map((path) => {
      const { version } = z
        .object({ version: z.string() })
        .parse(JSON.parse(readFileSync(join(root, path), 'utf8')));
      return { folder: path.replace(/\/package\.json$/, ''), version };
    });

describe.each(['operator', 'app'] as const)('the document of %s', { timeout: 60_000 }, (image) => {
  let scratch: string;
  beforeEach(() => (scratch = mkdtempSync(join(tmpdir(), 'staged-'))));
  afterEach(() => rmSync(scratch, { recursive: true }));

  it('names every package that is staged, with its version and hash, and nothing else', async () => {
    const content = images.find(({ name }) => name === image)?.npm(source);
    const [checkout, staged] = [join(scratch, 'checkout'), join(scratch, 'staged')];
    manifestsOnly(checkout);
    stagePackages(checkout, content?.installed ?? [], staged, source.platform);
    const onDisk = packagesOnDisk(staged);
    const absorbed = new Set(content?.absorbed);
    const { components } = await read(inventoryOf(image));
    const named = components.map((one) => ({ folder: folderOf(one) ?? '', version: one.version }));
    const byFolder = (one: { folder: string }, other: { folder: string }): number =>
      one.folder < other.folder ? -1 : 1;
    expect(onDisk.length).toBeGreaterThan(50);
    expect(named.filter(({ folder }) => !absorbed.has(folder)).sort(byFolder)).toEqual(onDisk.sort(byFolder));
    expect(
      named
        .map((one) => one.folder)
        .filter((one) => absorbed.has(one))
        .sort(),
    ).toEqual([...absorbed].sort());
  });

  it('gives each the hash that npm verified, and a licence', async () => {
    for (const component of (await read(inventoryOf(image))).components) {
      const integrity = source.packages[folderOf(component) ?? '']?.integrity ?? '';
      const hex = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
      expect(component.hashes).toEqual([{ alg: 'SHA-512', content: hex }]);
      expect(component.licenses).not.toEqual([]);
    }
  });

  it('links each to what it needs', async () => {
    const { components, dependencies } = await read(inventoryOf(image));
    const refs = new Set(components.map((one) => one['bom-ref']));
    const pool = dependencies.find(({ ref }) => ref.endsWith('#node_modules/pg'));
    expect(pool?.dependsOn.map((ref) => packageName(ref))).toContain('pg-pool');
    for (const { dependsOn } of dependencies) expect(dependsOn.filter((ref) => !refs.has(ref))).toEqual([]);
  });
});

describe('imageDocument', () => {
  it('is the same for the same image, and another for another one', async () => {
    const text = (inventory: Inventory): Promise<string> =>
      imageDocument(inventory, source.packages, readPolicy());
    const inventory = inventoryOf('sample-data');
    expect(await text(inventory)).toBe(
      await text({ ...inventory, packages: [...inventory.packages].reverse() }),
    );
    const { serialNumber } = await read({ ...inventory, id: 'b'.repeat(64) });
    expect(serialNumber).not.toBe((await read(inventory)).serialNumber);
    expect(serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('is refused when it does not follow the schema', async () => {
    const text = await imageDocument(inventoryOf('sample-data'), source.packages, readPolicy());
    await expect(requireValid('sample-data', text)).resolves.toBeUndefined();
    const broken = text.replace('"type": "library"', '"type": "a thing"');
    await expect(requireValid('sample-data', broken)).rejects.toThrow(
      'the SBOM of sample-data does not follow CycloneDX 1.6',
    );
  });
});

describe('requireSame', () => {
  it('is content with the same packages in any order', () => {
    expect(() => requireSame('app', ['b', 'a'], ['a', 'b'])).not.toThrow();
  });

  it('names what an image lacks and what it has besides', () => {
    expect(() => requireSame('app', ['a', 'c'], ['a', 'b'])).toThrow(
      'the image app and package-lock.json differ; the image lacks: b; it has besides: c',
    );
  });
});
