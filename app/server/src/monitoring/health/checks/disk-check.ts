import type { Filesystem } from '../../system/filesystems.ts';
import type { ComponentCheck, Finding } from '../component.ts';

const INTERVAL_MS = 30_000;
/** The share of a filesystem, or of its inodes, below which it is about to be full. */
const LEAST_SHARE = 0.1;
const LEAST_INODES_SHARE = 0.05;
/** So much is no trouble, whatever share of a large disk it is. */
const PLENTY_BYTES = 10 * 1024 ** 3;

/** There is room on the filesystems that this process writes to. */
export class DiskCheck implements ComponentCheck {
  readonly component = 'disk';
  readonly intervalMs = INTERVAL_MS;

  constructor(private readonly filesystems: () => Promise<readonly Filesystem[]>) {}

  async check(): Promise<Finding> {
    return judgeDisks(await this.filesystems());
  }
}

export function judgeDisks(filesystems: readonly Filesystem[]): Finding {
  const troubles = filesystems.flatMap((filesystem) => troublesOf(filesystem));
  const details = Object.fromEntries(
    filesystems.map(({ mount, availableBytes }) => [`availableBytes ${mount}`, availableBytes]),
  );
  return { status: troubles.length === 0 ? 'up' : 'degraded', message: troubles.join('; '), details };
}

function troublesOf(filesystem: Filesystem): readonly string[] {
  const { mount, sizeBytes, availableBytes } = filesystem;
  const share = availableBytes / sizeBytes;
  const room =
    share < LEAST_SHARE && availableBytes < PLENTY_BYTES
      ? [
          `${mount} has ${Math.floor(availableBytes / 1024 ** 2)} MiB left, ${percent(share)}: make room or a larger volume`,
        ]
      : [];
  return [...room, ...inodeTroubles(filesystem)];
}

export function inodeTroubles({ mount, inodes }: Filesystem): readonly string[] {
  return inodes !== undefined && inodes.free / inodes.total < LEAST_INODES_SHARE
    ? [`${mount} has ${inodes.free} inodes left, ${percent(inodes.free / inodes.total)}: remove files`]
    : [];
}

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
