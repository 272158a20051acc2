import { MarketData1732320000000 } from './1732320000000-market-data.ts';
import { SeriesBySource1795676400000 } from './1795676400000-series-by-source.ts';
import { MarketReference1795676460000 } from './1795676460000-market-reference.ts';
import { UpstreamState1795676520000 } from './1795676520000-upstream-state.ts';
import { Accounts1795680000000 } from './1795680000000-accounts.ts';
import { AuditLog1795680060000 } from './1795680060000-audit-log.ts';
import { UserSecrets1795680120000 } from './1795680120000-user-secrets.ts';
import { RateLimits1795680180000 } from './1795680180000-rate-limits.ts';
import { ComponentStates1796025600000 } from './1796025600000-component-states.ts';
import { MetricHistory1796025660000 } from './1796025660000-metric-history.ts';
import { Alerts1796025720000 } from './1796025720000-alerts.ts';
import { Notifications1796025780000 } from './1796025780000-notifications.ts';
import { ErrorsAndPerformance1796025840000 } from './1796025840000-errors-and-performance.ts';
import { OperationsReports1796025900000 } from './1796025900000-operations-reports.ts';
import { LogLevels1796025960000 } from './1796025960000-log-levels.ts';
import { SupersededNotifications1796026080000 } from './1796026080000-superseded-notifications.ts';
import { AlertWorkers1796026140000 } from './1796026140000-alert-workers.ts';
import { AlertBouts1796026200000 } from './1796026200000-alert-bouts.ts';
import { NotificationPatience1796026240000 } from './1796026240000-notification-patience.ts';
import { HistoryOfProcesses1796026260000 } from './1796026260000-history-of-processes.ts';
import { Presence1796026280000 } from './1796026280000-presence.ts';
import { ToldErrors1796026300000 } from './1796026300000-told-errors.ts';

/** All migrations, oldest first. The number in the last name is the schema version this code expects. */
export const migrations = [
  MarketData1732320000000,
  SeriesBySource1795676400000,
  MarketReference1795676460000,
  UpstreamState1795676520000,
  Accounts1795680000000,
  AuditLog1795680060000,
  UserSecrets1795680120000,
  RateLimits1795680180000,
  ComponentStates1796025600000,
  MetricHistory1796025660000,
  Alerts1796025720000,
  Notifications1796025780000,
  ErrorsAndPerformance1796025840000,
  OperationsReports1796025900000,
  LogLevels1796025960000,
  SupersededNotifications1796026080000,
  AlertWorkers1796026140000,
  AlertBouts1796026200000,
  NotificationPatience1796026240000,
  HistoryOfProcesses1796026260000,
  Presence1796026280000,
  ToldErrors1796026300000,
];

/** Schema version of a list of migration names: the time stamp of the newest. */
export function schemaVersionOf(names: readonly string[]): number {
  return Math.max(0, ...names.map((name) => Number(/\d{13}$/.exec(name)?.[0] ?? 0)));
}

export const EXPECTED_SCHEMA_VERSION = schemaVersionOf(migrations.map((migration) => migration.name));
