import { BY_OBJECT } from '../promql.ts';
import { AFTER_THE_CAUSE, type ObjectRules, type RuleContext } from './context.ts';

const FAILURES_PER_MINUTE = 10;
const LOCKOUTS = 5;

function logins({ series, subject, alert }: RuleContext) {
  const outcome = (what: string): string => series('stock_analysis_logins_total', { outcome: what });
  return [
    alert({
      name: 'SignInsRefused',
      severity: 'warning',
      expr: `sum ${BY_OBJECT} (rate(${outcome('refused')}[10m])) * 60 > ${FAILURES_PER_MINUTE}`,
      for: '5m',
      summary: `Somebody tries passwords at ${subject}`,
      description: `{{ $value | humanize }} sign-ins per minute are refused; the limit is ${FAILURES_PER_MINUTE}. The audit log tells addresses and accounts.`,
    }),
    alert({
      name: 'AccountsLockedOut',
      severity: 'warning',
      expr: `sum ${BY_OBJECT} (increase(${outcome('locked')}[15m])) > ${LOCKOUTS}`,
      summary: `Accounts of ${subject} are locked out`,
      description: `About {{ $value | humanize }} sign-ins within 15 minutes met a locked account; the limit is ${LOCKOUTS}. The owners cannot sign in meanwhile.`,
    }),
  ];
}

function limits({ series, subject, alert }: RuleContext) {
  const decided = (decision: string): string =>
    `sum ${BY_OBJECT} (rate(${series('stock_analysis_rate_limit_decisions_total', { decision })}[5m])) > 0`;
  return [
    alert({
      name: 'RateLimitsFailingOpen',
      severity: 'warning',
      expr: decided('failed_open'),
      for: '5m',
      summary: `Rate limits of ${subject} do not hold across servers`,
      description: `Counts cannot be exchanged, so each server lets readers through by its own count alone: {{ $value | humanize }} requests per second for 5 minutes.`,
    }),
    alert({
      name: 'RateLimitsFailingClosed',
      severity: 'critical',
      expr: decided('failed_closed'),
      for: '5m',
      summary: `${subject} refuses what it cannot count`,
      description: `Sign-ins, writes and exports are answered with 503 because their count cannot be read: {{ $value | humanize }} per second for 5 minutes.`,
    }),
  ];
}

export const securityRules: ObjectRules = (context) => [
  {
    name: 'security',
    rules: [
      ...logins(context),
      ...limits(context),
      context.alert({
        name: 'AuditWritesFailing',
        severity: 'critical',
        expr: `sum ${BY_OBJECT} (increase(${context.series('stock_analysis_audit_failures_total')}[10m])) > 0`,
        for: AFTER_THE_CAUSE,
        summary: `Records of the audit log of ${context.subject} are lost or refused`,
        description: `About {{ $value | humanize }} records could not be written within 10 minutes. What they would have told of may have happened.`,
      }),
    ],
  },
];
