import type { AlertCase, Behaviour } from '../alert-case.ts';

const LIVE = { marketData: { provider: 'AKTools' as const } };
const worker = { component: 'worker', pod: 'w' };

const lag = (good: number, bad: number): Behaviour => ({
  metric: 'stock_analysis_ingestion_lag_trading_days',
  labels: { ...worker, source: 'aktools' },
  kind: 'gauge',
  good,
  bad,
});

const unknown = (reason: string, good: number, bad: number): Behaviour => ({
  metric: 'stock_analysis_ingestion_lag_unknown',
  labels: { ...worker, source: 'aktools', reason },
  kind: 'gauge',
  good,
  bad,
});

const loads = (outcome: string, good: number, bad: number): Behaviour => ({
  metric: 'stock_analysis_ingestion_duration_seconds_count',
  labels: { ...worker, source: 'aktools', outcome },
  kind: 'counter',
  good,
  bad,
});

const held = (disposition: string, good: number, bad: number): Behaviour => ({
  metric: 'stock_analysis_quarantine_open_rows',
  labels: { ...worker, source: 'aktools', dataset: 'bars', disposition },
  kind: 'gauge',
  good,
  bad,
});

export const marketDataCases: readonly AlertCase[] = [
  {
    name: 'IngestionLagging',
    severity: 'warning',
    series: [lag(0, 1)],
    labels: { source: 'aktools' },
    fires: 180,
    ends: 15,
  },
  {
    name: 'IngestionLagging',
    severity: 'critical',
    series: [lag(2, 3)],
    labels: { source: 'aktools' },
    fires: 180,
    ends: 15,
  },
  ...['calendar', 'empty'].map((reason): AlertCase => ({
    name: 'IngestionLagUnknown',
    severity: 'warning',
    spec: LIVE,
    series: [unknown(reason, 0, 1), unknown('other', 0, 0)],
    labels: { source: 'aktools', reason },
    fires: 60,
    ends: 15,
  })),
  {
    name: 'MarketCalendarEnding',
    severity: 'warning',
    spec: LIVE,
    series: [
      {
        metric: 'stock_analysis_market_calendar_remaining_days',
        labels: worker,
        kind: 'gauge',
        good: 14,
        bad: 13,
      },
    ],
    fires: 60,
  },
  {
    name: 'IngestionFailing',
    severity: 'warning',
    // 2.94 an hour against 12.
    series: [loads('failed', 0.049, 0.2), loads('completed', 1, 1)],
    labels: { source: 'aktools' },
    before: 65,
    lasts: 65,
    fires: 2,
    ends: 59,
  },
  {
    name: 'QuarantineGrowing',
    severity: 'warning',
    // 101 more than 6 hours ago; what is only flagged waits for nobody.
    series: [held('held', 100, 201), held('flagged', 0, 5000)],
    before: 365,
    fires: 0,
  },
  {
    name: 'SourceCircuitOpen',
    severity: 'warning',
    spec: LIVE,
    series: [
      {
        metric: 'stock_analysis_upstream_circuit_openings',
        labels: { ...worker, operation: 'stock_value_em' },
        kind: 'gauge',
        good: 0,
        bad: 1,
      },
    ],
    labels: { operation: 'stock_value_em' },
    fires: 15,
  },
  {
    name: 'SourceContractBroken',
    severity: 'warning',
    spec: LIVE,
    series: [
      {
        metric: 'stock_analysis_contract_violations_total',
        labels: { ...worker, operation: 'stock_value_em', kind: 'html' },
        kind: 'counter',
        good: 0.049,
        bad: 0.2,
      },
    ],
    labels: { operation: 'stock_value_em' },
    before: 65,
    lasts: 65,
    fires: 0,
    ends: 59,
  },
];
