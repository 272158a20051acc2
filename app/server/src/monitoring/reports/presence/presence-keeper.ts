import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CLOCK, type Clock } from '../../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../../common/configuration/configuration.ts';
import { DATABASE } from '../../../database/database.module.ts';
import { PeriodicQueries } from '../../../database/periodic-queries.ts';
import type { Database } from '../../../database/sql.ts';
import { HealthChecks } from '../../health/health-checks.ts';
import { processName } from '../../process-identity.ts';
import { OutageWatch } from './outage-watch.ts';
import { addOutage, extendPresence, forgetPresence } from './presence.sql.ts';

const LOOK_MS = 1_000;
const EXTEND_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Writes down who was there when. Every process writes what it saw of the database, as one of them is enough to know of an
 * outage; every worker takes in the samples, for doing it twice changes nothing.
 */
@Injectable()
export class PresenceKeeper implements OnApplicationBootstrap {
  private readonly watch = new OutageWatch();
  private readonly process: string;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    private readonly checks: HealthChecks,
    private readonly queries: PeriodicQueries,
  ) {
    this.process = processName(configuration.role);
  }

  onApplicationBootstrap(): void {
    const { role, monitoring } = this.configuration;
    const { sampleSeconds, hourDays } = monitoring.history;
    this.queries.repeat(LOOK_MS, 'outages of the database', () => this.look());
    if (role !== 'worker') return;
    this.queries.repeat(EXTEND_MS, 'presence of processes', () =>
      extendPresence(this.database, sampleSeconds),
    );
    this.queries.hourly('old presence of processes', () =>
      forgetPresence(this.database, new Date(this.clock.now().getTime() - hourDays * DAY_MS)),
    );
  }

  /** Takes in the newest look at the database, and writes down what is over. @throws what the database says */
  async look(): Promise<void> {
    const state = this.checks.stateOf('database');
    if (state === undefined) return;
    this.watch.see(state);
    if (state.status === 'down') return;
    const { sampleSeconds } = this.configuration.monitoring.history;
    for (let span = this.watch.over; span !== undefined; span = this.watch.over) {
      await addOutage(this.database, this.process, span, sampleSeconds);
      this.watch.kept(span);
    }
  }
}
