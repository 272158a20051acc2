import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import type { Sql } from '../../database/sql.ts';
import { Notifications } from '../../notifications/notifications.service.ts';
import { Metrics } from '../metrics/metrics.ts';
import { StatusSections } from '../status/status-sections.ts';
import type { StoredAlert } from './alerts.sql.ts';
import { DirectAlerts } from './direct-alerts.ts';
import { SEVERITIES, type Severity } from './rules/definition.ts';

interface Active {
  readonly rule: string;
  readonly severity: Severity;
  readonly state: 'pending' | 'firing';
  readonly count: number;
}

const REFRESH_MS = 15_000;
/** @internal */
export const ACTIVE = `
  SELECT rule, severity, state, count(*)::int AS count FROM app.alerts
   WHERE state IN ('pending', 'firing') GROUP BY rule, severity, state ORDER BY rule`;

interface Counted {
  readonly active: readonly Active[];
  readonly at: Date;
}

/** Pure: what is stored, and of the rules that are told without the database what is known now. */
function together(stored: readonly Active[], direct: readonly StoredAlert[]): readonly Active[] {
  const now = direct.flatMap(({ rule, severity, episode: { state } }): Active[] =>
    state === 'resolved' ? [] : [{ rule, severity, state, count: 1 }],
  );
  const rules = new Set(now.map(({ rule }) => rule));
  return [...now, ...stored.filter(({ rule }) => !rules.has(rule))];
}

/**
 * How many alerts there are, for Prometheus and for /monitoring/status. The worker's: it makes them. What is told without
 * the database counts without it.
 */
@Injectable()
export class AlertMetrics implements OnApplicationBootstrap {
  private counted: Counted | undefined;

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly direct: DirectAlerts,
    private readonly queries: PeriodicQueries,
    private readonly metrics: Metrics,
    private readonly sections: StatusSections,
    private readonly notifications: Notifications,
  ) {}

  onApplicationBootstrap(): void {
    const stored = this.queries.figures(REFRESH_MS, 'counts of alerts', (sql) => this.count(sql));
    this.metrics.observableGauge(
      'alerts',
      "Alerts of the platform's own rules that are the case",
      { severity: SEVERITIES, state: ['pending', 'firing'] },
      (set) => {
        const counts = new Map<string, Pick<Active, 'severity' | 'state' | 'count'>>();
        for (const { severity, state, count } of together(stored(), this.direct.active())) {
          const key = `${severity} ${state}`;
          counts.set(key, { severity, state, count: count + (counts.get(key)?.count ?? 0) });
        }
        for (const { severity, state, count } of counts.values()) set({ severity, state }, count);
      },
    );
    this.metrics.observableGauge(
      'notification_channel_failing',
      '1: three attempts in a row failed over the channel, or a message was given up, and nothing was taken since',
      { channel: { max: 10 } },
      (set) => {
        for (const { name, isFailing } of this.notifications.channelStates())
          set({ channel: name }, isFailing ? 1 : 0);
      },
    );
    this.sections.register('alerts', () => ({
      active: together(this.counted?.active ?? [], this.direct.active()),
      // Of those that are stored; while the database is away they are what was the case then.
      knownAt: this.counted?.at.toISOString() ?? null,
    }));
  }

  private async count(sql: Sql): Promise<readonly Active[]> {
    const active = await sql.query<Active>(ACTIVE);
    this.counted = { active, at: this.clock.now() };
    return active;
  }
}
