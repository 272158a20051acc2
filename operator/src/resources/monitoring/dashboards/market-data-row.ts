import type { MonitoringTarget } from '../types.ts';
import type { Panel, Row } from './model.ts';
import { of } from './object-scope.ts';

const rate = (selector: string): string => `rate(${selector}[5m])`;

const loads: readonly Panel[] = [
  {
    title: 'Trading days behind',
    description: 'Days of the exchange that are over and whose bars are missing. Alerts at 1 (3 h) and 3.',
    unit: 'short',
    limit: 1,
    queries: [
      {
        expr: `max by (source) (${of('stock_analysis_ingestion_lag_trading_days')})`,
        legend: '{{source}}',
      },
    ],
  },
  {
    title: 'Rows loaded',
    description: 'Rows of the source that were judged, per second.',
    unit: 'ops',
    queries: [
      {
        expr: `sum by (source) (${rate(of('stock_analysis_ingestion_rows_total'))})`,
        legend: '{{source}}',
      },
    ],
  },
  {
    title: 'Loads by outcome',
    description: 'Attempts at loads within an hour.',
    unit: 'short',
    queries: [
      {
        expr: `sum by (outcome) (increase(${of('stock_analysis_ingestion_duration_seconds_count')}[1h]))`,
        legend: '{{outcome}}',
      },
    ],
  },
  {
    title: 'Rows held back',
    description: 'Quarantined rows that nobody has decided about. Alert when they grow by 100 within 6 h.',
    unit: 'short',
    queries: [
      {
        expr: `sum by (dataset, disposition) (max by (source, dataset, disposition) (${of('stock_analysis_quarantine_open_rows')}))`,
        legend: '{{dataset}} {{disposition}}',
      },
    ],
  },
];

/** A sample is read from a file: nobody is called, and the panels would be empty for ever. */
const calls: readonly Panel[] = [
  {
    title: 'Days that the calendar knows',
    description:
      'Days after today of which it is known whether there is trading. Alert below 14; after its end nobody can say what is missing.',
    unit: 'short',
    least: 14,
    queries: [
      { expr: `min(${of('stock_analysis_market_calendar_remaining_days')})`, legend: 'days' },
      {
        expr: `max by (reason) (${of('stock_analysis_ingestion_lag_unknown')})`,
        legend: 'lag unknown: {{reason}}',
      },
    ],
  },
  {
    title: 'Calls of the source',
    description:
      'Calls per second by outcome, and those that were not sent because of a budget or after failures.',
    unit: 'reqps',
    queries: [
      {
        expr: `sum by (outcome) (${rate(of('stock_analysis_upstream_call_duration_seconds_count'))})`,
        legend: '{{outcome}}',
      },
      {
        expr: `sum by (reason) (${rate(of('stock_analysis_upstream_held_back_total'))})`,
        legend: 'not sent: {{reason}}',
      },
    ],
  },
  {
    title: 'Functions that rest',
    description: 'Cool-downs in a row of a function of the source after failures; 0: it is asked.',
    unit: 'short',
    queries: [
      {
        // What has not rested since the worker began is not told of, and is asked.
        expr: `max by (operation) (${of('stock_analysis_upstream_circuit_openings')}) or 0 * max by (operation) (${of('stock_analysis_upstream_call_duration_seconds_count')})`,
        legend: '{{operation}}',
      },
    ],
  },
];

/** Where the data comes from, and how old it is. */
export const marketDataRow = ({ spec }: MonitoringTarget): Row => ({
  title: 'Market data',
  panels: spec.marketData.provider === 'Sample' ? loads : [...loads, ...calls],
});
