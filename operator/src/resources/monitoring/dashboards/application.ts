import type { Dashboard, MonitoringTarget } from '../types.ts';
import { errorsRow } from './errors-row.ts';
import { marketDataRow } from './market-data-row.ts';
import { notificationsRow } from './notifications-row.ts';
import { dashboard, type Panel, type Row } from './model.ts';
import { objectScope, of } from './object-scope.ts';

const rate = (selector: string): string => `rate(${selector}[5m])`;
const quantile = (share: number, by: string, selector: string): string =>
  `histogram_quantile(${share}, sum by (${by}) (${rate(selector)}))`;

const TIMES = of('http_request_duration_seconds_bucket', { route: '!~/health.*|/monitoring.*|/metrics' });

const traffic: Row = {
  title: 'Traffic',
  panels: [
    {
      title: 'Requests by status',
      description: 'Requests per second by class of status; aborted: the client went away first.',
      unit: 'reqps',
      queries: [
        { expr: `sum by (status_class) (${rate(of('http_requests_total'))})`, legend: '{{status_class}}' },
      ],
    },
    {
      title: 'Errors by route',
      description:
        'Requests per second that were answered with 5xx, the worst ten routes. One alone points to one feature.',
      unit: 'reqps',
      queries: [
        {
          expr: `topk(10, sum by (method, route) (${rate(of('http_requests_total', { status_class: '5xx' }))}) > 0)`,
          legend: '{{method}} {{route}}',
        },
      ],
    },
    {
      title: 'Time to answer',
      description: 'Half, 95 % and 99 % of the requests are answered within this time.',
      unit: 's',
      limit: 1,
      queries: [0.5, 0.95, 0.99].map((share) => ({
        expr: quantile(share, 'le', TIMES),
        legend: `p${share * 100}`,
      })),
    },
    {
      title: 'Slowest routes',
      description: 'The ten routes whose 95th percentile is the highest.',
      unit: 's',
      queries: [
        { expr: `topk(10, ${quantile(0.95, 'le, method, route', TIMES)})`, legend: '{{method}} {{route}}' },
      ],
    },
    {
      title: 'Requests in flight',
      description: 'Requests that are being answered. A curve that grows and does not fall is a queue.',
      unit: 'short',
      queries: [{ expr: `sum by (pod) (${of('http_requests_in_flight')})`, legend: '{{pod}}' }],
    },
  ],
};

const processes: Row = {
  title: 'Processes',
  panels: [
    {
      title: 'Memory of the limit',
      description:
        'Working set over the limit of the container. Alert above 90 %; at 100 % the kernel ends the process.',
      unit: 'percentunit',
      limit: 0.9,
      queries: [
        {
          expr: `${of('stock_analysis_container_memory_working_set_bytes')} / ${of('stock_analysis_container_memory_limit_bytes')}`,
          legend: '{{pod}}',
        },
      ],
    },
    {
      title: 'CPU',
      description: 'CPUs in use by container.',
      unit: 'cores',
      queries: [{ expr: rate(of('stock_analysis_container_cpu_usage_seconds_total')), legend: '{{pod}}' }],
    },
    {
      title: 'Delay of the event loop',
      description:
        'By how much one turn in a hundred is late; every request of that process waits so long. Alert above 0.2 s.',
      unit: 's',
      limit: 0.2,
      queries: [{ expr: of('nodejs_eventloop_lag_p99_seconds'), legend: '{{pod}}' }],
    },
    {
      title: 'Starts',
      description: 'Starts of a process within an hour. More than three raise an alert.',
      unit: 'short',
      limit: 3,
      queries: [{ expr: `changes(${of('process_start_time_seconds')}[1h])`, legend: '{{pod}}' }],
    },
    {
      title: 'Components',
      description: 'Health as the processes see it, the best of them: 1 up, 0.5 degraded, 0 down.',
      unit: 'none',
      least: 1,
      queries: [
        {
          expr: `max by (exported_component) (${of('stock_analysis_component_health')})`,
          legend: '{{exported_component}}',
        },
      ],
    },
    {
      title: 'Processes that answer',
      description: 'Servers and workers that Prometheus reaches.',
      unit: 'short',
      queries: [{ expr: `sum by (component) (${of('up')})`, legend: '{{component}}' }],
    },
  ],
};

const jobsPanels: readonly Panel[] = [
  {
    title: 'Jobs',
    description: 'Jobs that are stored, by queue and state.',
    unit: 'short',
    queries: [
      { expr: `max by (queue, state) (${of('stock_analysis_jobs')})`, legend: '{{queue}} {{state}}' },
    ],
  },
  {
    title: 'Longest wait',
    description: 'For how long the oldest job has waited that is due. Alert above half an hour.',
    unit: 's',
    limit: 1800,
    queries: [
      { expr: `max by (queue) (${of('stock_analysis_jobs_oldest_waiting_seconds')})`, legend: '{{queue}}' },
    ],
  },
];

const security: Row = {
  title: 'Jobs and access',
  panels: [
    ...jobsPanels,
    {
      title: 'Sign-ins',
      description: 'Sign-ins per minute by what came of them. Alert above ten refused ones.',
      unit: 'short',
      limit: 10,
      queries: [
        { expr: `sum by (outcome) (${rate(of('stock_analysis_logins_total'))}) * 60`, legend: '{{outcome}}' },
      ],
    },
    {
      title: 'Rate limits',
      description:
        'Requests per second that were refused, or about which nobody could say; those that were let through are left out.',
      unit: 'reqps',
      queries: [
        {
          expr: `sum by (budget, decision) (${rate(of('stock_analysis_rate_limit_decisions_total', { decision: '!=allowed' }))})`,
          legend: '{{budget}} {{decision}}',
        },
      ],
    },
    {
      title: 'Audit log',
      description:
        'Records per minute by outcome, and records that could not be written: each of those is an alert.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (outcome) (${rate(of('stock_analysis_audit_records_total'))}) * 60`,
          legend: '{{outcome}}',
        },
        { expr: `sum(${rate(of('stock_analysis_audit_failures_total'))}) * 60`, legend: 'not written' },
      ],
    },
  ],
};

/** What users feel, what the processes cost, where the data comes from, who comes in. */
export function applicationDashboard(target: MonitoringTarget): Dashboard {
  return dashboard({
    ...objectScope(target, 'application', 'Application'),
    rows: [traffic, processes, marketDataRow(target), security, ...notificationsRow(target), errorsRow],
  });
}
