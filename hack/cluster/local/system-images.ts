import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { toolPath } from '../go-tools.ts';
import { cacheDir } from '../../lib/paths.ts';
import { scratchImageKey, writeScratchImage, type ScratchImage } from './image-archive.ts';

/** Pause container, helper of the volume provisioner, and a shell for tests: one static busybox. */
export const SANDBOX_IMAGE = 'localhost/stock-analysis/busybox:1';
export const COREDNS_IMAGE = 'localhost/stock-analysis/coredns:1.15.0';
export const PROVISIONER_IMAGE = 'localhost/stock-analysis/local-path-provisioner:0.0.30';

const APPLETS = [
  'sh',
  'sleep',
  'mkdir',
  'rm',
  'chmod',
  'cat',
  'ls',
  'wget',
  'nslookup',
  'httpd',
  'id',
  'env',
  'touch',
  'true',
];

async function images(): Promise<ScratchImage[]> {
  return [
    {
      ref: SANDBOX_IMAGE,
      files: { '/usr/bin/busybox': '/bin/busybox' },
      links: Object.fromEntries(APPLETS.map((applet) => [`/bin/${applet}`, 'busybox'])),
      entrypoint: ['/bin/busybox', 'sleep', 'infinity'],
      user: '65535:65535',
    },
    {
      ref: COREDNS_IMAGE,
      files: { [await toolPath('coredns')]: '/coredns' },
      entrypoint: ['/coredns'],
      user: '65535:65535',
    },
    {
      ref: PROVISIONER_IMAGE,
      files: { [await toolPath('local-path-provisioner')]: '/local-path-provisioner' },
      entrypoint: ['/local-path-provisioner'],
      user: '65535:65535',
    },
  ];
}

/** `NAME-KEY.tar`: a newer program of the same tag, or a change to how the image is made, is another file. */
const archiveOf = (folder: string, image: ScratchImage): string =>
  join(folder, `${image.ref.replace(/^.*\//, '').replaceAll(':', '_')}-${scratchImageKey(image)}.tar`);

/** Archives of the images that the cluster itself needs, made when the cache lacks them. */
export async function systemArchives(): Promise<string[]> {
  const folder = join(cacheDir(), 'system-images');
  const wanted = (await images()).map((image) => ({ image, archive: archiveOf(folder, image) }));
  for (const { image, archive } of wanted) if (!existsSync(archive)) await writeScratchImage(image, archive);
  const archives = wanted.map(({ archive }) => archive);
  // Nothing asks for those of other programs again; a switch back makes them anew in a second.
  for (const name of readdirSync(folder))
    if (!archives.includes(join(folder, name))) rmSync(join(folder, name), { force: true });
  return archives;
}
