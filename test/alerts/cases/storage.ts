import type { AlertCase, Behaviour } from '../alert-case.ts';

const claim = { persistentvolumeclaim: 'demo-postgres-data' };
const GIB = 1024 ** 3;

const volume = (what: 'available' | 'capacity', good: number, bad: number): Behaviour => ({
  metric: `kubelet_volume_stats_${what}_bytes`,
  labels: claim,
  kind: 'gauge',
  good,
  bad,
});

const size = (good: number, bad: number): Behaviour => ({
  metric: 'stock_analysis_database_size_bytes',
  labels: { component: 'worker', pod: 'w' },
  kind: 'gauge',
  good: good * GIB,
  bad: bad * GIB,
});

/** PostgreSQL's own word, as workers tell it. */
const told = (what: 'fill_ratio' | 'available_bytes', good: number, bad: number): Behaviour => ({
  metric: `stock_analysis_database_volume_${what}`,
  labels: { component: 'worker', pod: 'w' },
  kind: 'gauge',
  good,
  bad,
});

/** The other claim of the namespace is full all along. */
const foreign: Behaviour = { ...volume('available', 0, 0), labels: { persistentvolumeclaim: 'other' } };

export const storageCases: readonly AlertCase[] = [
  {
    name: 'DiskAlmostFull',
    severity: 'warning',
    // Where the kubelet tells, the size of the database does not count: the log is on the volume as well.
    series: [
      volume('available', 20, 19),
      volume('capacity', 100, 100),
      foreign,
      told('fill_ratio', 0.1, 0.1),
      size(9.9, 9.9),
    ],
    fires: 5,
  },
  {
    name: 'DiskAlmostFull',
    severity: 'critical',
    series: [volume('available', 10, 9), volume('capacity', 100, 100), foreign],
    fires: 5,
  },
  {
    // No kubelet is scraped: PostgreSQL knows better than the size of the database tells.
    name: 'DiskAlmostFull',
    severity: 'critical',
    series: [told('fill_ratio', 0.89, 0.91), foreign, size(1, 1)],
    fires: 5,
  },
  {
    // Nobody tells of the volume: 10 GiB were asked for.
    name: 'DiskAlmostFull',
    severity: 'warning',
    series: [size(7.9, 8.1)],
    fires: 5,
  },
  {
    name: 'DiskFullSoon',
    severity: 'critical',
    // 39 GB of 100 are free. At 0.08 GB a minute they last for more than seven hours, at 0.2 GB for two and a half; the
    // line through the last hour says less than four from the 25th bad minute to the 48th good one.
    series: [
      { ...volume('available', -0.08e9, -0.2e9), kind: 'counter', start: 39e9 },
      volume('capacity', 100e9, 100e9),
    ],
    before: 62,
    lasts: 40,
    fires: 34,
    ends: 48,
  },
  {
    // The same without the kubelet.
    name: 'DiskFullSoon',
    severity: 'critical',
    series: [
      { ...told('available_bytes', -0.08e9, -0.2e9), kind: 'counter', start: 39e9 },
      told('fill_ratio', 0.61, 0.61),
      size(1, 1),
    ],
    before: 62,
    lasts: 40,
    fires: 34,
    ends: 48,
  },
];
