import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { messageOf } from '../../common/configuration/errors.ts';
import { type CgroupUsage, usageOfVersion1, usageOfVersion2 } from './cgroup.ts';
import { cgroupFolders } from './cgroup-folders.ts';
import { type Filesystem, filesystemsOf } from './filesystems.ts';
import { type DiskIo, diskIoOf, type NetworkUsage, networkOf, residentBytesOf } from './proc.ts';

const FILESYSTEMS_MS = 15_000;
const SAME_SCRAPE_MS = 100;

/** Where the kernel tells of processes and control groups; tests have folders of their own. */
export interface KernelFiles {
  readonly proc: string;
  readonly cgroup: string;
}

const KERNEL_FILES: KernelFiles = { proc: '/proc', cgroup: '/sys/fs/cgroup' };

/** What this process and its container use, of what a restricted pod may read; empty on systems that are not Linux. */
@Injectable()
export class SystemMonitor implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(SystemMonitor.name);
  readonly #stopping = new AbortController();
  readonly #paths: Set<string>;
  #filesystems: readonly Filesystem[] = [];
  #cgroup: { readonly readAt: number; readonly usage: CgroupUsage } | undefined;

  constructor(@Inject(CONFIGURATION) configuration: Configuration) {
    const { logFile, marketData } = configuration;
    const { sample } = marketData;
    this.#paths = new Set([
      '/',
      tmpdir(),
      process.cwd(),
      ...(sample?.path === undefined ? [] : [sample.path]),
      ...(logFile === undefined ? [] : [dirname(logFile.path)]),
    ]);
  }

  /** Also looks after the filesystem of this path, for a feature that writes there. */
  watch(path: string): void {
    this.#paths.add(path);
  }

  onApplicationBootstrap(): void {
    void this.#keepLooking();
  }

  onModuleDestroy(): void {
    this.#stopping.abort();
  }

  /** As of the last look, a quarter of a minute ago at most: a filesystem of a network may keep who asks waiting. */
  filesystems(): readonly Filesystem[] {
    return this.#filesystems;
  }

  /** Looks now. */
  async refreshFilesystems(): Promise<readonly Filesystem[]> {
    this.#filesystems = await filesystemsOf(this.#paths);
    return this.#filesystems;
  }

  /** Read now, from memory of the kernel; once for all figures of one scrape, as adding them up costs it something. */
  cgroup(): CgroupUsage {
    const now = performance.now();
    if (this.#cgroup === undefined || now - this.#cgroup.readAt > SAME_SCRAPE_MS)
      this.#cgroup = { readAt: now, usage: readCgroup(KERNEL_FILES) };
    return this.#cgroup.usage;
  }

  network(): readonly NetworkUsage[] {
    return networkOf(textOf(join(KERNEL_FILES.proc, 'net/dev')) ?? '');
  }

  diskIo(): DiskIo | undefined {
    return diskIoOf(textOf(join(KERNEL_FILES.proc, 'self/io')) ?? '');
  }

  residentBytes(): number | undefined {
    return residentBytesOf(textOf(join(KERNEL_FILES.proc, 'self/status')) ?? '');
  }

  async #keepLooking(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.refreshFilesystems().catch((error: unknown) =>
        this.#logger.warn(`the size of filesystems cannot be read: ${messageOf(error)}`),
      );
      await sleep(FILESYSTEMS_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}

/** Of the control group that the process is in, whichever version the kernel has. */
export function readCgroup({ proc, cgroup }: KernelFiles): CgroupUsage {
  const folders = cgroupFolders(textOf(join(proc, 'self/cgroup')) ?? '', cgroup);
  const read = (controller: string, file: string): string | undefined => {
    for (const folder of folders.foldersOf(controller)) {
      const text = textOf(join(folder, file));
      if (text !== undefined) return text;
    }
    return undefined;
  };
  return folders.version === 1 ? usageOfVersion1(read) : usageOfVersion2(read);
}

/** Undefined where there is no such file, or it is not for us: then that figure is not told. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
