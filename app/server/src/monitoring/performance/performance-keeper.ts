import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { DATABASE } from '../../database/database.module.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import type { Database } from '../../database/sql.ts';
import { forgetSlow, MOST_OF_A_KIND } from './performance.sql.ts';

const EVERY_MS = 600_000;

/** Keeps the slowest and the newest of each name; in each worker, for what is gone already costs the others nothing. */
@Injectable()
export class PerformanceKeeper implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    private readonly queries: PeriodicQueries,
  ) {}

  onApplicationBootstrap(): void {
    if (this.configuration.role === 'worker')
      this.queries.repeat(EVERY_MS, 'old slow records', () => this.keep());
  }

  async keep(mostOfAKind: number = MOST_OF_A_KIND): Promise<void> {
    await forgetSlow(this.database, mostOfAKind);
  }
}
