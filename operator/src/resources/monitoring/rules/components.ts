import { AFTER_THE_CAUSE, type ObjectRules } from './context.ts';
import { health } from './platform-state.ts';

/** What another alert says better: by figures that say how much, or with the name of the channel. */
const TOLD_BY_OTHERS = ['database-volume', 'memory', 'event-loop', 'mail', 'webhook', 'alerts'];

/** What the processes say of themselves and of what they depend on, in words and not in figures. */
export const componentRules: ObjectRules = (context) => [
  {
    name: 'components',
    rules: [
      context.alert({
        name: 'ComponentDegraded',
        severity: 'warning',
        // The worst word of all processes, as health itself counts.
        expr: `min by (namespace, stockanalysis, exported_component) (${health(context, `!~${TOLD_BY_OTHERS.join('|')}`)}) < 1`,
        for: '5m',
        summary: `A part of ${context.subject} is in trouble`,
        description: `{{ $labels.exported_component }} is degraded or down for 5 minutes, as one of the processes at least sees it. GET /monitoring/health on the management port says why, since when, and what was last good.`,
      }),
      context.alert({
        name: 'NewErrors',
        severity: 'warning',
        expr: `sum by (namespace, stockanalysis, reason) (increase(${context.series('stock_analysis_new_errors_total')}[15m])) > 0`,
        for: AFTER_THE_CAUSE,
        summary: `Errors of ${context.subject} are of a kind that is new`,
        description: `About {{ $value | humanize }} kinds within 15 minutes are {{ $labels.reason }}: new, never seen before or only in an outage of the database; regressed, somebody had said that they are mended. GET /monitoring/errors has them.`,
      }),
    ],
  },
];
