import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../lib/paths.ts';
import { say, step } from '../lib/progress.ts';
import { withLock } from '../lib/lock.ts';
import { capture } from '../lib/shell.ts';
import { layerBytes, readArchive } from './archive.ts';
import { packageBases, registryBases, type Bases } from './base.ts';
import { Buildah, Docker, type Builder } from './builder.ts';
import { ensureFolder, pruneArchives, removePartialFiles } from './cache.ts';
import { images, type ImageDefinition, type ImageName, type Source } from './catalog.ts';
import { contentKey } from './content-key.ts';
import { ensureHostPackages } from './host-packages.ts';
import { readLockfile } from './lockfile.ts';
import { hostPipConfiguration, pipSecrets } from './pip.ts';
import { findRecord, writeRecord, type BuiltImage } from './record.ts';
import { freshFolder, normaliseModes } from './staging.ts';

const ARCHIVES_KEPT = 4;

/** What `.state/images.json` holds. */
export type BuiltImages = Partial<
  Record<'operator' | 'app' | 'postgres' | 'sampleData' | 'aktools', BuiltImage>
>;

interface Workshop {
  readonly source: Source;
  readonly builder: Builder;
  readonly bases: Bases;
  readonly archives: string;
  readonly scratch: string;
}

/** Docker where its daemon answers, else buildah; `IMAGE_BUILDER` decides otherwise. */
async function chooseBuilder(wanted: string | undefined): Promise<'docker' | 'buildah'> {
  if (wanted === 'docker' || wanted === 'buildah') return wanted;
  if (wanted) throw new Error(`IMAGE_BUILDER is ${wanted}: it may be docker or buildah`);
  const docker = await capture('docker', ['info', '--format', '{{.ServerVersion}}']).catch(() => '');
  return docker.trim() === '' ? 'buildah' : 'docker';
}

/** Seconds since 1970 of the last commit that touched the paths; SOURCE_DATE_EPOCH decides otherwise. */
async function sourceDate(root: string, paths: readonly string[]): Promise<number> {
  const given = process.env['SOURCE_DATE_EPOCH'];
  if (given) return Number(given);
  const log = ['-C', root, 'log', '-1', '--format=%ct'];
  // Paths that were never committed have no time of their own yet.
  const times = [
    await capture('git', [...log, '--', ...paths]).catch(() => ''),
    await capture('git', log).catch(() => ''),
  ];
  return Number(times.map((time) => time.trim()).find((time) => time !== '') ?? '0');
}

async function openWorkshop(root: string): Promise<Workshop> {
  const packages = readLockfile(join(root, 'package-lock.json'));
  const source: Source = { root, packages, platform: `${process.platform}-${process.arch}` };
  const archives = ensureFolder(join(cacheDir(), 'images'));
  const scratch = ensureFolder(join(root, '.state/images'));
  if ((await chooseBuilder(process.env['IMAGE_BUILDER'])) === 'docker') {
    const builder = new Docker();
    return { source, builder, bases: registryBases(builder), archives, scratch };
  }
  const builder = new Buildah(join(archives, 'store'));
  const epoch = await sourceDate(root, ['hack/images/base']);
  const bases = packageBases({ source, builder, archives, scratch, epoch });
  return { source, builder, bases, archives, scratch };
}

function reference(workshop: Workshop, image: ImageDefinition): { ref: string; archive: string } {
  const facts = [workshop.bases.ref(image.base), ...image.facts(workshop.source)];
  const key = contentKey(workshop.source.root, image.inputs, facts);
  const archive = join(workshop.archives, `${image.name}-${key}.tar`);
  return { ref: `localhost/stock-analysis/${image.name}:${key}`, archive };
}

async function secretsFor(
  { needsApt, needsPip }: ImageDefinition,
  bases: Bases,
): Promise<Record<string, string>> {
  return {
    ...(needsApt === true ? await bases.aptSecrets() : {}),
    ...(needsPip === true ? pipSecrets(await hostPipConfiguration()) : {}),
  };
}

async function buildOne(workshop: Workshop, image: ImageDefinition): Promise<BuiltImage> {
  const { source, builder, bases } = workshop;
  const { ref, archive } = reference(workshop, image);
  await bases.ensure(image.base);
  await bases.ensure('debian');
  const context = freshFolder(join(workshop.scratch, image.name));
  await image.stage(source, context);
  normaliseModes(context);
  await builder.build({
    ref,
    containerfile: join(source.root, 'hack/images', image.name, 'Containerfile'),
    context,
    baseImage: bases.ref(image.base),
    secrets: await secretsFor(image, bases),
    epoch: await sourceDate(source.root, image.inputs),
  });
  await builder.save(ref, archive);
  await builder.remove(ref);
  rmSync(context, { recursive: true });
  const archived = readArchive(archive);
  const { total, own } = layerBytes(archived, await builder.layers(bases.ref('debian')));
  return { ref, archive, id: archived.id, totalBytes: total, ownBytes: own };
}

/** A store that a kill left damaged need not show it before a build: one failure is tried again on a new store. */
async function buildTwice(workshop: Workshop, image: ImageDefinition): Promise<BuiltImage> {
  const { builder } = workshop;
  try {
    return await buildOne(workshop, image);
  } catch (error) {
    if (!(builder instanceof Buildah)) throw error;
    say(`once more with an empty store, for the build of ${image.name} failed: ${String(error)}`);
    builder.startAfresh();
    return buildOne(workshop, image);
  }
}

/** Builds under the lock that all clones share; the second of two runs that want the same image finds it. */
async function buildMissing(workshop: Workshop, wanted: readonly ImageDefinition[]): Promise<void> {
  const { builder, archives } = workshop;
  if (builder instanceof Buildah) {
    await ensureHostPackages();
    await builder.recover();
  }
  removePartialFiles(archives);
  for (const image of wanted) {
    const { ref, archive } = reference(workshop, image);
    if (findRecord(archive)) continue;
    writeRecord(await step(`image ${ref} with ${builder.name}`, () => buildTwice(workshop, image)));
    for (const prefix of [`${image.name}-`, `base-${image.base}-`])
      pruneArchives(archives, prefix, ARCHIVES_KEPT);
  }
}

/** One at a time in the store that all clones share. */
function exclusively(root: string, archives: string, work: () => Promise<void>): Promise<void> {
  return withLock(
    join(archives, 'lock'),
    { holder: `the image build of ${root} (pid ${process.pid})` },
    work,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function describe(name: string, image: BuiltImage, ceiling: number | undefined): string {
  const limit = ceiling === undefined ? '' : ` of at most ${megabytes(ceiling)}`;
  const sizes = `${megabytes(image.totalBytes)} uncompressed, ${megabytes(image.ownBytes)}${limit} without the shared base`;
  return `${name}: ${sizes}, ${image.ref}, id ${image.id.slice(0, 12)}`;
}

function isTooLarge(image: ImageDefinition, built: BuiltImage | undefined): boolean {
  return image.ceiling !== undefined && (built?.ownBytes ?? 0) > image.ceiling;
}

/**
 * Builds the named images that the cache does not hold, all of them when none is named, and writes what is there for the
 * present sources to `.state/images.json`.
 * @throws Error when a build fails or an image is larger than its ceiling
 */
export async function buildImages(root: string, names: readonly ImageName[]): Promise<BuiltImages> {
  const workshop = await openWorkshop(root);
  const wanted = images.filter((image) => names.length === 0 || names.includes(image.name));
  const recordOf = (image: ImageDefinition): BuiltImage | undefined =>
    findRecord(reference(workshop, image).archive);
  if (!wanted.every(recordOf)) {
    const build = (): Promise<void> => buildMissing(workshop, wanted);
    // Docker's daemon keeps runs apart by itself.
    await (workshop.builder instanceof Docker ? build() : exclusively(root, workshop.archives, build));
  }
  const built: BuiltImages = {};
  for (const image of images) {
    const record = recordOf(image);
    if (!record) continue;
    built[image.name === 'sample-data' ? 'sampleData' : image.name] = record;
    say(describe(image.name, record, image.ceiling));
  }
  mkdirSync(join(root, '.state'), { recursive: true });
  writeFileSync(join(root, '.state/images.json'), `${JSON.stringify(built, undefined, 2)}\n`);
  const excess = wanted.filter((image) => isTooLarge(image, recordOf(image))).map(({ name }) => name);
  if (excess.length > 0)
    throw new Error(`larger than the ceiling of hack/images/catalog.ts: ${excess.join(', ')}`);
  return built;
}

/** Pushes an image of the cache to a registry, under the user's own login to it. */
export async function pushImage(root: string, image: BuiltImage, target: string): Promise<void> {
  const { builder, archives } = await openWorkshop(root);
  if (builder instanceof Buildah) await ensureHostPackages();
  const push = (): Promise<void> =>
    step(`pushing ${target} with ${builder.name}`, () => builder.push(image.ref, image.archive, target));
  await (builder instanceof Docker ? push() : exclusively(root, archives, push));
}

/** An image of the present sources. */
export interface ListedImage {
  readonly name: ImageName;
  readonly ref: string;
  /** Undefined when the cache does not hold it. */
  readonly built: BuiltImage | undefined;
}

/** The references that the sources have now, and what the cache holds of them. */
export async function listImages(root: string): Promise<ListedImage[]> {
  const workshop = await openWorkshop(root);
  return images.map((image) => {
    const { ref, archive } = reference(workshop, image);
    return { name: image.name, ref, built: findRecord(archive) };
  });
}
