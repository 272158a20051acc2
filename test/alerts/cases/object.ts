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

/** From one status to another: only the present one is told. */
const condition = (type: string, good: string, bad: string): Behaviour[] => [
  status(type, good, { good: 1, bad: 'absent' }),
  status(type, bad, { good: 'absent', bad: 1 }),
];

const status = (type: string, said: string, shown: Pick<Behaviour, 'good' | 'bad'>): Behaviour => ({
  metric: 'stock_analysis_object_condition',
  labels: { component: 'operator', pod: 'o', type, status: said },
  kind: 'gauge',
  ...shown,
});

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
    series: [...condition('Ready', 'True', 'False'), ...condition('BackupFresh', 'False', 'Unknown')],
    fires: 15,
  },
  {
    // Unknown is not Ready either.
    name: 'ObjectNotReady',
    severity: 'warning',
    series: condition('Ready', 'True', 'Unknown'),
    fires: 15,
  },
  { name: 'ObjectStalled', severity: 'warning', series: condition('Stalled', 'False', 'True'), fires: 5 },
  {
    name: 'RolloutPending',
    severity: 'info',
    series: condition('PendingRollout', 'False', 'True'),
    fires: 4320,
    ends: 30,
  },
  {
    name: 'DriftRepaired',
    severity: 'warning',
    series: [
      {
        metric: 'stock_analysis_object_drift_repairs_total',
        kind: 'counter',
        labels: { kind: 'Service' },
        good: 0.083,
        bad: 0.5,
      },
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
