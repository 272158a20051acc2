import { BY_OBJECT } from '../promql.ts';
import type { Severity } from '../types.ts';
import type { ObjectRules, RuleContext } from './context.ts';
import { inhibitor, type Aftermath } from './inhibitor.ts';
import { bestReach, hasSchema, wasSuspended } from './platform-state.ts';

const DEADLOCKS = 2;
const WAITING_LOCKS = 5;
const LONG_TRANSACTION_SECONDS = 900;

/** How long a database may take to come back from a suspension: a node is added, a volume attached, an image pulled. */
const WAKING = '15m';

/**
 * Down is what no process of the application reaches. Where none of them says anything, the operator's own connection
 * decides, provided that there is a schema: a new object whose database is on its way wakes nobody, and neither does one
 * that is woken.
 */
function down(context: RuleContext): string {
  const notReady = context.series('stock_analysis_object_condition', {
    type: 'DatabaseReady',
    status: 'False',
  });
  const seen = bestReach(context);
  const lost = `max ${BY_OBJECT} (${notReady}) == 1 and ${hasSchema(context)} unless ${wasSuspended(context, WAKING)}`;
  return `${seen} == 0 or (${lost} unless ${seen})`;
}

const DOWN_FOR = '1m';
/**
 * For how long after its end a database that was away is seen in what follows from it: ranges look back over 10 minutes, and
 * the shorter window of the second burn rate over 30. Whoever was told of the cause would be told of its traces then.
 */
const AFTERMATH = [
  { name: 'DatabaseDownInhibitor', lasts: '15m', mutes: 'errors, slowness, limits, loads and the audit log' },
  { name: 'DatabaseDownBudgetInhibitor', lasts: '35m', mutes: 'the budgets of errors' },
] as const satisfies readonly Aftermath[];

function availability(context: RuleContext) {
  const { series, subject, alert } = context;
  return [
    alert({
      name: 'DatabaseDown',
      severity: 'critical',
      expr: down(context),
      for: DOWN_FOR,
      summary: `The database of ${subject} does not answer`,
      description: `No process of the platform has reached PostgreSQL for a minute. Whatever needs data answers 503 until it is back.`,
    }),
    alert({
      name: 'DatabasePoolExhausted',
      severity: 'warning',
      expr: `${series('stock_analysis_database_pool_connections', { state: 'waiting' })} > 0`,
      for: '5m',
      summary: `Requests of ${subject} wait for a connection to the database`,
      description: `In {{ $labels.pod }} {{ $value }} requests wait for a connection of the pool, for 5 minutes on end. Slow queries hold them, or there is more load than the pool is made for.`,
    }),
  ];
}

function inhibitors(context: RuleContext) {
  const cause = {
    expr: down(context),
    for: DOWN_FOR,
    what: `The database of ${context.subject} does not answer`,
  };
  return AFTERMATH.map((aftermath) => inhibitor(context, cause, aftermath));
}

function connectionsHigh(
  { series, subject, alert }: RuleContext,
  severity: Severity,
  percent: number,
  minutes: number,
) {
  const used = `max ${BY_OBJECT} (${series('stock_analysis_database_connections')})`;
  const limit = `max ${BY_OBJECT} (${series('stock_analysis_database_connections_limit')})`;
  return alert({
    name: 'DatabaseConnectionsHigh',
    severity,
    expr: `${used} / ${limit} > ${percent / 100}`,
    for: `${minutes}m`,
    summary: `The connections of the database of ${subject} run out`,
    description: `{{ $value | humanizePercentage }} of max_connections are in use; the limit is ${percent} %. At 100 % nobody can connect, the operator included.`,
  });
}

function transactionIdAge({ series, subject, alert }: RuleContext, severity: Severity, millions: number) {
  return alert({
    name: 'DatabaseTransactionIdAge',
    severity,
    expr: `max ${BY_OBJECT} (${series('stock_analysis_database_transaction_id_age')}) > ${millions * 1e6}`,
    for: '15m',
    summary: `The database of ${subject} is not vacuumed in time`,
    description: `The oldest transaction id is {{ $value | humanize }} old; the limit is ${millions} million. At about 2.1 billion PostgreSQL stops taking writes.`,
  });
}

function contention({ series, subject, alert }: RuleContext) {
  return [
    alert({
      name: 'DatabaseDeadlocks',
      severity: 'warning',
      expr: `max ${BY_OBJECT} (increase(${series('stock_analysis_database_deadlocks_total')}[15m])) > ${DEADLOCKS}`,
      summary: `Transactions of ${subject} lock each other out`,
      description: `About {{ $value | humanize }} deadlocks within 15 minutes; more than ${DEADLOCKS} are no accident. PostgreSQL's log names both statements of each.`,
    }),
    alert({
      name: 'DatabaseLocksWaiting',
      severity: 'warning',
      expr: `max ${BY_OBJECT} (${series('stock_analysis_database_locks_waiting')}) > ${WAITING_LOCKS}`,
      for: '5m',
      summary: `Statements in the database of ${subject} wait for locks`,
      description: `{{ $value }} locks are waited for; more than ${WAITING_LOCKS} for 5 minutes mean that one transaction holds up the others.`,
    }),
    alert({
      name: 'DatabaseLongTransaction',
      severity: 'warning',
      expr: `max ${BY_OBJECT} (${series('stock_analysis_database_longest_transaction_seconds')}) > ${LONG_TRANSACTION_SECONDS}`,
      for: '5m',
      summary: `A transaction of ${subject} has been open for long`,
      description: `The oldest open transaction of the application began {{ $value | humanizeDuration }} ago; the limit is ${LONG_TRANSACTION_SECONDS / 60} minutes. It keeps vacuum from cleaning up, and perhaps others from writing.`,
    }),
  ];
}

/** PostgreSQL, whoever runs it: what the application sees of it. */
export const databaseRules: ObjectRules = (context) => [
  {
    name: 'database',
    rules: [
      ...availability(context),
      ...inhibitors(context),
      connectionsHigh(context, 'warning', 80, 10),
      connectionsHigh(context, 'critical', 95, 5),
      transactionIdAge(context, 'warning', 500),
      transactionIdAge(context, 'critical', 1200),
      ...contention(context),
    ],
  },
];
