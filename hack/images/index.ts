/** What other parts of hack/ and the tests use of this folder. */
import { ROOT } from '../lib/paths.ts';
import { buildImages as build, pushImage } from './build.ts';
import type { BuiltImage } from './record.ts';

/** The images that a platform runs. */
const NAMES = ['operator', 'app', 'postgres', 'sampleData'] as const;
type Images<T> = Readonly<Record<(typeof NAMES)[number], T>>;

/** Each image as its docker-archive in the cache. */
export type ImageSet = Images<BuiltImage>;
/** Under which name a cluster's nodes find each image. */
export type ImageRefs = Images<string>;

/** Builds what the cache does not hold; with nothing to do it takes about a second. */
export async function buildImages(): Promise<ImageSet> {
  const { operator, app, postgres, sampleData } = await build(ROOT, []);
  if (!operator || !app || !postgres || !sampleData)
    throw new Error('hack/images/catalog.ts lacks an image that the platform needs');
  return { operator, app, postgres, sampleData };
}

function refs(images: ImageSet, of: (ref: string) => string): ImageRefs {
  const { operator, app, postgres, sampleData } = images;
  return {
    operator: of(operator.ref),
    app: of(app.ref),
    postgres: of(postgres.ref),
    sampleData: of(sampleData.ref),
  };
}

/** The names that the images were built with, for nodes onto which the archives are loaded. */
export const refsOf = (images: ImageSet): ImageRefs => refs(images, (ref) => ref);

/** `localhost/stock-analysis/app:KEY` → `REGISTRY/app:KEY`. @param registry host, port and path, as in an image reference */
export function inRegistry(images: ImageSet, registry: string): ImageRefs {
  const prefix = registry.replace(/\/+$/, '');
  return refs(images, (ref) => ref.replace(/^localhost\/stock-analysis\//, `${prefix}/`));
}

/** Pushes all images into a registry and says under which names they are there. */
export async function pushImages(images: ImageSet, registry: string): Promise<ImageRefs> {
  const targets = inRegistry(images, registry);
  for (const name of NAMES) await pushImage(ROOT, images[name], targets[name]);
  return targets;
}
