import type { AlertCase, Behaviour } from '../alert-case.ts';

const server = { component: 'server', pod: 'a' };

const counter = (metric: Behaviour['metric'], good: number, bad: number, labels = {}): Behaviour => ({
  metric,
  labels: { ...server, ...labels },
  kind: 'counter',
  good,
  bad,
});

const decisions = (decision: string, good: number, bad: number): Behaviour =>
  counter('stock_analysis_rate_limit_decisions_total', good, bad, { budget: 'reading', decision });

export const securityCases: readonly AlertCase[] = [
  {
    name: 'SignInsRefused',
    severity: 'warning',
    series: [
      counter('stock_analysis_logins_total', 9.9, 20, { outcome: 'refused' }),
      counter('stock_analysis_logins_total', 100, 100, { outcome: 'success' }),
    ],
    fires: 5,
    ends: 9,
  },
  {
    name: 'AccountsLockedOut',
    severity: 'warning',
    series: [counter('stock_analysis_logins_total', 0.33, 2, { outcome: 'locked' })],
    lasts: 20,
    fires: 0,
    ends: 14,
  },
  {
    name: 'RateLimitsFailingOpen',
    severity: 'warning',
    series: [
      decisions('failed_open', 0, 1),
      decisions('allowed', 100, 100),
      decisions('failed_closed', 5, 5),
    ],
    fires: 5,
    ends: 4,
  },
  {
    name: 'RateLimitsFailingClosed',
    severity: 'critical',
    series: [
      decisions('failed_closed', 0, 1),
      decisions('refused', 100, 100),
      decisions('failed_open', 5, 5),
    ],
    fires: 5,
    ends: 4,
  },
  {
    name: 'AuditWritesFailing',
    severity: 'critical',
    series: [counter('stock_analysis_audit_failures_total', 0, 1)],
    lasts: 15,
    fires: 2,
    ends: 9,
  },
];
