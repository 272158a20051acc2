import { BURN_RATES } from '../rules/slo.ts';
import type { Dashboard, MonitoringTarget } from '../types.ts';
import { dashboard, type Panel, type Row } from './model.ts';
import { objectScope, of, ofRecord } from './object-scope.ts';

type Record = 'stock_analysis:http_requests' | 'stock_analysis:http_requests_slow';
type Slo = 'availability' | 'latency';

const PERIOD = '30d';

/** Severity `none` is there for what it mutes. */
const FIRING = of('ALERTS', { alertstate: 'firing', severity: '!=none' });

/** The budget as one number without labels, to divide any series by. */
const budget = (slo: Slo): string => `scalar(max(${ofRecord('stock_analysis:slo:error_budget', { slo })}))`;

function remaining(record: Record, slo: Slo): string {
  const average = (of_: 'bad' | 'all'): string =>
    `sum(avg_over_time(${ofRecord(`${record}:${of_}_rate5m`)}[${PERIOD}]))`;
  return `1 - ${average('bad')} / (${average('all')} > 0) / ${budget(slo)}`;
}

function burning(record: Record, slo: Slo): Panel {
  const windows = ['5m', '1h', '6h', '1d', '3d'] as const;
  return {
    title: 'How fast the budget burns',
    description: `Share of bad requests over the share that may be bad, by window. At 1 the budget lasts for exactly its time; alerts: ${BURN_RATES.map(({ factor, long, short }) => `${factor} over ${long} and ${short}`).join(', ')}.`,
    unit: 'none',
    limit: 1,
    queries: windows.map((window) => ({
      expr: `${ofRecord(`${record}:error_ratio_rate${window}`)} / ${budget(slo)}`,
      legend: window,
    })),
  };
}

function row(title: string, record: Record, slo: Slo, bad: string): Row {
  return {
    title,
    panels: [
      {
        title: 'Budget that is left',
        description: `Of the requests of ${PERIOD} that may be bad, the share that has not been. Below zero the promise is broken. It knows what Prometheus still has, 15 days unless it was told to keep more; requests that reached no server cost nothing of it, since nobody counted them.`,
        unit: 'percentunit',
        isStat: true,
        least: 0,
        queries: [{ expr: remaining(record, slo), legend: 'left' }],
      },
      burning(record, slo),
      {
        title: `Requests that ${bad}`,
        description:
          'Bad requests and all of users, per second. Probes and paths that do not exist are left out.',
        unit: 'reqps',
        queries: [
          { expr: ofRecord(`${record}:bad_rate5m`), legend: 'bad' },
          { expr: ofRecord(`${record}:all_rate5m`), legend: 'all' },
        ],
      },
    ],
  };
}

/** What was promised in `spec.monitoring.slo`, and how much of it is left. */
export function sloDashboard(target: MonitoringTarget): Dashboard {
  return dashboard({
    ...objectScope(target, 'slo', 'SLO'),
    rows: [
      row('Availability', 'stock_analysis:http_requests', 'availability', 'failed'),
      row('Latency of reading requests', 'stock_analysis:http_requests_slow', 'latency', 'were slow'),
      {
        title: 'Alerts',
        panels: [
          {
            title: 'Alerts that fire',
            description: 'How many alerts on this object fire; who was told of them is in Alertmanager.',
            unit: 'short',
            isStat: true,
            limit: 1,
            queries: [{ expr: `count(${FIRING}) or vector(0)`, legend: 'firing' }],
          },
          {
            title: 'Alerts by name',
            description: 'Alerts on this object that fire or fired, by name and severity.',
            unit: 'short',
            queries: [
              { expr: `count by (alertname, severity) (${FIRING})`, legend: '{{alertname}} ({{severity}})' },
            ],
          },
          {
            title: 'Condition Ready',
            description: 'What the operator says of the object: 1 at the present status.',
            unit: 'none',
            queries: [
              {
                expr: `max by (status) (${of('stock_analysis_object_condition', { type: 'Ready' })})`,
                legend: '{{status}}',
              },
            ],
          },
        ],
      },
    ],
  });
}
