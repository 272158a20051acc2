import { z } from 'zod';
import { type AlertRule, ruleDefinition } from './definition.ts';

type Words = z.input<typeof ruleDefinition>;

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Workers may be several, and each tells of the one volume. */
const FILL_OF_VOLUME = {
  kind: 'threshold',
  metric: 'stock_analysis_database_volume_fill_ratio',
  reduce: 'last',
} as const;

/**
 * Rules of the platform. Each has a page in docs/runbooks, and a sister among the rules that the operator writes for
 * Prometheus where the same can be seen from there. `StockAnalysis` before the name of a sister is all that differs.
 */
const RULES: Readonly<Record<string, Words>> = {
  DatabaseDown: {
    severity: 'critical',
    summary: 'the database does not answer',
    description:
      '{{detail}}. Nothing is loaded and nothing is answered but what is in memory. Look at the pod of PostgreSQL, its log and its disk.',
    condition: { kind: 'component', component: 'database', from: 'down' },
    forSeconds: 30,
    keepFiringSeconds: 30,
  },
  ComponentDegraded: {
    severity: 'warning',
    summary: '{{labels.component}} is in trouble',
    description:
      '{{detail}}. /monitoring/health on the management port says since when, and what was last good.',
    condition: { kind: 'component', component: '*', except: ['database', 'disk', 'memory', 'event-loop'] },
    forSeconds: 5 * MINUTE,
    keepFiringSeconds: 5 * MINUTE,
    inhibitedBy: ['DatabaseDown'],
  },
  RequestsFailing: {
    severity: 'critical',
    summary: '{{detail}} requests fail inside of the server',
    description:
      'Of the answers of 10 minutes a share of {{value}} is 5xx, more than {{limit}}. /monitoring/errors groups what was thrown; the log has each by its request id.',
    condition: {
      kind: 'ratio',
      metric: 'http_requests_total',
      part: { status_class: '5xx' },
      windowSeconds: 10 * MINUTE,
      fewest: 5,
      limit: 0.05,
      clear: 0.01,
    },
    forSeconds: 2 * MINUTE,
    inhibitedBy: ['DatabaseDown'],
  },
  AnswersSlow: {
    severity: 'warning',
    summary: '95 of 100 requests take up to {{value}} s',
    description: 'The bound is {{limit}} s. GET /monitoring/performance has the slow routes and statements.',
    condition: {
      kind: 'threshold',
      metric: 'http_request_duration_seconds',
      matchers: { quantile: '0.95' },
      windowSeconds: 5 * MINUTE,
      limit: 2.5,
      clear: 1,
    },
    forSeconds: 5 * MINUTE,
    inhibitedBy: ['DatabaseDown'],
  },
  ServerMissing: {
    severity: 'critical',
    summary: 'no server writes its samples',
    description:
      'Nothing of a server came for more than {{limit}} s, and it still does not. Look at the pods of the server: they may not run, or not reach the database.',
    condition: {
      kind: 'absence',
      metric: 'stock_analysis_build_info',
      matchers: { role: 'server' },
      absentSeconds: 2 * MINUTE,
    },
    // The first servers of a platform, and those of an upgrade, need their time to start.
    forSeconds: 3 * MINUTE,
    inhibitedBy: ['DatabaseDown'],
  },
  DiskAlmostFull: {
    severity: 'warning',
    summary: 'a disk is almost full',
    description: '{{detail}}. A process that cannot write its files stops; free or grow it.',
    condition: { kind: 'component', component: 'disk' },
    forSeconds: 5 * MINUTE,
    keepFiringSeconds: 5 * MINUTE,
  },
  DatabaseVolumeFilling: {
    severity: 'warning',
    summary: 'the volume of the database is filling up',
    description:
      '{{value}} of it are used, more than {{limit}}; where it has more than 50 GiB that is of the last 50, and /monitoring/health has the bytes. When it is full PostgreSQL stops, and all else with it: raise spec.database.builtIn.storage.size.',
    condition: { ...FILL_OF_VOLUME, limit: 0.8, clear: 0.78 },
    forSeconds: 5 * MINUTE,
    keepFiringSeconds: 5 * MINUTE,
    inhibitedBy: ['DatabaseVolumeAlmostFull'],
  },
  DatabaseVolumeAlmostFull: {
    severity: 'critical',
    summary: 'the volume of the database is almost full',
    description:
      '{{value}} of it are used, more than {{limit}}; where it has more than 50 GiB that is of the last 50, and /monitoring/health has the bytes. When it is full PostgreSQL stops, and all else with it: raise spec.database.builtIn.storage.size now.',
    condition: { ...FILL_OF_VOLUME, limit: 0.9, clear: 0.88 },
    forSeconds: 5 * MINUTE,
    keepFiringSeconds: 5 * MINUTE,
  },
  MemoryAlmostFull: {
    severity: 'warning',
    summary: 'a process has used up most of its memory',
    description: '{{detail}}. The kernel is near to ending it: raise the limit, or look for a leak.',
    condition: { kind: 'component', component: 'memory' },
    forSeconds: 5 * MINUTE,
    keepFiringSeconds: 5 * MINUTE,
  },
  EventLoopBlocked: {
    severity: 'warning',
    summary: 'a process does not get round to its work',
    description:
      '{{detail}}. GET /monitoring/performance?kind=event-loop says since when, and what was slow at that time.',
    condition: { kind: 'component', component: 'event-loop' },
    forSeconds: 2 * MINUTE,
  },
  IngestionLagging: {
    severity: 'warning',
    summary: '{{value}} trading days are over of which {{labels.source}} lacks bars',
    description:
      'More than {{limit}}, and of a twentieth of the symbols at least. GET /api/v1/ingestions says what the loads wait for.',
    condition: {
      ...{ kind: 'threshold', metric: 'stock_analysis_ingestion_lag_trading_days', by: ['source'] },
      ...{ reduce: 'last', limit: 1 },
    },
    forSeconds: HOUR,
    keepFiringSeconds: 0,
    cooldownSeconds: 4 * HOUR,
    inhibitedBy: ['DatabaseDown'],
  },
  JobsWaitingLong: {
    severity: 'warning',
    summary: 'a job of the queue {{labels.queue}} has waited for {{value}} s',
    description: 'More than {{limit}} s. Look whether a worker runs, and what it is at.',
    condition: {
      ...{ kind: 'threshold', metric: 'stock_analysis_jobs_oldest_waiting_seconds', by: ['queue'] },
      ...{ reduce: 'last', limit: 1_800, clear: 60 },
    },
    forSeconds: 5 * MINUTE,
    inhibitedBy: ['DatabaseDown'],
  },
  NewErrors: {
    severity: 'warning',
    summary: 'errors that are {{labels.reason}}: {{value}} kinds within a quarter of an hour',
    description:
      'new: never seen before, or only in an outage of the database; regressed: somebody had said that they are mended. GET /monitoring/errors has them, what happened last comes first. Resolve or ignore what you know.',
    condition: {
      ...{ kind: 'rate', metric: 'stock_analysis_new_errors_total', by: ['reason'] },
      ...{ windowSeconds: 15 * MINUTE, perSeconds: 15 * MINUTE, limit: 0 },
    },
    forSeconds: MINUTE,
    // A release that brings several is one message, and so is a bad night. What an outage of the database brings is
    // not among them: it is counted apart, so that what begins when it is over is told.
    cooldownSeconds: 4 * HOUR,
  },
  MetricsStale: {
    severity: 'warning',
    summary: 'figures are missing: {{labels.query}}',
    description:
      'The query for them was not answered for {{value}} s, while the database answers others. Alerts that need them see nothing; the log of the process says why.',
    condition: {
      ...{ kind: 'threshold', metric: 'stock_analysis_query_age_seconds', by: ['query'] },
      ...{ reduce: 'last', limit: 5 * MINUTE },
    },
    forSeconds: MINUTE,
    inhibitedBy: ['DatabaseDown'],
  },
  AuditWritesFailing: {
    severity: 'critical',
    summary: 'the audit log does not take records',
    description: '{{value}} within 5 minutes were not written. The log of the server says why.',
    condition: {
      ...{ kind: 'rate', metric: 'stock_analysis_audit_failures_total' },
      ...{ windowSeconds: 5 * MINUTE, perSeconds: 5 * MINUTE, limit: 0 },
    },
    // After an outage of the database whoever tells of it must have written so, or this would be a second page.
    forSeconds: MINUTE,
    inhibitedBy: ['DatabaseDown'],
  },
  SignInsRefused: {
    severity: 'warning',
    summary: '{{value}} sign-ins within an hour were refused',
    description:
      'More than {{limit}}, which is far from what is usual at this time of day ({{detail}}). The audit log has each with its address.',
    condition: {
      kind: 'anomaly',
      metric: 'stock_analysis_logins_total',
      matchers: { outcome: 'refused' },
      direction: 'above',
      leastDifference: 30,
      // About three a minute: nobody forgets a password so often, whatever is usual.
      untilKnown: 200,
    },
    forSeconds: 0,
    cooldownSeconds: HOUR,
  },
  NotificationChannelFailing: {
    severity: 'critical',
    summary: 'the channel {{labels.channel}} carries nothing',
    description: 'Messages over it fail one after the other. GET /api/v1/notifications/deliveries says why.',
    condition: {
      ...{ kind: 'threshold', metric: 'stock_analysis_notification_channel_failing', by: ['channel'] },
      ...{ reduce: 'last', limit: 0 },
    },
    forSeconds: 0,
    keepFiringSeconds: 0,
  },
  IngestionLagUnknown: {
    severity: 'warning',
    summary: 'nobody can say how far the market data of {{labels.source}} is behind: {{labels.reason}}',
    description:
      'empty: no bar has been stored, so the first load does not get on; GET /api/v1/ingestions says why. calendar: the calendar of trading days has ended, and alerts on missing days see none after it.',
    condition: {
      ...{ kind: 'threshold', metric: 'stock_analysis_ingestion_lag_unknown', by: ['source', 'reason'] },
      ...{ reduce: 'last', limit: 0 },
    },
    forSeconds: HOUR,
    keepFiringSeconds: 0,
    cooldownSeconds: 4 * HOUR,
    inhibitedBy: ['DatabaseDown'],
  },
  MarketCalendarEnding: {
    severity: 'warning',
    summary: 'the calendar of trading days is known for {{value}} more days only',
    description:
      'Fewer than {{limit}}. After its end nobody can say which days are missing. It comes from the source once a day, and with a release of the platform when the exchanges have announced the next year.',
    condition: {
      ...{ kind: 'threshold', metric: 'stock_analysis_market_calendar_remaining_days', reduce: 'last' },
      ...{ direction: 'below', limit: 14 },
    },
    forSeconds: HOUR,
    keepFiringSeconds: 0,
    cooldownSeconds: 24 * HOUR,
  },
  AlertsNotJudged: {
    severity: 'critical',
    summary: 'alerts are not judged',
    description:
      '{{detail}}. Until that is mended nobody is told of anything but this and the database. A database that takes no writes is the usual cause.',
    condition: { kind: 'component', component: 'alerts' },
    // Several evaluations were missed by then.
    forSeconds: 0,
    keepFiringSeconds: 30,
  },
  DatabaseDegraded: {
    severity: 'warning',
    summary: 'the database is in trouble, and answers',
    description: '{{detail}}.',
    condition: { kind: 'component', component: 'database' },
    forSeconds: 5 * MINUTE,
    keepFiringSeconds: MINUTE,
    inhibitedBy: ['DatabaseDown', 'AlertsNotJudged'],
  },
};

/** Whether docs/runbooks has a page of that name: rules of people have none. */
export const hasRunbook = (rule: string): boolean => Object.hasOwn(RULES, rule);

/** Rules with a label that names the channel that an alert is about, or its component. */
const EXCEPT_CHANNEL: Readonly<Record<string, string>> = {
  NotificationChannelFailing: 'channel',
  ComponentDegraded: 'component',
};

/** Seconds after which an alert of a rule that says nothing of it is escalated, if nobody acknowledged it; 0: never. */
export function escalationOf(severity: unknown, escalateAfterSeconds: number): number {
  return severity === 'critical' ? escalateAfterSeconds : 0;
}

/**
 * @param escalateAfterSeconds a critical alert that nobody acknowledged is told again after it; 0: never
 * @param cooldownSeconds of rules that name none
 */
export function builtinRules(escalateAfterSeconds: number, cooldownSeconds: number): AlertRule[] {
  return Object.entries(RULES).map(([name, words]) => {
    const escalation = escalationOf(words.severity, escalateAfterSeconds);
    const definition = ruleDefinition.parse({ escalateAfterSeconds: escalation, cooldownSeconds, ...words });
    return Object.assign(definition, {
      name,
      origin: 'builtin' as const,
      exceptChannelOf: EXCEPT_CHANNEL[name],
    });
  });
}
