import type { Row } from './model.ts';
import { of } from './object-scope.ts';

/** Nothing has gone wrong, or nobody asked for it, where there is no series yet. */
const orNone = (expr: string): string => `${expr} or on () vector(0)`;

/** What the platform writes down about itself. */
export const errorsRow: Row = {
  title: 'Errors and traces',
  panels: [
    {
      title: 'New errors',
      description:
        'Kinds of errors within a quarter of an hour that were never seen before, or only in an outage of the database (new), or that somebody had resolved (regressed). Any raises an alert; /monitoring/errors has them.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (reason) (increase(${of('stock_analysis_new_errors_total')}[15m]))`,
          legend: '{{reason}}',
        },
      ],
    },
    {
      title: 'Errors',
      description: 'Lines with level error or fatal per minute, of all processes, known kinds included.',
      unit: 'short',
      queries: [
        {
          expr: orNone(`sum by (level) (rate(${of('stock_analysis_tracked_errors_total')}[5m])) * 60`),
          legend: '{{level}}',
        },
      ],
    },
    {
      title: 'Spans',
      description:
        'Spans of traces per second that the collector took, and that were lost. Zero where no collector is configured.',
      unit: 'ops',
      queries: [
        {
          expr: orNone(`sum by (outcome) (rate(${of('stock_analysis_trace_spans_total')}[5m]))`),
          legend: '{{outcome}}',
        },
      ],
    },
    {
      title: 'Room on filesystems',
      description:
        'Share of each filesystem that a process writes to which is free. The component disk is in trouble below a tenth, where that is less than 10 GiB.',
      unit: 'percentunit',
      queries: [
        {
          expr: `min by (pod, mount) (${of('stock_analysis_filesystem_available_bytes')} / ${of('stock_analysis_filesystem_size_bytes')})`,
          legend: '{{pod}} {{mount}}',
        },
      ],
    },
    {
      title: 'Series of the processes',
      description:
        'Series that a process exposes, of 2,000 that it may; observations of labels beyond its bounds are in "other", per minute.',
      unit: 'short',
      limit: 2000,
      queries: [
        { expr: of('stock_analysis_metric_series'), legend: '{{pod}}' },
        {
          expr: orNone(
            `sum by (metric) (rate(${of('stock_analysis_metric_series_dropped_total')}[5m])) * 60`,
          ),
          legend: 'in "other": {{metric}}',
        },
      ],
    },
  ],
};
