import { Inject, Injectable } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Forgets alerts and silences that ended long ago (`monitoring.alerts.keepDays`). */
@Injectable()
export class AlertRetention {
  private readonly keepMs: number;
  private sweptAt = Number.NEGATIVE_INFINITY;

  constructor(
    @Inject(CONFIGURATION) { monitoring }: Configuration,
    @Inject(DATABASE) private readonly database: Database,
  ) {
    this.keepMs = monitoring.alerts.keepDays * DAY_MS;
  }

  /** At most once an hour. @param at milliseconds since 1970 */
  async sweep(at: number): Promise<void> {
    if (at - this.sweptAt < HOUR_MS) return;
    const before = new Date(at - this.keepMs);
    await this.database.query(
      `DELETE FROM app.alerts WHERE started_at < $1 AND state = 'resolved' AND resolved_at < $1`,
      [before],
    );
    await this.database.query('DELETE FROM app.alert_silences WHERE ends_at < $1', [before]);
    this.sweptAt = at;
  }
}
