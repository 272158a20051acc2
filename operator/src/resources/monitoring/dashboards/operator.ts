import { series, type Matchers, type SeriesName } from '../promql.ts';
import type { Dashboard } from '../types.ts';
import { OPERATOR_IDENTITY } from '../rules/context.ts';
import { dashboard, type Row } from './model.ts';

/** Series of the operator that is chosen at the top. */
const of = (name: SeriesName, matchers: Matchers = {}): string =>
  series(name, { namespace: '$namespace', ...OPERATOR_IDENTITY, ...matchers });
const rate = (selector: string): string => `rate(${selector}[5m])`;

const process: Row = {
  title: 'Operator',
  panels: [
    {
      title: 'Replicas that lead',
      description: 'Exactly one must hold the Lease. At 0 for 5 minutes an alert is raised.',
      unit: 'short',
      isStat: true,
      least: 1,
      queries: [{ expr: `sum by (name) (${of('leader_election_master_status')})`, legend: '{{name}}' }],
    },
    {
      title: 'Replicas that answer',
      description: 'Replicas that Prometheus reaches.',
      unit: 'short',
      isStat: true,
      least: 1,
      queries: [{ expr: `sum(${of('up')})`, legend: 'up' }],
    },
    {
      title: 'Requests to the API server',
      description: 'Requests per second by method and code. Alert when a tenth fails.',
      unit: 'reqps',
      queries: [
        {
          expr: `sum by (method, code) (${rate(of('rest_client_requests_total'))})`,
          legend: '{{method}} {{code}}',
        },
      ],
    },
  ],
};

const reconciles: Row = {
  title: 'Reconciles',
  panels: [
    {
      title: 'Reconciles by result',
      description: 'Visits of objects per second.',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (controller, result) (${rate(of('controller_runtime_reconcile_total'))})`,
          legend: '{{controller}} {{result}}',
        },
      ],
    },
    {
      title: 'Errors',
      description: 'Share of visits that ended in an error. Alert above 10 % for 15 minutes.',
      unit: 'percentunit',
      limit: 0.1,
      queries: [
        {
          expr: `sum by (controller) (${rate(of('controller_runtime_reconcile_errors_total'))}) / (sum by (controller) (${rate(of('controller_runtime_reconcile_total'))}) > 0)`,
          legend: '{{controller}}',
        },
      ],
    },
    {
      title: 'Time of a visit',
      description: '95 % of the visits end within this time.',
      unit: 's',
      queries: [
        {
          expr: `histogram_quantile(0.95, sum by (le, controller) (${rate(of('controller_runtime_reconcile_time_seconds_bucket'))}))`,
          legend: '{{controller}}',
        },
      ],
    },
    {
      title: 'Objects that wait',
      description:
        'Keys in the queue; priority -100 is what a full list brings. Alert above 20 of priority 0.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (controller, priority) (${of('workqueue_depth')})`,
          legend: '{{controller}} {{priority}}',
        },
      ],
    },
    {
      title: 'Longest visit',
      description: 'For how long the oldest visit has run. Alert above 5 minutes.',
      unit: 's',
      limit: 300,
      queries: [
        {
          expr: `max by (controller) (${of('workqueue_longest_running_processor_seconds')})`,
          legend: '{{controller}}',
        },
      ],
    },
    {
      title: 'Workers',
      description: 'Visits of objects that run at this moment.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (controller) (${of('controller_runtime_active_workers')})`,
          legend: '{{controller}}',
        },
      ],
    },
  ],
};

/** Of all objects, whatever their namespace: what one operator serves is not what its own namespace holds. */
const objects: Row = {
  title: 'Objects',
  panels: [
    {
      title: 'Objects by Ready',
      description: 'How many objects are Ready, and how many are not.',
      unit: 'short',
      queries: [
        {
          expr: `count by (status) (max by (namespace, stockanalysis, status) (${series('stock_analysis_object_condition', { type: 'Ready' })}))`,
          legend: '{{status}}',
        },
      ],
    },
    {
      title: 'Writes',
      description:
        'Writes for an object within 15 minutes, the ten with the most. In a steady state there are none.',
      unit: 'short',
      limit: 30,
      queries: [
        {
          expr: `topk(10, sum by (namespace, stockanalysis) (increase(${series('stock_analysis_object_writes_total', {})}[15m])) > 0)`,
          legend: '{{namespace}}/{{stockanalysis}}',
        },
      ],
    },
    {
      title: 'Repairs',
      description:
        'Children that were put back within an hour after somebody had changed them. Alert above five.',
      unit: 'short',
      limit: 5,
      queries: [
        {
          expr: `topk(10, sum by (namespace, stockanalysis, kind) (increase(${series('stock_analysis_object_drift_repairs_total', {})}[1h])) > 0)`,
          legend: '{{namespace}}/{{stockanalysis}} {{kind}}',
        },
      ],
    },
  ],
};

/** The operator, once for its installation. */
export function operatorDashboard(): Dashboard {
  return dashboard({
    uid: 'stk-operator',
    title: 'Stock Analysis / Operator',
    fileName: 'stock-analysis-operator.json',
    variables: [
      {
        name: 'namespace',
        label: 'Namespace of the operator',
        query: `label_values(${series('leader_election_master_status', OPERATOR_IDENTITY)}, namespace)`,
      },
    ],
    rows: [process, reconciles, objects],
  });
}
