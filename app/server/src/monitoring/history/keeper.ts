import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { DATABASE } from '../../database/database.module.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import type { Database } from '../../database/sql.ts';
import { Lease } from '../lease.ts';
import { forgetUpTo, oldestAfter, progressOf, rollUp, type RollUpStep } from './rollups.sql.ts';

const LOOK_MS = 15_000;
/** Frames of a process whose clock is late still get into their span. */
const LATE_MS = 30_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So much in one statement, after a long pause: it has to end within the time that the database gives to one. */
const MOST_MS: Readonly<Record<RollUpStep, number>> = { 300: HOUR_MS, 3_600: DAY_MS };
/** Spans that are made again with the next one: whose clock was later than that, or leapt, is seen after all. */
const AGAIN = 3;
/** Frames that are not rolled up are kept for so many times as long as others, and not for ever. */
const LAST_BOUND = 2;

/** Rolls up the history and forgets what is old; one worker does it for all. */
@Injectable()
export class HistoryKeeper implements OnApplicationBootstrap {
  private readonly logger = new Logger(HistoryKeeper.name);
  private readonly lease = new Lease('history');
  /** Up to where this process rolled up: between two spans there is nothing to do. */
  private readonly done = new Map<RollUpStep, number>();
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
    this.queries.repeat(LOOK_MS, 'roll-ups of the history', async () => {
      if (await this.lead()) await this.keep();
    });
  }

  /** Takes the lease, or goes on holding it. @returns whether this process holds it */
  lead(): Promise<boolean> {
    return this.lease.take(this.database);
  }

  /**
   * Rolls up all that is complete, and once an hour forgets what is old.
   * @throws what the database says; what was rolled up stays, and what is old is forgotten all the same
   */
  async keep(): Promise<void> {
    try {
      await this.rollUpTo(300, LATE_MS);
      // After the five minutes that it is made of.
      await this.rollUpTo(3_600, LATE_MS + LOOK_MS * 2);
    } finally {
      await this.forget();
    }
  }

  private async rollUpTo(stepSeconds: RollUpStep, lateMs: number): Promise<void> {
    const stepMs = stepSeconds * 1000;
    const { now, done } = await progressOf(this.database, stepSeconds, this.clock.now());
    const until = wholeSteps(now.getTime() - lateMs, stepMs);
    if (this.done.get(stepSeconds) === until) return;
    const { sampleSeconds } = this.configuration.monitoring.history;
    let from = done === undefined ? 0 : done.getTime() - AGAIN * stepMs;
    for (;;) {
      const next = await oldestAfter(this.database, stepSeconds, new Date(from));
      // A span has what is after its begin, and its end.
      if (next !== undefined) from = wholeSteps(next.getTime() - 1, stepMs);
      if (next === undefined || from >= until) break;
      const to = Math.min(from + MOST_MS[stepSeconds], until);
      await rollUp(this.database, stepSeconds, { from: new Date(from), to: new Date(to) }, sampleSeconds);
      from = to;
    }
    this.done.set(stepSeconds, until);
  }

  /** By whole spans of what is made of it: one of which a part is gone must not be made again. */
  private async forget(): Promise<void> {
    if (Math.abs(this.clock.now().getTime() - this.forgotAt) < HOUR_MS) return;
    const { rawHours, fiveMinuteDays, hourDays } = this.configuration.monitoring.history;
    const progress = await progressOf(this.database, 300, this.clock.now());
    const now = progress.now.getTime();
    const { done } = progress;
    const old = wholeSteps(now - rawHours * HOUR_MS, 300_000);
    const isBehind = done === undefined || done.getTime() < old;
    const frames = isBehind
      ? Math.max(done?.getTime() ?? 0, wholeSteps(now - LAST_BOUND * rawHours * HOUR_MS, 300_000))
      : old;
    const first = await oldestAfter(this.database, 300, new Date(frames));
    if (first !== undefined && first.getTime() <= old)
      this.logger.warn(
        `the history is not rolled up since ${first.toISOString()}: samples are kept until it is, ` +
          `but no longer than ${LAST_BOUND * rawHours} hours; look at the log for why the roll-up fails`,
      );
    await forgetUpTo(this.database, {
      frames: new Date(frames),
      fiveMinutes: new Date(wholeSteps(now - fiveMinuteDays * DAY_MS, HOUR_MS)),
      hours: new Date(now - hourDays * DAY_MS),
    });
    this.forgotAt = now;
  }
}

const wholeSteps = (at: number, stepMs: number): number => Math.floor(at / stepMs) * stepMs;
