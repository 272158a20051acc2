import type { AlertCase, Behaviour } from '../alert-case.ts';

const up = (component: string, pod: string, good: number | 'absent', bad: number | 'absent'): Behaviour => ({
  metric: 'up',
  labels: { component, pod },
  kind: 'gauge',
  good,
  bad,
});

const requests = (status_class: string, good: number, bad: number): Behaviour => ({
  metric: 'http_requests_total',
  labels: { component: 'server', pod: 'a', method: 'GET', route: '/api/v1/bars/:symbol', status_class },
  kind: 'counter',
  good,
  bad,
});

const bucket = (le: string, good: number, bad: number): Behaviour => ({
  metric: 'http_request_duration_seconds_bucket',
  labels: { component: 'server', pod: 'a', method: 'GET', route: '/api/v1/bars/:symbol', le },
  kind: 'counter',
  good,
  bad,
});

/** Of probes: neither as errors nor as traffic do they count. */
const probes: Behaviour = {
  metric: 'http_requests_total',
  labels: { component: 'server', pod: 'a', method: 'GET', route: '/health/ready', status_class: '5xx' },
  kind: 'counter',
  good: 1000,
  bad: 1000,
};

const health = (component: string, pod: string, part: string, good: number, bad: number): Behaviour => ({
  metric: 'stock_analysis_component_health',
  labels: { component, pod, exported_component: part },
  kind: 'gauge',
  good,
  bad,
});

/** One server is ready at first, the other never; neither the worker nor what only degrades makes any ready. */
const readiness = (...parts: readonly Behaviour[]): readonly Behaviour[] => [
  ...parts,
  health('server', 'a', 'job-queue', 0.5, 0.5),
  health('server', 'b', 'database', 0, 0),
  health('server', 'b', 'schema', 1, 1),
  health('worker', 'c', 'database', 1, 1),
  health('worker', 'c', 'schema', 1, 1),
  up('server', 'a', 1, 1),
];

export const apiCases: readonly AlertCase[] = [
  {
    name: 'APIDown',
    severity: 'critical',
    // One of two is enough to be served.
    series: [up('server', 'a', 1, 0), up('server', 'b', 0, 0), up('worker', 'c', 1, 1)],
    fires: 2,
  },
  {
    name: 'APIUnready',
    severity: 'critical',
    series: readiness(health('server', 'a', 'database', 1, 0), health('server', 'a', 'schema', 1, 1)),
    fires: 1,
  },
  {
    name: 'APIUnready',
    severity: 'critical',
    // The database answers, with a schema that is too old.
    series: readiness(health('server', 'a', 'database', 1, 1), health('server', 'a', 'schema', 1, 0)),
    fires: 1,
  },
  {
    name: 'APIUnreadyInhibitor',
    severity: 'none',
    series: readiness(health('server', 'a', 'api', 1, 0)),
    fires: 1,
    ends: 15,
  },
  {
    name: 'ServerMissing',
    severity: 'critical',
    // A server that is down is known.
    series: [up('server', 'a', 0, 'absent'), up('worker', 'c', 1, 1)],
    labels: { component: 'server' },
    fires: 10,
    absentFires: 10,
    absentLabels: { component: 'server' },
  },
  {
    name: 'ServerPodDown',
    severity: 'warning',
    series: [up('server', 'a', 1, 0), up('server', 'b', 1, 1), up('worker', 'c', 0, 0)],
    labels: { component: 'server', pod: 'a' },
    fires: 15,
  },
  {
    name: 'WorkerDown',
    severity: 'warning',
    series: [up('worker', 'a', 1, 0), up('worker', 'b', 0, 0), up('server', 'c', 1, 1)],
    fires: 10,
    absentFires: 10,
  },
  {
    name: 'WorkerDown',
    severity: 'warning',
    series: [up('worker', 'a', 1, 'absent'), up('server', 'c', 1, 1)],
    fires: 10,
    absentFires: 10,
  },
  {
    name: 'RequestsFailing',
    severity: 'warning',
    series: [requests('2xx', 96, 80), requests('5xx', 4, 20), requests('4xx', 0, 0), probes],
    // The rate of 5 minutes crosses with the first bad minute, and falls below with the fifth good one.
    fires: 5,
    ends: 4,
    needsRecords: true,
  },
  {
    name: 'AnswersSlow',
    severity: 'warning',
    // Nobody is answered any more: all give up.
    series: [
      requests('2xx', 100, 0),
      requests('aborted', 0, 100),
      { ...bucket('', 100, 100), metric: 'http_request_duration_seconds_count' },
      bucket('1', 96, 50),
      bucket('2.5', 100, 100),
      bucket('+Inf', 100, 100),
    ],
    fires: 10,
    ends: 4,
    needsRecords: true,
  },
];
