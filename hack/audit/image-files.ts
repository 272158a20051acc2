import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { capture } from '../lib/shell.ts';

const Manifests = z.tuple([z.object({ Config: z.string(), Layers: z.array(z.string()) })]);
const Config = z.object({
  created: z.string(),
  config: z.object({ Env: z.array(z.string()).default([]) }),
});

/** What was taken out of an image. */
export interface ImageFiles {
  /** Folder that holds the wanted files at their places. */
  readonly root: string;
  /** RFC 3339 time of the image: that of its sources, not of the build. */
  readonly created: string;
  /** The environment of its processes. */
  readonly environment: ReadonlyMap<string, string>;
}

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** Removes below `root` what a layer says is gone. @param members paths of the layer's entries */
function applyWhiteouts(root: string, members: readonly string[]): void {
  for (const member of members) {
    const folder = join(root, dirname(member));
    const name = basename(member);
    if (name === OPAQUE) rmSync(folder, { recursive: true, force: true });
    else if (name.startsWith(WHITEOUT))
      rmSync(join(folder, name.slice(WHITEOUT.length)), { recursive: true, force: true });
  }
}

// tar of a layer inside of tar of the archive: two programs and no copy of a layer on the disk.
const ofLayer = (arguments_: string): string =>
  `set -o pipefail; tar --extract --to-stdout --file "$1" "$2" | tar ${arguments_}`;

async function extractLayer(
  archive: string,
  layer: string,
  root: string,
  wanted: (path: string) => boolean,
): Promise<void> {
  const run = (script: string, ...more: string[]): Promise<string> =>
    capture('bash', ['-c', ofLayer(script), 'bash', archive, layer, ...more]);
  const members = (await run('--list')).split('\n').filter((member) => member !== '');
  const pathOf = (member: string): string => member.replace(/^\.?\//, '');
  applyWhiteouts(root, members.map(pathOf));
  const isFile = (member: string): boolean => !member.endsWith('/') && !basename(member).startsWith(WHITEOUT);
  const chosen = members.filter((member) => isFile(member) && wanted(pathOf(member)));
  if (chosen.length === 0) return;
  const list = join(root, '..', 'members');
  writeFileSync(list, `${chosen.join('\n')}\n`);
  const modes = '--no-same-owner --no-same-permissions';
  await run(`--extract --no-recursion ${modes} --directory "$3" --files-from "$4"`, root, list);
}

/**
 * Has `work` look at the files of an image as a container would see them: layer upon layer, without what a later one removed.
 * @param archive a docker-archive
 * @param wanted which files, by path without a leading slash
 */
export async function withImageFiles<T>(
  archive: string,
  wanted: (path: string) => boolean,
  work: (files: ImageFiles) => T | Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'image-files-'));
  const root = join(folder, 'root');
  mkdirSync(root);
  const content = (name: string): Promise<string> =>
    capture('tar', ['--extract', '--to-stdout', '--file', archive, name]);
  try {
    const [{ Config: configName, Layers: layers }] = Manifests.parse(
      JSON.parse(await content('manifest.json')),
    );
    const { created, config } = Config.parse(JSON.parse(await content(configName)));
    for (const layer of layers) await extractLayer(archive, layer, root, wanted);
    const environment = new Map(
      config.Env.map(
        (line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const,
      ),
    );
    return await work({ root, created, environment });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
