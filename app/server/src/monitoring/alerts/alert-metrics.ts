import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import { Notifications } from '../../notifications/notifications.service.ts';
import { Metrics } from '../metrics/metrics.ts';
import { StatusSections } from '../status/status-sections.ts';
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

/** How many alerts there are, for Prometheus and for /monitoring/status. The worker's: it makes them. */
@Injectable()
export class AlertMetrics implements OnApplicationBootstrap {
  constructor(
    private readonly queries: PeriodicQueries,
    private readonly metrics: Metrics,
    private readonly sections: StatusSections,
    private readonly notifications: Notifications,
  ) {}

  onApplicationBootstrap(): void {
    const active = this.queries.figures(REFRESH_MS, 'counts of alerts', (sql) => sql.query<Active>(ACTIVE));
    this.metrics.observableGauge(
      'alerts',
      "Alerts of the platform's own rules that are the case",
      { severity: SEVERITIES, state: ['pending', 'firing'] },
      (set) => {
        for (const { severity, state, count } of active()) set({ severity, state }, count);
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
    this.sections.register('alerts', () => ({ active: active() }));
  }
}
