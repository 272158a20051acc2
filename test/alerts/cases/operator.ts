import type { AlertCase, Behaviour } from '../alert-case.ts';

const CONTROLLER = { controller: 'stockanalysis' };

const gauge = (
  metric: Behaviour['metric'],
  labels: Record<string, string>,
  good: number,
  bad: number,
): Behaviour => ({
  metric,
  labels: { component: 'operator', ...labels },
  kind: 'gauge',
  good,
  bad,
});

const counter = (
  metric: Behaviour['metric'],
  labels: Record<string, string>,
  good: number,
  bad: number,
): Behaviour => ({
  ...gauge(metric, labels, good, bad),
  kind: 'counter',
});

/** Of another operator in the same namespace, which has the same metrics and no component of ours: always in trouble. */
const foreign = ({ labels = {}, ...rest }: Behaviour): Behaviour => {
  const { component: _, ...others } = labels;
  const bad = rest.bad;
  return { ...rest, labels: { ...others, pod: 'other', ...CONTROLLER }, good: bad, bad };
};

const lease = (pod: string, good: number, bad: number): Behaviour =>
  gauge('leader_election_master_status', { name: 'stock-analysis-operator', pod }, good, bad);

export const operatorCases: readonly AlertCase[] = [
  {
    name: 'OperatorDown',
    severity: 'critical',
    series: [gauge('up', { pod: 'a' }, 1, 0), gauge('up', { pod: 'b' }, 0, 0)],
    fires: 5,
    absentFires: 5,
  },
  {
    name: 'OperatorDown',
    severity: 'critical',
    series: [{ ...gauge('up', { pod: 'a' }, 1, 0), bad: 'absent' }],
    fires: 5,
    absentFires: 5,
  },
  {
    name: 'OperatorReplicaDown',
    severity: 'warning',
    series: [
      gauge('up', { pod: 'a' }, 1, 0),
      gauge('up', { pod: 'b' }, 1, 1),
      foreign(gauge('up', {}, 0, 0)),
    ],
    labels: { pod: 'a' },
    fires: 15,
  },
  {
    name: 'OperatorLeaderMissing',
    severity: 'critical',
    series: [
      lease('a', 1, 0),
      lease('b', 0, 0),
      foreign(gauge('leader_election_master_status', { name: 'other' }, 0, 0)),
    ],
    labels: { name: 'stock-analysis-operator' },
    fires: 5,
  },
  {
    name: 'OperatorReconcileErrors',
    severity: 'warning',
    series: [
      counter('controller_runtime_reconcile_errors_total', CONTROLLER, 9.9, 30),
      counter('controller_runtime_reconcile_total', { ...CONTROLLER, result: 'success' }, 90.1, 70),
      counter('controller_runtime_reconcile_total', { ...CONTROLLER, result: 'error' }, 9.9, 30),
      foreign(counter('controller_runtime_reconcile_errors_total', {}, 0, 100)),
      foreign(counter('controller_runtime_reconcile_total', { result: 'error' }, 0, 100)),
    ],
    labels: CONTROLLER,
    fires: 15,
    ends: 14,
  },
  {
    name: 'OperatorWorkerStuck',
    severity: 'warning',
    series: [
      gauge(
        'workqueue_longest_running_processor_seconds',
        { ...CONTROLLER, name: 'stockanalysis' },
        300,
        301,
      ),
      foreign(gauge('workqueue_longest_running_processor_seconds', { name: 'other' }, 0, 9000)),
    ],
    labels: CONTROLLER,
    fires: 5,
  },
  {
    name: 'OperatorQueueLong',
    severity: 'warning',
    series: [
      gauge('workqueue_depth', { ...CONTROLLER, name: 'stockanalysis', priority: '0' }, 20, 21),
      // What a new list brings has all the time it needs.
      gauge('workqueue_depth', { ...CONTROLLER, name: 'stockanalysis', priority: '-100' }, 1000, 1000),
      foreign(gauge('workqueue_depth', { name: 'other', priority: '0' }, 0, 1000)),
    ],
    labels: CONTROLLER,
    fires: 15,
  },
  {
    name: 'OperatorAPIErrors',
    severity: 'warning',
    series: [
      counter('rest_client_requests_total', { code: '<error>', method: 'GET', host: 'api' }, 4.9, 15),
      counter('rest_client_requests_total', { code: '503', method: 'GET', host: 'api' }, 5, 15),
      counter('rest_client_requests_total', { code: '200', method: 'GET', host: 'api' }, 90.1, 70),
      foreign(counter('rest_client_requests_total', { code: '503', method: 'GET', host: 'api' }, 0, 100)),
    ],
    fires: 15,
    ends: 4,
  },
];
