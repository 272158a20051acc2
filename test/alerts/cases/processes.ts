import type { AlertCase, Behaviour } from '../alert-case.ts';

const server = { component: 'server', pod: 'a' };

const gauge = (metric: Behaviour['metric'], good: number, bad: number, labels = {}): Behaviour => ({
  metric,
  labels: { ...server, ...labels },
  kind: 'gauge',
  good,
  bad,
});

export const processCases: readonly AlertCase[] = [
  {
    name: 'JobsWaitingLong',
    severity: 'warning',
    series: [gauge('stock_analysis_jobs_oldest_waiting_seconds', 1800, 1801, { queue: 'ingestion' })],
    labels: { queue: 'ingestion' },
    fires: 10,
  },
  {
    name: 'MemoryAlmostFull',
    severity: 'warning',
    series: [
      gauge('stock_analysis_container_memory_working_set_bytes', 900, 901),
      gauge('stock_analysis_container_memory_limit_bytes', 1000, 1000),
    ],
    labels: server,
    fires: 10,
  },
  {
    name: 'EventLoopBlocked',
    severity: 'warning',
    series: [gauge('nodejs_eventloop_lag_p99_seconds', 0.2, 0.21)],
    labels: server,
    fires: 10,
  },
  {
    name: 'ProcessRestarting',
    severity: 'warning',
    // A start each minute; the fourth is in the fourth minute. The fourth last leaves the hour 56 minutes after the last.
    series: [{ ...gauge('process_start_time_seconds', 0, 1), kind: 'counter' }],
    labels: server,
    lasts: 13,
    fires: 3,
    ends: 56,
  },
  {
    // Several processes ask the same: the one that is worst off.
    name: 'MetricsStale',
    severity: 'warning',
    series: [
      gauge('stock_analysis_query_age_seconds', 300, 301, { query: 'locks' }),
      gauge('stock_analysis_query_age_seconds', 15, 15, { query: 'locks', pod: 'other' }),
    ],
    labels: { query: 'locks' },
    fires: 5,
  },
  {
    // Each worker for itself: one that judges says nothing of another one.
    name: 'AlertsNotJudged',
    severity: 'warning',
    series: [
      gauge('stock_analysis_alert_evaluation_age_seconds', 600, 601, { component: 'worker' }),
      gauge('stock_analysis_alert_evaluation_age_seconds', 15, 15, { component: 'worker', pod: 'other' }),
    ],
    labels: { component: 'worker', pod: 'a' },
    fires: 2,
  },
];
