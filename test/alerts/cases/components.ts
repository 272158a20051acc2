import type { AlertCase, Behaviour } from '../alert-case.ts';

const health = (pod: string, part: string, good: number, bad: number): Behaviour => ({
  metric: 'stock_analysis_component_health',
  labels: { component: 'server', pod, exported_component: part },
  kind: 'gauge',
  good,
  bad,
});

export const componentCases: readonly AlertCase[] = [
  {
    name: 'ComponentDegraded',
    severity: 'warning',
    // What has an alert of its own is down all along; of two processes one sees the trouble.
    series: [
      health('a', 'job-queue', 1, 0.5),
      health('b', 'job-queue', 1, 1),
      health('a', 'memory', 0.5, 0.5),
      health('a', 'event-loop', 0.5, 0.5),
    ],
    labels: { exported_component: 'job-queue' },
    fires: 5,
  },
  {
    name: 'NewErrors',
    severity: 'warning',
    series: ['new', 'regressed'].map((reason) => ({
      metric: 'stock_analysis_new_errors_total',
      labels: { component: 'worker', pod: 'w', reason },
      kind: 'counter',
      good: 0,
      bad: reason === 'new' ? 1 : 0,
    })),
    labels: { reason: 'new' },
    fires: 2,
    ends: 14,
  },
];
