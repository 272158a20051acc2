import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toolPath } from '../go-tools.ts';
import { cacheDir } from '../../lib/paths.ts';
import { writeScratchImage, type ScratchImage } from './image-archive.ts';

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

/** Archives of the images that the cluster itself needs, made when the cache lacks them. */
export async function systemArchives(): Promise<string[]> {
  const archives: string[] = [];
  for (const image of await images()) {
    const archive = join(cacheDir(), 'system-images', `${image.ref.replaceAll(/[/:]/g, '_')}.tar`);
    if (!existsSync(archive)) await writeScratchImage(image, archive);
    archives.push(archive);
  }
  return archives;
}
