import type { OperatorRules, RuleContext } from './context.ts';

const FAILING_SHARE = 0.1;
const STUCK_SECONDS = 300;
const WAITING_KEYS = 20;

function presence({ series, subject, alert, identity }: RuleContext) {
  const up = series('up');
  return [
    alert({
      name: 'OperatorDown',
      severity: 'critical',
      expr: `max by (namespace) (${up} or (absent(${up}) - 1)) == 0`,
      for: '5m',
      summary: `${subject} does not run`,
      description: `For 5 minutes nothing of it has answered. Platforms go on serving; nothing is put right or rolled out. kubectl get pods -n ${identity['namespace']} -l app.kubernetes.io/component=operator`,
    }),
    alert({
      name: 'OperatorReplicaDown',
      severity: 'warning',
      expr: `${up} == 0`,
      for: '15m',
      summary: `A replica of ${subject} is down`,
      description: `{{ $labels.pod }} has not answered for 15 minutes. Where there are two, nobody takes over when the other one ends.`,
    }),
    alert({
      name: 'OperatorLeaderMissing',
      severity: 'critical',
      expr: `max by (namespace, name) (${series('leader_election_master_status')}) == 0`,
      for: '5m',
      summary: `No replica of ${subject} leads`,
      description: `For 5 minutes no replica has held the Lease {{ $labels.name }}, so none works.`,
    }),
  ];
}

function reconciles({ series, subject, alert }: RuleContext) {
  const rate = (
    metric: 'controller_runtime_reconcile_errors_total' | 'controller_runtime_reconcile_total',
  ): string => `sum by (namespace, controller) (rate(${series(metric)}[15m]))`;
  return [
    alert({
      name: 'OperatorReconcileErrors',
      severity: 'warning',
      expr: `${rate('controller_runtime_reconcile_errors_total')} / ${rate('controller_runtime_reconcile_total')} > ${FAILING_SHARE}`,
      for: '15m',
      summary: `Reconciles of ${subject} fail`,
      description: `{{ $value | humanizePercentage }} of the reconciles of {{ $labels.controller }} end in an error; the limit is ${FAILING_SHARE * 100} % over 15 minutes.`,
    }),
    alert({
      name: 'OperatorWorkerStuck',
      severity: 'warning',
      expr: `max by (namespace, controller) (${series('workqueue_longest_running_processor_seconds')}) > ${STUCK_SECONDS}`,
      for: '5m',
      summary: `A reconcile of ${subject} does not end`,
      description: `One reconcile of {{ $labels.controller }} has run for {{ $value | humanizeDuration }}; the limit is ${STUCK_SECONDS / 60} minutes.`,
    }),
    alert({
      name: 'OperatorQueueLong',
      severity: 'warning',
      expr: `sum by (namespace, controller) (${series('workqueue_depth', { priority: '0' })}) > ${WAITING_KEYS}`,
      for: '15m',
      summary: `Objects wait for ${subject}`,
      description: `{{ $value }} objects wait for {{ $labels.controller }} and have for 15 minutes; the limit is ${WAITING_KEYS}. Changes take effect late.`,
    }),
  ];
}

function requests({ series, subject, alert }: RuleContext) {
  const rate = (code: string): string =>
    `sum by (namespace) (rate(${series('rest_client_requests_total', code === '' ? {} : { code })}[5m]))`;
  return alert({
    name: 'OperatorAPIErrors',
    severity: 'warning',
    expr: `${rate('=~5..|<error>')} / ${rate('')} > ${FAILING_SHARE}`,
    for: '15m',
    summary: `The API server fails requests of ${subject}`,
    description: `{{ $value | humanizePercentage }} of its requests fail or are answered with 5xx; the limit is ${FAILING_SHARE * 100} %.`,
  });
}

/** The operator itself, once for all of its objects. */
export const operatorRules: OperatorRules = (context) => [
  { name: 'operator', rules: [...presence(context), ...reconciles(context), requests(context)] },
];
