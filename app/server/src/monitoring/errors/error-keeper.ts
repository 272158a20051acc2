import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { DATABASE } from '../../database/database.module.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import type { Database } from '../../database/sql.ts';
import { forgetErrors, forgetSurplus } from './errors.sql.ts';

const DAY_MS = 86_400_000;

/** Forgets errors that are settled, once an hour in each worker; what is gone already costs the others nothing. */
@Injectable()
export class ErrorKeeper implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    private readonly queries: PeriodicQueries,
  ) {}

  onApplicationBootstrap(): void {
    if (this.configuration.role === 'worker') this.queries.hourly('old errors', () => this.keep());
  }

  async keep(mostErrors?: number): Promise<void> {
    const { keepDays } = this.configuration.monitoring.errors;
    const before = new Date(this.clock.now().getTime() - keepDays * DAY_MS);
    await forgetErrors(this.database, before);
    // Where who wrote the last of them could not.
    await forgetSurplus(this.database, mostErrors);
  }
}
