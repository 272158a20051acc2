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
const told = (what: 'size_bytes' | 'available_bytes', good: number, bad: number): Behaviour => ({
  metric: `stock_analysis_database_volume_${what}`,
  labels: { component: 'worker', pod: 'w' },
  kind: 'gauge',
  good,
  bad,
});

/** The other claim of the namespace is full all along. */
const foreign: Behaviour = { ...volume('available', 0, 0), labels: { persistentvolumeclaim: 'other' } };

/**
 * 39 % are free. At 0.08 % a minute they last for more than seven hours, at 0.2 % for two and a half; the line through the
 * last hour says less than four from the 25th bad minute to the 48th good one.
 */
const filling = {
  name: 'DiskFullSoon',
  severity: 'critical',
  before: 62,
  lasts: 40,
  fires: 34,
  ends: 48,
} as const;
const shrinking = (room: Behaviour, bytes: number): Behaviour => ({
  ...room,
  kind: 'counter',
  start: 0.39 * bytes,
  good: -0.0008 * bytes,
  bad: -0.002 * bytes,
});

export const storageCases: readonly AlertCase[] = [
  {
    name: 'DiskAlmostFull',
    severity: 'warning',
    // Where the kubelet tells, the size of the database does not count: the log is on the volume as well.
    series: [
      volume('available', 2 * GIB, 1.9 * GIB),
      volume('capacity', 10 * GIB, 10 * GIB),
      foreign,
      told('size_bytes', 10 * GIB, 10 * GIB),
      told('available_bytes', 9 * GIB, 9 * GIB),
      size(9.9, 9.9),
    ],
    fires: 5,
  },
  {
    name: 'DiskAlmostFull',
    severity: 'critical',
    series: [volume('available', 1 * GIB, 0.9 * GIB), volume('capacity', 10 * GIB, 10 * GIB), foreign],
    fires: 5,
  },
  {
    // A fifth of 50 GiB is enough, whoever tells of a volume that is larger.
    name: 'DiskAlmostFull',
    severity: 'warning',
    series: [volume('available', 10.1 * GIB, 9.9 * GIB), volume('capacity', 1024 * GIB, 1024 * GIB)],
    fires: 5,
  },
  {
    // No kubelet is scraped: PostgreSQL knows better than the size of the database tells.
    name: 'DiskAlmostFull',
    severity: 'critical',
    series: [
      told('available_bytes', 5.1 * GIB, 4.9 * GIB),
      told('size_bytes', 1024 * GIB, 1024 * GIB),
      foreign,
      size(1, 1),
    ],
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
    ...filling,
    series: [shrinking(volume('available', 0, 0), 100 * GIB), volume('capacity', 100 * GIB, 100 * GIB)],
  },
  {
    // The same without the kubelet, on a volume of which many times what is enough are free.
    ...filling,
    series: [
      shrinking(told('available_bytes', 0, 0), 1024 * GIB),
      told('size_bytes', 1024 * GIB, 1024 * GIB),
      size(1, 1),
    ],
  },
];
