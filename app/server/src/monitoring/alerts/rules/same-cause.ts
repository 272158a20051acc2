import { hasLabels, type Labels } from '../../history/labels.ts';

/** An alert of another rule. */
interface Cause {
  readonly rule: string;
  /** Which it has at least. */
  readonly labels: Labels;
}

const of = (rule: string, labels: Labels = {}): Cause => ({ rule, labels });

/** What is said of a component is said better by the rule that knows the matter. */
const OF_COMPONENTS: Readonly<Record<string, Cause>> = {
  mail: of('NotificationChannelFailing', { channel: 'email' }),
  webhook: of('NotificationChannelFailing', { channel: 'webhook' }),
  api: of('ServerMissing'),
  'job-queue': of('JobsWaitingLong'),
  'database-volume': of('DatabaseVolumeFilling'),
  alerts: of('AlertsNotJudged'),
};

const RULE = 'ComponentDegraded';

/** Rules that may tell of the same as this one. */
export function rulesOfSameCause(rule: string): string[] {
  return rule === RULE ? [...new Set(Object.values(OF_COMPONENTS).map((cause) => cause.rule))] : [];
}

/** Whether one of these alerts, which are pending or fire, tells of the same as one of this rule with these labels. */
export function isToldByAnother(rule: string, labels: Labels, active: readonly Cause[]): boolean {
  const cause = rule === RULE ? OF_COMPONENTS[labels['component'] ?? ''] : undefined;
  return (
    cause !== undefined &&
    active.some((one) => one.rule === cause.rule && hasLabels(one.labels, cause.labels))
  );
}
