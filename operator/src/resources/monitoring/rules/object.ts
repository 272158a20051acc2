import { BY_OBJECT } from '../promql.ts';
import type { Severity } from '../types.ts';
import type { ObjectContext, ObjectRules, RuleContext } from './context.ts';

const REPAIRS = 5;
const WRITES = 30;
/** So long nobody may say anything while an operator starts anew, before days of waiting count from the beginning. */
const RESTART = '30m';

/** 1 while the condition has that status; each replica of the operator tells the present one. */
const condition = ({ series }: RuleContext, type: string, status: string): string =>
  `max ${BY_OBJECT} (${series('stock_analysis_object_condition', { type, status })}) == 1`;

function notReady(context: ObjectContext) {
  const { alert, subject, target } = context;
  return alert({
    name: 'ObjectNotReady',
    severity: 'warning',
    expr: condition(context, 'Ready', '!=True'),
    for: '15m',
    summary: `${subject} is not Ready`,
    description: `For 15 minutes the condition Ready has not been True. Its message names what is waited for: kubectl describe stockanalysis ${target.name} -n ${target.namespace}.`,
  });
}

function conditions(context: ObjectContext) {
  const { alert, subject } = context;
  return [
    alert({
      name: 'ObjectStalled',
      severity: 'warning',
      expr: condition(context, 'Stalled', 'True'),
      for: '5m',
      summary: `${subject} needs a change that the operator cannot make`,
      description: `The condition Stalled is True: nothing goes on until somebody changes what its message names.`,
    }),
    alert({
      name: 'RolloutPending',
      severity: 'info',
      expr: `max ${BY_OBJECT} (max_over_time(${context.series('stock_analysis_object_condition', { type: 'PendingRollout', status: 'True' })}[${RESTART}])) == 1`,
      for: '3d',
      summary: `${subject} runs older images or pod templates than its operator brings`,
      description: `For 3 days a rollout has waited to be allowed. The message of the condition PendingRollout says how.`,
    }),
  ];
}

function writing({ series, subject, alert }: RuleContext) {
  const sum = (
    metric: 'stock_analysis_object_drift_repairs_total' | 'stock_analysis_object_writes_total',
    window: string,
  ): string => `sum ${BY_OBJECT} (increase(${series(metric)}[${window}]))`;
  const asked = `max ${BY_OBJECT} (changes(${series('stock_analysis_object_generation')}[15m]))`;
  return [
    alert({
      name: 'DriftRepaired',
      severity: 'warning',
      expr: `${sum('stock_analysis_object_drift_repairs_total', '1h')} > ${REPAIRS}`,
      summary: `Somebody keeps changing what belongs to ${subject}`,
      description: `About {{ $value | humanize }} times within an hour a child was put back as the spec asks; the limit is ${REPAIRS}. Another controller or a person writes the same fields.`,
    }),
    alert({
      name: 'ObjectHotLoop',
      severity: 'warning',
      expr: `${sum('stock_analysis_object_writes_total', '15m')} > ${WRITES} and ${asked} == 0`,
      for: '15m',
      summary: `The operator keeps writing for ${subject}`,
      description: `About {{ $value | humanize }} writes within 15 minutes though the spec has not changed; the limit is ${WRITES}. In a steady state there are none.`,
    }),
  ];
}

/** Nothing renews it by itself: somebody chooses when the platform is away for the time of a restart. */
function certificate({ series, subject, alert, target }: ObjectContext, severity: Severity, days: number) {
  const expiry = series('stock_analysis_object_certificate_expiry_timestamp_seconds', {
    certificate: 'database',
  });
  return alert({
    name: 'DatabaseCertificateExpiring',
    severity,
    expr: `min ${BY_OBJECT} (${expiry}) - time() < ${days * 86_400}`,
    for: '1h',
    summary: `The certificate of the database of ${subject} expires`,
    description: `It is valid for {{ $value | humanizeDuration }}; the limit is ${days} days. It is not renewed by itself. Choose a time: with Secret ${target.name}-postgres-tls-N deleted, the operator makes another one, and PostgreSQL and the application start anew.`,
  });
}

/** What the operator says of the object. A suspended one is not Ready because somebody wants it so. */
export const objectRules: ObjectRules = (context) => [
  {
    name: 'object',
    rules: [
      ...(context.target.spec.suspend ? [] : [notReady(context)]),
      ...conditions(context),
      ...writing(context),
      ...(context.target.spec.database.mode === 'BuiltIn' && !context.target.spec.suspend
        ? [certificate(context, 'warning', 21), certificate(context, 'critical', 7)]
        : []),
    ],
  },
];
