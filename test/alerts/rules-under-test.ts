import { ALERT_PREFIX } from '../../operator/src/resources/monitoring/rules/context.ts';
import { alertGroups, operatorAlertGroups } from '../../operator/src/resources/monitoring/rules/index.ts';
import type {
  AlertRule,
  MonitoringFacts,
  RecordingRule,
  RuleGroup,
} from '../../operator/src/resources/monitoring/types.ts';
import { testTarget } from '../../operator/src/resources/testing/target.ts';
import type { StockAnalysisSpecInput } from '../../operator/src/api/index.ts';
import { WITH_CHANNEL } from './cases/notifications.ts';

export const FACTS: MonitoringFacts = {
  operatorNamespace: 'operators',
  runbookBaseURL: 'https://runbooks.example/',
};

/** Both providers and both modes of the database bring rules of their own; together these have every rule. */
export const SPECS: Readonly<Record<string, StockAnalysisSpecInput>> = {
  defaults: {},
  live: { marketData: { provider: 'AKTools' } },
  'another objective': {
    monitoring: { slo: { availability: '99.95', latency: { thresholdMilliseconds: 1000, objective: '95' } } },
  },
  'external database': { database: { mode: 'External', external: { secretRef: { name: 'theirs' } } } },
  'with a channel': WITH_CHANNEL,
  suspended: { suspend: true },
};

export const objectGroups = (spec: StockAnalysisSpecInput = {}): readonly RuleGroup[] =>
  alertGroups(testTarget(spec), FACTS);

export const operatorGroups = (): readonly RuleGroup[] => operatorAlertGroups(FACTS);

export const isAlert = (rule: AlertRule | RecordingRule): rule is AlertRule => 'alert' in rule;

export const rulesOf = (groups: readonly RuleGroup[]): readonly (AlertRule | RecordingRule)[] =>
  groups.flatMap(({ rules }) => rules);

export const alertsOf = (groups: readonly RuleGroup[]): readonly AlertRule[] =>
  rulesOf(groups).filter(isAlert);

/** Every alert of every spec, once for each name, severity and window. */
export function everyAlert(): ReadonlyMap<string, AlertRule> {
  const all = [...Object.values(SPECS).map(objectGroups), operatorGroups()].flatMap(alertsOf);
  return new Map(all.map((rule) => [keyOf(rule), rule]));
}

export const runbookName = ({ alert }: AlertRule): string => alert.slice(ALERT_PREFIX.length);

export const keyOf = (rule: AlertRule): string =>
  [runbookName(rule), rule.labels.severity, ...('window' in rule.labels ? [rule.labels['window']] : [])].join(
    ' ',
  );
