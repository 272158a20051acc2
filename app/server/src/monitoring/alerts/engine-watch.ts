import { Inject, Injectable } from '@nestjs/common';
import { STOPWATCH, type Stopwatch } from '../../common/clock.ts';
import { DatabaseConnector } from '../../database/connector.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Sql } from '../../database/sql.ts';
import type { ComponentCheck, Finding } from '../health/component.ts';
import { HealthChecks } from '../health/health-checks.ts';
import { AlertTiming } from './alert-timing.ts';
import { isLed } from './alerts-lease.ts';

/** Whether any worker judges the rules, as a server sees it: where all workers are gone, nobody of them can say so. */
@Injectable()
export class EngineWatch implements ComponentCheck {
  readonly component = 'alerts';
  /** When somebody was seen to lead, or this process began; by the stopwatch. */
  private ledAt: number;

  constructor(
    @Inject(STOPWATCH) private readonly stopwatch: Stopwatch,
    @Inject(DATABASE) private readonly database: Sql,
    private readonly timing: AlertTiming,
    @Inject(DatabaseConnector) private readonly connector: Pick<DatabaseConnector, 'isReady' | 'obstacle'>,
    @Inject(HealthChecks) checks: Pick<HealthChecks, 'register'>,
  ) {
    this.ledAt = stopwatch.ms();
    checks.register(this);
  }

  async check(): Promise<Finding> {
    if (!this.connector.isReady) throw new Error(this.connector.obstacle);
    const led = await isLed(this.database);
    const now = this.stopwatch.ms();
    if (led) this.ledAt = now;
    if (now - this.ledAt < this.timing.goneMs) return { status: 'up' };
    const seconds = Math.round((now - this.ledAt) / 1000);
    return {
      status: 'degraded',
      message: `no worker has judged alerts for ${seconds} s, and nobody is told of any: see whether a worker runs, and what it logs`,
    };
  }
}
