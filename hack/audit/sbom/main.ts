/**
 * Writes the bill of materials of every image and chart, CycloneDX 1.6 in JSON, to `.state/sbom/`; images that are missing
 * are built first.
 *
 * usage: main.ts
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { helmProgram } from '../../charts/helm.ts';
import { buildImages, listImages } from '../../images/build.ts';
import type { Source } from '../../images/catalog.ts';
import { readLockfile } from '../../images/lockfile.ts';
import { freshFolder } from '../../images/staging.ts';
import { ROOT, cloneState } from '../../lib/paths.ts';
import { capture } from '../../lib/shell.ts';
import { takeInventory } from '../inventory.ts';
import { readPolicy } from '../licences.ts';
import { chartDocument } from './chart.ts';
import { imageDocument } from './image.ts';

async function documents(): Promise<Map<string, string>> {
  const packages = readLockfile(join(ROOT, 'package-lock.json'));
  const source: Source = { root: ROOT, packages, platform: `${process.platform}-${process.arch}` };
  const made = new Map<string, string>();
  for (const image of await listImages(ROOT)) {
    const inventory = await takeInventory(source, image);
    made.set(`image-${image.name}`, await imageDocument(inventory, packages, readPolicy()));
  }
  const helm = await helmProgram();
  for (const chart of readdirSync(join(ROOT, 'charts'))) {
    const folder = join(ROOT, 'charts', chart);
    made.set(
      `chart-${chart}`,
      await chartDocument(folder, await capture(helm, ['template', 'release', folder])),
    );
  }
  return made;
}

async function main(): Promise<void> {
  // The compilers of the lockfile, whatever the machine has.
  process.env['PATH'] = `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`;
  await buildImages(ROOT, []);
  const made = await documents();
  const folder = freshFolder(cloneState('sbom'));
  for (const [name, text] of made) {
    const file = join(folder, `${name}.cdx.json`);
    writeFileSync(file, text);
    console.log(file);
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
