import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock, STOPWATCH, type Stopwatch } from '../../common/clock.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Sql } from '../../database/sql.ts';

/** By less than this nobody sets a clock. */
const TOLERANCE_MS = 1_000;

/**
 * What time it is for alerts: the database's, by which all workers agree, as it was known last, and what has gone by since.
 * So neither a clock that is set nor two that differ end an alert early, hold it, or make it one of tomorrow. Before the
 * database has answered it is that of the machine at the start of the process.
 */
@Injectable()
export class AlertClock {
  /** Milliseconds since 1970 when the stopwatch stood at 0. */
  private startedAt: number;
  private readonly listeners: ((ms: number) => void)[] = [];

  constructor(
    @Inject(CLOCK) clock: Clock,
    @Inject(STOPWATCH) private readonly stopwatch: Stopwatch,
    @Inject(DATABASE) private readonly database: Sql,
  ) {
    this.startedAt = clock.now().getTime() - stopwatch.ms();
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Math.round(this.startedAt + this.stopwatch.ms());
  }

  /** `listener` is told by how many milliseconds the clock was set, before anybody reads it again; it must not throw. */
  onSet(listener: (ms: number) => void): void {
    this.listeners.push(listener);
  }

  /** Asks the database what time it is. @throws what the database says */
  async set(): Promise<void> {
    const asked = this.now();
    const [row] = await this.database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    const told = row?.now.getTime() ?? asked;
    // It looked at its clock at some time between the question and the answer.
    const off = told < asked ? told - asked : Math.max(0, told - this.now());
    if (Math.abs(off) < TOLERANCE_MS) return;
    this.startedAt += off;
    for (const listener of this.listeners) listener(off);
  }
}
