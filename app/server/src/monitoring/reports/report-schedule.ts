import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { DATABASE } from '../../database/database.module.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import type { Database } from '../../database/sql.ts';
import { Lease } from '../lease.ts';
import { hasHistoryBefore } from './facts/facts.sql.ts';
import { lastPeriod, latestFiring, type Period, REPORT_KINDS, type ReportKind, SETTLE_MS } from './period.ts';
import { ReportMaker } from './report-maker.ts';
import { forgetReports, reportOfPeriod } from './reports.sql.ts';

const TICK_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Makes what is due, looked for once a minute by every worker. What a firing is about is the same whoever sees it and
 * when, so one that nobody was there for is made up for, once, and of workers that see it together one makes it.
 */
@Injectable()
export class ReportSchedule implements OnApplicationBootstrap {
  private readonly lease = new Lease('reports');

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
    private readonly queries: PeriodicQueries,
    private readonly maker: ReportMaker,
  ) {}

  onApplicationBootstrap(): void {
    const { enabled, keepDays } = this.configuration.monitoring.reports;
    if (enabled) this.queries.repeat(TICK_MS, 'reports', () => this.tick());
    this.queries.hourly('old reports', () => this.forget(keepDays));
  }

  /** Old reports, but for those that the schedules made last: as it is by the row that they know of it. */
  async forget(keepDays: number): Promise<void> {
    const due = REPORT_KINDS.map((kind) => this.due(kind)).filter((period) => period !== undefined);
    await forgetReports(this.database, new Date(this.clock.now().getTime() - keepDays * DAY_MS), due);
  }

  /** What the newest firing of a schedule is about; undefined where there is none. */
  private due(kind: ReportKind): Period | undefined {
    const { [kind]: cron, timeZone } = this.configuration.monitoring.reports;
    if (cron === false) return undefined;
    const firing = latestFiring(cron, timeZone, this.clock.now().getTime() - SETTLE_MS);
    return lastPeriod(kind, firing, timeZone);
  }

  /** One look. A kind that fails is tried again by the next, and stops no other. */
  async tick(): Promise<void> {
    // Only so that not all gather the same: that it is made once is the database's matter.
    if (!(await this.lease.take(this.database))) return;
    for (const kind of REPORT_KINDS)
      await this.makeDue(kind).catch((error: unknown) => this.maker.failed(kind, error));
  }

  private async makeDue(kind: ReportKind): Promise<void> {
    const period = this.due(kind);
    if (period === undefined) return;
    const stored = await reportOfPeriod(this.database, period);
    // What somebody made for himself, before its time, is to be told all the same.
    if (stored !== undefined) {
      if (!stored.isTold) await this.maker.tell(stored.id);
      return;
    }
    if (await hasHistoryBefore(this.database, period.to)) await this.maker.make(period, { isTold: true });
  }
}
