import { realpath, statfs } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { mountOf } from './proc.ts';

export interface Filesystem {
  readonly mount: string;
  readonly sizeBytes: number;
  /** For who is not root. */
  readonly availableBytes: number;
  /** Files that may still be made, of so many; undefined where the filesystem has no such limit. */
  readonly inodes: { readonly total: number; readonly free: number } | undefined;
}

/** What statfs says, as everybody counts: in bytes, and for users other than root. */
export function filesystemOf(
  mount: string,
  found: {
    readonly bsize: number;
    readonly blocks: number;
    readonly bavail: number;
    readonly files: number;
    readonly ffree: number;
  },
): Filesystem {
  return {
    mount,
    sizeBytes: found.blocks * found.bsize,
    availableBytes: found.bavail * found.bsize,
    inodes: found.files === 0 ? undefined : { total: found.files, free: found.ffree },
  };
}

/**
 * The filesystems that these paths lie on, each once. What is not there (yet) is left out, and what has no size: it cannot
 * be full.
 * @param mountInfo file that lists the mounts
 */
export async function filesystemsOf(
  paths: Iterable<string>,
  mountInfo = '/proc/self/mountinfo',
): Promise<readonly Filesystem[]> {
  const mounts = readFileSync(mountInfo, 'utf8');
  const found = new Map<string, Filesystem>();
  for (const path of paths) {
    try {
      const real = await realpath(path);
      const mount = mountOf(real, mounts) ?? real;
      if (found.has(mount)) continue;
      const filesystem = filesystemOf(mount, await statfs(real));
      if (filesystem.sizeBytes > 0) found.set(mount, filesystem);
    } catch {
      // Not there, or not to be looked at: nothing is stored there either.
    }
  }
  return [...found.values()];
}
