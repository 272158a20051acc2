// What is in the images that the cluster runs, as `make sbom` and `make audit` see it.
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { takeInventory } from '../../hack/audit/inventory.ts';
import { imageLicences } from '../../hack/audit/licence-gates.ts';
import { readPolicy } from '../../hack/audit/licences.ts';
import { imageDocument } from '../../hack/audit/sbom/image.ts';
import { listImages, type ListedImage } from '../../hack/images/build.ts';
import type { Source } from '../../hack/images/catalog.ts';
import { buildAKTools } from '../../hack/images/index.ts';
import { readLockfile } from '../../hack/images/lockfile.ts';
import { ROOT } from '../../hack/lib/paths.ts';

const source: Source = {
  root: ROOT,
  packages: readLockfile(join(ROOT, 'package-lock.json')),
  platform: `${process.platform}-${process.arch}`,
};
const EXPECTED = {
  operator: ['npm', 'debian', 'generic'],
  app: ['npm', 'debian', 'generic'],
  postgres: ['debian'],
  'sample-data': ['npm', 'debian'],
  aktools: ['debian', 'pypi'],
} as const;
const NAMES = ['operator', 'app', 'postgres', 'sample-data', 'aktools'] as const;

describe('the images', () => {
  let listed: readonly ListedImage[];
  beforeAll(async () => {
    await buildAKTools();
    listed = await listImages(ROOT);
  });

  it('hold nothing whose licence nobody has read, and licences.yaml speaks of nothing else', async () => {
    const { outcome, findings } = await imageLicences(source, listed, readPolicy());
    expect({ outcome, findings }).toEqual({ outcome: 'passed', findings: [] });
  });

  it.each(NAMES)('%s has a bill of materials that names every package once', async (name) => {
    const image = listed.find((one) => one.name === name);
    if (!image) throw new Error(`hack/images/catalog.ts lacks ${name}`);
    // It refuses an image whose npm packages are not those of the lockfile, and a document that breaks the schema.
    const inventory = await takeInventory(source, image);
    const kinds = new Set(inventory.packages.map(({ ecosystem }) => ecosystem));
    expect([...kinds].sort()).toEqual([...EXPECTED[name]].sort());
    const { components } = z
      .object({ components: z.array(z.object({ 'bom-ref': z.string() })) })
      .parse(JSON.parse(await imageDocument(inventory, source.packages, readPolicy())));
    const refs = components.map((one) => one['bom-ref']);
    expect(new Set(refs).size).toBe(inventory.packages.length);
    expect(refs).toHaveLength(inventory.packages.length);
  });
});
