import { Inject, Injectable } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { Metrics } from '../metrics/metrics.ts';
import { FIGURES, IS_TOLD } from './database-volume.sql.ts';
import { type Filesystem, filesystemOf } from './filesystems.ts';

/** What was seen longer ago is no figure any more; it is looked at every 30 s. */
const FIGURES_MS = 5 * 60_000;
/** A larger volume counts as one of this size: a fifth of it, 10 GiB, is no trouble, whatever share of a large disk it is. */
const LARGE_BYTES = 50 * 1024 ** 3;

type Statfs = Parameters<typeof filesystemOf>[1];

/** How full a volume counts: the share that is used, 0 to 1. */
export function fillOf({ sizeBytes, availableBytes }: Filesystem): number {
  return Math.max(0, 1 - availableBytes / Math.min(sizeBytes, LARGE_BYTES));
}

/** The volume of the PostgreSQL that the operator runs, as PostgreSQL sees it itself. The worker's: it is one for all. */
@Injectable()
export class DatabaseVolume {
  #seen: { readonly at: number; readonly volume: Filesystem } | undefined;
  #isTold = false;

  constructor(
    @Inject(CONFIGURATION) { role }: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    metrics: Metrics,
  ) {
    if (role === 'worker') this.#registerMetrics(metrics);
  }

  /** Whether this database tells of its volume, as far as anybody could look. */
  get isTold(): boolean {
    return this.#isTold;
  }

  /**
   * Looks now.
   * @returns undefined: this database does not tell of its volume
   * @throws what stands in the way
   */
  async refresh(): Promise<Filesystem | undefined> {
    const [answer] = await this.database.query<{ isTold: boolean }>(IS_TOLD);
    this.#isTold = answer?.isTold === true;
    if (!this.#isTold) {
      this.#seen = undefined;
      return undefined;
    }
    const [statfs] = await this.database.query<Statfs>(FIGURES);
    if (statfs === undefined || statfs.blocks === 0)
      throw new Error('PostgreSQL cannot tell how full its volume is: its log says why');
    const volume = filesystemOf('the volume of the database', statfs);
    this.#seen = { at: performance.now(), volume };
    return volume;
  }

  #registerMetrics(metrics: Metrics): void {
    const figures: readonly (readonly [string, string, (volume: Filesystem) => number])[] = [
      ['size_bytes', 'Size of the volume of the built-in PostgreSQL', ({ sizeBytes }) => sizeBytes],
      [
        'available_bytes',
        'Room on the volume of the built-in PostgreSQL for who is not root',
        ({ availableBytes }) => availableBytes,
      ],
      [
        'fill_ratio',
        'Share of the volume of the built-in PostgreSQL that is used, 0 to 1; one of more than 50 GiB counts as one of 50 GiB',
        fillOf,
      ],
    ];
    for (const [name, help, figure] of figures)
      metrics.observableGauge(`database_volume_${name}`, help, {}, (set) => {
        const seen = this.#seen;
        if (seen !== undefined && performance.now() - seen.at < FIGURES_MS) set({}, figure(seen.volume));
      });
  }
}
