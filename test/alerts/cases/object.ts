import type { AlertCase, Behaviour } from '../alert-case.ts';

const DAY = 86_400;
/** Longer than any of these tests: a certificate that is near the limit at the beginning must not cross it. */
const MARGIN = 12_000;

const gauge = (
  metric: Behaviour['metric'],
  labels: Record<string, string>,
  good: number,
  bad: number,
): Behaviour => ({
  metric,
  labels,
  kind: 'gauge',
  good,
  bad,
});

const condition = (type: string, good: number, bad: number): Behaviour =>
  gauge('stock_analysis_object_condition', { type }, good, bad);

const expiry = (days: number): Behaviour =>
  gauge(
    'stock_analysis_object_certificate_expiry_timestamp_seconds',
    { certificate: 'database' },
    days * DAY + MARGIN,
    days * DAY,
  );

export const objectCases: readonly AlertCase[] = [
  {
    name: 'ObjectNotReady',
    severity: 'warning',
    series: [condition('Ready', 1, 0), condition('BackupFresh', 0, 0)],
    fires: 15,
  },
  {
    // Unknown is not Ready either.
    name: 'ObjectNotReady',
    severity: 'warning',
    series: [condition('Ready', 1, -1)],
    fires: 15,
  },
  { name: 'ObjectStalled', severity: 'warning', series: [condition('Stalled', -1, 1)], fires: 5 },
  { name: 'RolloutPending', severity: 'info', series: [condition('PendingRollout', 0, 1)], fires: 4320 },
  {
    name: 'DriftRepaired',
    severity: 'warning',
    series: [
      { metric: 'stock_analysis_object_drift_repaired_total', kind: 'counter', good: 0.083, bad: 0.5 },
    ],
    before: 65,
    lasts: 65,
    fires: 0,
    ends: 59,
  },
  {
    name: 'ObjectHotLoop',
    severity: 'warning',
    series: [
      { metric: 'stock_analysis_object_writes_total', kind: 'counter', good: 1.9, bad: 10 },
      gauge('stock_analysis_object_generation', {}, 4, 4),
    ],
    fires: 15,
    ends: 14,
  },
  { name: 'DatabaseCertificateExpiring', severity: 'warning', series: [expiry(21)], fires: 60 },
  { name: 'DatabaseCertificateExpiring', severity: 'critical', series: [expiry(7)], fires: 60 },
];
