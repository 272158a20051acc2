import type { Filesystem } from '../../system/filesystems.ts';
import { type DatabaseVolume, fillOf } from '../../system/database-volume.ts';
import type { ComponentCheck, Finding } from '../component.ts';
import { inodeTroubles, percent } from './disk-check.ts';

const INTERVAL_MS = 30_000;
/** From here on it is about to be full; the rule DatabaseVolumeFilling tells people at the same. */
const MOST = 0.8;

/** There is room on the volume that PostgreSQL writes to, where PostgreSQL tells of it. */
export class DatabaseVolumeCheck implements ComponentCheck {
  readonly component = 'database-volume';
  readonly intervalMs = INTERVAL_MS;

  constructor(private readonly volume: Pick<DatabaseVolume, 'isTold' | 'refresh'>) {}

  isConfigured(): boolean {
    return this.volume.isTold;
  }

  async check(): Promise<Finding> {
    const found = await this.volume.refresh();
    return found === undefined ? { status: 'up' } : judgeVolume(found);
  }
}

export function judgeVolume(volume: Filesystem): Finding {
  const { mount, sizeBytes, availableBytes } = volume;
  const room =
    fillOf(volume) > MOST
      ? [
          `${mount} has ${Math.floor(availableBytes / 1024 ** 2)} MiB left, ${percent(availableBytes / sizeBytes)}: raise spec.database.builtIn.storage.size, or make room on the disk that it lies on`,
        ]
      : [];
  const troubles = [...room, ...inodeTroubles(volume)];
  return {
    status: troubles.length === 0 ? 'up' : 'degraded',
    message: troubles.join('; '),
    details: { sizeBytes, availableBytes },
  };
}
