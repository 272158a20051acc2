import type { AlertCase, Behaviour } from '../alert-case.ts';

const worker = { component: 'worker', pod: 'w' };

const gauge = (metric: Behaviour['metric'], good: number, bad: number, labels = {}): Behaviour => ({
  metric,
  labels: { ...worker, ...labels },
  kind: 'gauge',
  good,
  bad,
});

const reaches = (pod: string, good: number, bad: number): Behaviour =>
  gauge('stock_analysis_component_health', good, bad, { pod, exported_component: 'database' });

const condition = (status: string, good: number | 'absent', bad: number | 'absent'): Behaviour => ({
  metric: 'stock_analysis_object_condition',
  labels: { component: 'operator', pod: 'o', type: 'DatabaseReady', status },
  kind: 'gauge',
  good,
  bad,
});

const migrated: Behaviour = {
  metric: 'stock_analysis_object_info',
  labels: { component: 'operator', pod: 'o', schema: '1796026140000' },
  kind: 'gauge',
  good: 1,
  bad: 1,
};

const limit = gauge('stock_analysis_database_connections_limit', 100, 100);

export const databaseCases: readonly AlertCase[] = [
  {
    name: 'DatabaseDown',
    severity: 'critical',
    // One process that reaches it is enough; another part that is down is no matter.
    series: [
      reaches('a', 1, 0),
      reaches('b', 0, 0),
      gauge('stock_analysis_component_health', 0, 0, { exported_component: 'mail' }),
    ],
    fires: 1,
  },
  {
    // No process says anything: the operator's word counts.
    name: 'DatabaseDown',
    severity: 'critical',
    series: [condition('True', 1, 'absent'), condition('False', 'absent', 1), migrated],
    fires: 1,
  },
  {
    // As long as what follows may be seen in rates.
    name: 'DatabaseDownInhibitor',
    severity: 'none',
    series: [reaches('a', 1, 0)],
    fires: 1,
    ends: 15,
  },
  {
    name: 'DatabaseDownBudgetInhibitor',
    severity: 'none',
    series: [reaches('a', 1, 0)],
    fires: 1,
    ends: 35,
  },
  {
    name: 'DatabasePoolExhausted',
    severity: 'warning',
    series: [
      gauge('stock_analysis_database_pool_connections', 0, 3, { state: 'waiting' }),
      gauge('stock_analysis_database_pool_connections', 10, 10, { state: 'total' }),
    ],
    labels: { ...worker, state: 'waiting' },
    fires: 5,
  },
  {
    name: 'DatabaseConnectionsHigh',
    severity: 'warning',
    series: [gauge('stock_analysis_database_connections', 80, 81), limit],
    fires: 10,
  },
  {
    name: 'DatabaseConnectionsHigh',
    severity: 'critical',
    series: [gauge('stock_analysis_database_connections', 95, 96), limit],
    fires: 5,
  },
  {
    name: 'DatabaseTransactionIdAge',
    severity: 'warning',
    series: [gauge('stock_analysis_database_transaction_id_age', 500e6, 501e6)],
    fires: 15,
  },
  {
    name: 'DatabaseTransactionIdAge',
    severity: 'critical',
    series: [gauge('stock_analysis_database_transaction_id_age', 1200e6, 1201e6)],
    fires: 15,
  },
  {
    name: 'DatabaseDeadlocks',
    severity: 'warning',
    // 1.95 in 15 minutes against one each minute.
    series: [
      { ...gauge('stock_analysis_database_deadlocks_total', 0.13, 1), kind: 'counter' },
      // A second worker reads the same number: it must not be added.
      { ...gauge('stock_analysis_database_deadlocks_total', 0.13, 0.13, { pod: 'v' }), kind: 'counter' },
    ],
    before: 20,
    lasts: 20,
    fires: 0,
    ends: 14,
  },
  {
    name: 'DatabaseLocksWaiting',
    severity: 'warning',
    series: [gauge('stock_analysis_database_locks_waiting', 5, 6)],
    fires: 5,
  },
  {
    name: 'DatabaseLongTransaction',
    severity: 'warning',
    series: [gauge('stock_analysis_database_longest_transaction_seconds', 900, 901)],
    fires: 5,
  },
];
