/** What other parts of hack/ and the tests use of this folder. */
import { ROOT } from '../lib/paths.ts';
import { buildImages as build, listImages, pushImage } from './build.ts';
import type { ImageName } from './catalog.ts';
import type { BuiltImage } from './record.ts';

export type { BuiltImage } from './record.ts';

/** The images that every platform runs. */
const NAMES = ['operator', 'app', 'postgres', 'sampleData'] as const;
const IN_CATALOG: readonly ImageName[] = ['operator', 'app', 'postgres', 'sample-data'];
type Images<T> = Readonly<Record<(typeof NAMES)[number], T>>;

/** Each image as its docker-archive in the cache. */
export type ImageSet = Images<BuiltImage>;
/** Under which name a cluster's nodes find each image, and would find AKTools once it is delivered. */
export type ImageRefs = Images<string> & { readonly aktools: string };

/** Builds what the cache does not hold; with nothing to do it takes about a second. */
export async function buildImages(): Promise<ImageSet> {
  const { operator, app, postgres, sampleData } = await build(ROOT, IN_CATALOG);
  if (!operator || !app || !postgres || !sampleData)
    throw new Error('hack/images/catalog.ts lacks an image that the platform needs');
  return { operator, app, postgres, sampleData };
}

/** Only a platform that asks AKTools needs it, and it is the largest of all. @internal `make images` builds it, too */
export async function buildAKTools(): Promise<BuiltImage> {
  const { aktools } = await build(ROOT, ['aktools']);
  if (!aktools) throw new Error('hack/images/catalog.ts lacks the image of AKTools');
  return aktools;
}

/**
 * The names of all images, whether that of AKTools was built or not.
 * @param nameOf how the nodes of a cluster call what was built under a name
 */
export async function refsOf(images: ImageSet, nameOf: (ref: string) => string): Promise<ImageRefs> {
  const known = await listImages(ROOT);
  const aktools = known.find(({ name }) => name === 'aktools');
  if (!aktools) throw new Error('hack/images/catalog.ts lacks the image of AKTools');
  const { operator, app, postgres, sampleData } = images;
  return {
    operator: nameOf(operator.ref),
    app: nameOf(app.ref),
    postgres: nameOf(postgres.ref),
    sampleData: nameOf(sampleData.ref),
    aktools: nameOf(aktools.ref),
  };
}

/** `localhost/stock-analysis/app:KEY` → `REGISTRY/app:KEY`. @param registry host, port and path, as in an image reference */
export function inRegistry(ref: string, registry: string): string {
  return ref.replace(/^localhost\/stock-analysis\//, `${registry.replace(/\/+$/, '')}/`);
}

/** Pushes images into a registry. */
export async function pushImages(images: readonly BuiltImage[], registry: string): Promise<void> {
  for (const image of images) await pushImage(ROOT, image, inRegistry(image.ref, registry));
}
