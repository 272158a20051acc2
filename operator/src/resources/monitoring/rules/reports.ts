import type { ObjectRules } from './context.ts';

/** A report that cannot be made is tried again each minute. */
const FAILED_ATTEMPTS = 5;

/** Operations reports: who waits for one does not see that it does not come. */
export const reportRules: ObjectRules = ({ series, subject, alert }) => [
  {
    name: 'reports',
    rules: [
      alert({
        name: 'OperationsReportFailing',
        severity: 'warning',
        expr: `sum by (namespace, stockanalysis, kind) (increase(${series('stock_analysis_operations_reports_total', { outcome: 'failed' })}[15m])) > ${FAILED_ATTEMPTS}`,
        for: '5m',
        summary: `Operations reports of ${subject} are not made`,
        description: `{{ $value | humanize }} attempts at the {{ $labels.kind }} report have failed within 15 minutes; the limit is ${FAILED_ATTEMPTS}. It is made as soon as an attempt succeeds; the log of the worker says what is wrong.`,
      }),
    ],
  },
];
