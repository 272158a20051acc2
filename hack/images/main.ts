/**
 * Container images of the platform.
 *
 * usage: main.ts build [operator] [app] [postgres] [sample-data] [aktools]   builds what is missing, writes
 *                                                                       .state/images.json
 *        main.ts list                                                   the references of the present sources
 * IMAGE_BUILDER=docker|buildah chooses the builder; without it Docker is used where its daemon answers.
 */
import { join } from 'node:path';
import { buildImages, listImages } from './build.ts';
import { images, type ImageName } from './catalog.ts';
import { ROOT } from '../lib/paths.ts';

function isImageName(name: string): name is ImageName {
  return images.some((image) => image.name === name);
}

async function main([command, ...names]: readonly string[]): Promise<void> {
  // The compilers of the lockfile, whatever the machine has.
  process.env['PATH'] = `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`;
  if (command === 'list' && names.length === 0) {
    for (const { ref, built } of await listImages(ROOT))
      console.log(`${built ? 'built  ' : 'missing'} ${ref}`);
    return;
  }
  const known = names.filter(isImageName);
  if (command !== 'build' || known.length < names.length) {
    console.error(`usage: main.ts build [${images.map((image) => image.name).join('] [')}] | list`);
    process.exitCode = 2;
    return;
  }
  await buildImages(ROOT, known);
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
