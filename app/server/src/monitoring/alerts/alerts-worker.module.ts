import { Module } from '@nestjs/common';
import { NotificationsWorkerModule } from '../../notifications/notifications.module.ts';
import { MonitoringModule } from '../monitoring.module.ts';
import { AlertClock } from './alert-clock.ts';
import { AlertEngine } from './alert-engine.ts';
import { AlertMetrics } from './alert-metrics.ts';
import { AlertLoop } from './alert-loop.ts';
import { ALERT_MESSENGER } from './alert-message.ts';
import { NotifyingMessenger } from './alert-messenger.ts';
import { AlertRetention } from './alert-retention.ts';
import { AlertTiming } from './alert-timing.ts';
import { AlertsLease } from './alerts-lease.ts';
import { Components } from './components.ts';
import { Observer } from './conditions/observer.ts';
import { DirectAlerts } from './direct-alerts.ts';
import { DirectLoop } from './direct-loop.ts';
import { EngineHealth } from './engine-health.ts';
import { WorkerLine } from './line/worker-line.ts';
import { RuleSet } from './rules/rule-set.ts';
import { StandingAlerts } from './standing-alerts.ts';

/** The engine. */
@Module({
  imports: [MonitoringModule, NotificationsWorkerModule],
  providers: [
    RuleSet,
    Components,
    Observer,
    { provide: ALERT_MESSENGER, useClass: NotifyingMessenger },
    AlertTiming,
    AlertClock,
    AlertsLease,
    AlertEngine,
    EngineHealth,
    DirectAlerts,
    DirectLoop,
    AlertRetention,
    WorkerLine,
    AlertLoop,
    AlertMetrics,
    StandingAlerts,
  ],
})
export class AlertsWorkerModule {}
