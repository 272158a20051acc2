import { BY_OBJECT } from '../promql.ts';
import type { Severity } from '../types.ts';
import { AFTER_THE_CAUSE, type ObjectRules, type RuleContext } from './context.ts';

const FAILED_LOADS = 3;
const BROKEN_ANSWERS = 3;
const GROWTH_OF_QUARANTINE = 100;
const RESTART = '15m';
/** The exchanges announce a year about ten days before it begins. */
const CALENDAR_DAYS = 14;

/**
 * Days count by the exchange's calendar, so weekends and holidays are no lag; the application knows it. Looked at over a
 * while: the pause in which a worker starts anew must not let the hours begin anew. Where no worker tells of it what was
 * told last holds for a day: data does not become newer by nobody's looking.
 */
function daysBehind({ series }: RuleContext, days: number): string {
  const lag = series('stock_analysis_ingestion_lag_trading_days');
  const told = `max_over_time(${lag}[${RESTART}])`;
  const toldLast = `last_over_time(max by (namespace, stockanalysis, source) (${lag})[1d:5m])`;
  return `max by (namespace, stockanalysis, source) (${told}) >= ${days} or (${toldLast} >= ${days} unless on (namespace, stockanalysis) max ${BY_OBJECT} (${told}))`;
}

function lagging(context: RuleContext, severity: Severity, days: number, pending: string) {
  return context.alert({
    name: 'IngestionLagging',
    severity,
    expr: daysBehind(context, days),
    for: pending,
    summary: `Market data of ${context.subject} is behind`,
    description: `Of {{ $value }} trading days that are over, the bars of {{ $labels.source }} are not loaded, for ${pending} at least. Answers say how old their data is; analyses of today are not possible.`,
  });
}

/** What would keep the alert on a lag silent though data may be missing. */
function blindness({ series, subject, alert }: RuleContext) {
  const unknown = series('stock_analysis_ingestion_lag_unknown');
  return [
    alert({
      name: 'IngestionLagUnknown',
      severity: 'warning',
      expr: `max by (namespace, stockanalysis, source, reason) (max_over_time(${unknown}[${RESTART}])) == 1`,
      for: '1h',
      summary: `Nobody can say how far market data of ${subject} is behind`,
      description: `For an hour ({{ $labels.reason }}): empty means that no bar of {{ $labels.source }} has been stored, so the first load does not get on; calendar, that the calendar of trading days has ended. The alert on missing days sees nothing meanwhile.`,
    }),
    alert({
      name: 'MarketCalendarEnding',
      severity: 'warning',
      expr: `min ${BY_OBJECT} (${series('stock_analysis_market_calendar_remaining_days')}) < ${CALENDAR_DAYS}`,
      for: '1h',
      summary: `The calendar of trading days of ${subject} ends`,
      description: `It is known for {{ $value }} more days; the limit is ${CALENDAR_DAYS}. After its end nobody can say which days are missing. The next year comes from the source, or with a release of the platform.`,
    }),
  ];
}

function loads({ series, subject, alert }: RuleContext) {
  const failed = series('stock_analysis_ingestion_duration_seconds_count', { outcome: 'failed' });
  return [
    alert({
      name: 'IngestionFailing',
      severity: 'warning',
      expr: `sum by (namespace, stockanalysis, source) (increase(${failed}[1h])) > ${FAILED_LOADS}`,
      for: AFTER_THE_CAUSE,
      summary: `Loads of market data of ${subject} fail`,
      description: `About {{ $value | humanize }} attempts at loading {{ $labels.source }} failed within an hour; up to ${FAILED_LOADS} may be a passing fault, which is tried again by itself. /api/v1/ingestions tells the errors.`,
    }),
    alert({
      name: 'QuarantineGrowing',
      severity: 'warning',
      expr: openRows(series('stock_analysis_quarantine_open_rows', { disposition: 'held' })),
      summary: `Many rows of market data of ${subject} are held back`,
      description: `{{ $value }} rows more than 6 hours ago wait for a decision; the limit is ${GROWTH_OF_QUARANTINE}. They are not part of any answer until somebody decides: /api/v1/quarantine.`,
    }),
  ];
}

/** By subtraction and not by delta(): whichever worker counts, and since when, is of no matter. */
function openRows(selector: string): string {
  const counted = (past: string): string =>
    `sum ${BY_OBJECT} (max by (namespace, stockanalysis, source, dataset) (${selector}${past}))`;
  return `${counted('')} - ${counted(' offset 6h')} > ${GROWTH_OF_QUARANTINE}`;
}

function source({ series, subject, alert }: RuleContext) {
  const broken = series('stock_analysis_contract_violations_total');
  return [
    alert({
      name: 'SourceCircuitOpen',
      severity: 'warning',
      expr: `max by (namespace, stockanalysis, operation) (${series('stock_analysis_upstream_circuit_openings')}) > 0`,
      for: '15m',
      summary: `The source of market data of ${subject} is not asked`,
      description: `After failures {{ $labels.operation }} rests, for the {{ $value }}th time in a row, and has for 15 minutes. What is stored is served.`,
    }),
    alert({
      name: 'SourceContractBroken',
      severity: 'warning',
      expr: `sum by (namespace, stockanalysis, operation) (increase(${broken}[1h])) > ${BROKEN_ANSWERS}`,
      summary: `The source of market data of ${subject} answers in another shape`,
      description: `About {{ $value | humanize }} answers of {{ $labels.operation }} were refused within an hour because their shape is not the agreed one; the limit is ${BROKEN_ANSWERS}. A new AkShare may be needed.`,
    }),
  ];
}

export const marketDataRules: ObjectRules = (context) => [
  {
    name: 'market-data',
    rules: [
      lagging(context, 'warning', 1, '3h'),
      lagging(context, 'critical', 3, '3h'),
      ...loads(context),
      // The sample is a folder: it neither rests nor changes, and is never behind.
      ...(context.target.spec.marketData.provider === 'Sample'
        ? []
        : [...blindness(context), ...source(context)]),
    ],
  },
];
