import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeWhole } from '../../lib/files.ts';
import { capture } from '../../lib/shell.ts';

export interface ScratchImage {
  readonly ref: string;
  /** Program on this machine → absolute path in the image. */
  readonly files: Readonly<Record<string, string>>;
  /** Path in the image → target of the symbolic link. */
  readonly links?: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly user: string;
}

const TAR = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=ustar'];

/** Over all that decides the image: two with the same key are the same. */
export function scratchImageKey(image: ScratchImage): string {
  const hash = createHash('sha256').update(JSON.stringify(image));
  for (const program of Object.keys(image.files)) hash.update(readFileSync(program));
  return hash.digest('hex').slice(0, 16);
}

/** Writes a docker-archive of one layer that holds static programs and nothing else; no image builder is needed for that. */
export async function writeScratchImage(image: ScratchImage, archive: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'scratch-image-'));
  try {
    const root = join(work, 'root');
    mkdirSync(join(root, 'tmp'), { recursive: true, mode: 0o1777 });
    for (const [from, to] of Object.entries(image.files)) {
      mkdirSync(dirname(join(root, to)), { recursive: true });
      copyFileSync(from, join(root, to));
    }
    for (const [path, target] of Object.entries(image.links ?? {})) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      symlinkSync(target, join(root, path));
    }
    await capture('tar', [...TAR, '-cf', join(work, 'layer.tar'), '-C', root, '.']);
    const layer = createHash('sha256')
      .update(readFileSync(join(work, 'layer.tar')))
      .digest('hex');
    const config = {
      architecture: 'amd64',
      os: 'linux',
      config: { Entrypoint: image.entrypoint, User: image.user, Env: ['PATH=/bin'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
      history: [{ created_by: 'hack/cluster' }],
    };
    writeFileSync(join(work, 'config.json'), JSON.stringify(config));
    writeFileSync(
      join(work, 'manifest.json'),
      JSON.stringify([{ Config: 'config.json', RepoTags: [image.ref], Layers: ['layer.tar'] }]),
    );
    mkdirSync(dirname(archive), { recursive: true });
    await writeWhole(archive, (partial) =>
      capture('tar', [...TAR, '-cf', partial, '-C', work, 'manifest.json', 'config.json', 'layer.tar']),
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
