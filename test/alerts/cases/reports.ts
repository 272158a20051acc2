import type { AlertCase } from '../alert-case.ts';

const attempts = (outcome: string, good: number, bad: number) =>
  ({
    metric: 'stock_analysis_operations_reports_total',
    labels: { component: 'worker', pod: 'a', kind: 'daily', outcome },
    kind: 'counter',
    good,
    bad,
  }) as const;

export const reportCases: readonly AlertCase[] = [
  {
    name: 'OperationsReportFailing',
    severity: 'warning',
    // 4.5 in 15 minutes against 15.
    series: [attempts('failed', 0.3, 1), attempts('made', 1, 1)],
    labels: { kind: 'daily' },
    before: 20,
    lasts: 30,
    fires: 5,
    ends: 14,
  },
];
