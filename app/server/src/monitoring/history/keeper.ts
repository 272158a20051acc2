import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { DATABASE } from '../../database/database.module.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import type { Database } from '../../database/sql.ts';
import { Lease } from '../lease.ts';
import { forgetOlder, oldest, rolledUpTo, rollUp } from './history.sql.ts';

const LOOK_MS = 15_000;
/** Frames of a process whose clock is late still get into their span. */
const LATE_MS = 30_000;
/** A day at once, after a long pause: one statement must not hold the database for minutes. */
const MOST_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Rolls up the history and forgets what is old; one worker does it for all. */
@Injectable()
export class HistoryKeeper implements OnApplicationBootstrap {
  private readonly lease = new Lease('history');
  private forgotAt = Number.NEGATIVE_INFINITY;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    private readonly queries: PeriodicQueries,
  ) {}

  /** Whether this process is the one that does it, and records what is counted for the whole platform. */
  get leads(): boolean {
    return this.lease.heldLast === true;
  }

  onApplicationBootstrap(): void {
    if (this.configuration.role !== 'worker') return;
    this.queries.repeat(LOOK_MS, 'the history was not rolled up', async () => {
      if (await this.lead()) await this.keep();
    });
  }

  /** Takes the lease, or goes on holding it. @returns whether this process holds it */
  lead(): Promise<boolean> {
    return this.lease.take(this.database);
  }

  /** Rolls up all that is complete, and once an hour forgets what is old. */
  async keep(): Promise<void> {
    await this.rollUpTo(300, LATE_MS);
    // After the five minutes that it is made of.
    await this.rollUpTo(3_600, LATE_MS + LOOK_MS * 2);
    const now = this.clock.now().getTime();
    if (now - this.forgotAt < HOUR_MS) return;
    const { rawHours, fiveMinuteDays, hourDays } = this.configuration.monitoring.history;
    await forgetOlder(this.database, {
      frames: new Date(now - rawHours * HOUR_MS),
      fiveMinutes: new Date(now - fiveMinuteDays * DAY_MS),
      hours: new Date(now - hourDays * DAY_MS),
    });
    this.forgotAt = now;
  }

  private async rollUpTo(stepSeconds: 300 | 3_600, lateMs: number): Promise<void> {
    const stepMs = stepSeconds * 1000;
    const whole = (at: number): number => Math.floor(at / stepMs) * stepMs;
    const until = whole(this.clock.now().getTime() - lateMs);
    const begun = await rolledUpTo(this.database, stepSeconds);
    const first = begun ?? (await oldest(this.database, stepSeconds));
    if (first === undefined) return;
    for (let from = whole(first.getTime()); from < until; from += MOST_MS)
      await rollUp(this.database, stepSeconds, new Date(from), new Date(Math.min(from + MOST_MS, until)));
  }
}
