import type { ParameterError } from '../../../common/errors.ts';
import { COMPONENTS } from '../../health/component.ts';
import { hasLabels, type Labels } from '../../history/labels.ts';
import type { AlertRule, Condition } from '../rules/definition.ts';
import { labelsOf } from '../rules/sense.ts';

/** Messages carry them, so that people know which installation tells; alerts have none of them. */
const OF_MESSAGES: ReadonlySet<string> = new Set(['namespace', 'stockanalysis']);

/**
 * Why a silence fits no alert of any rule, as rules are now: it would lull whoever made it. Undefined: it may fit one.
 * Pure.
 */
export function unfitting(matchers: Labels, rules: readonly AlertRule[]): ParameterError | undefined {
  const { rule, severity, ...labels } = matchers;
  const named = rules.filter(({ name }) => rule === undefined || name === rule);
  if (rule !== undefined && named.length === 0)
    return {
      parameter: 'matchers.rule',
      detail: `there is no rule ${rule}; GET /monitoring/rules lists them`,
    };
  for (const label of Object.keys(labels)) {
    const problem = unknownLabel(label, named, rule);
    if (problem !== undefined) return { parameter: `matchers.${label}`, detail: problem };
  }
  const whose = rule === undefined ? 'of any rule' : `of ${rule}`;
  const severe = named.filter((one) => severity === undefined || severitiesOf(one).includes(severity));
  if (severe.length === 0)
    return { parameter: 'matchers.severity', detail: `no alert ${whose} is ever ${severity}` };
  if (severe.some(({ condition }) => mayHave(condition, labels))) return undefined;
  return {
    parameter: 'matchers',
    detail: `no alert ${whose} ever has all of these labels with these values`,
  };
}

function unknownLabel(
  label: string,
  named: readonly AlertRule[],
  rule: string | undefined,
): string | undefined {
  const known = new Set(named.flatMap(({ condition }) => labelsOf(condition)));
  if (known.has(label)) return undefined;
  if (OF_MESSAGES.has(label))
    return 'says in messages which installation tells, and is no label of its alerts; leave it out';
  const choice = known.size === 0 ? 'they have none' : `they have ${[...known].toSorted().join(', ')}`;
  return rule === undefined
    ? `no rule makes alerts with this label; ${choice}`
    : `alerts of ${rule} have no such label; ${choice}`;
}

/** An alert that nobody acknowledged becomes critical. */
function severitiesOf({ severity, escalateAfterSeconds }: AlertRule): readonly string[] {
  return escalateAfterSeconds > 0 ? [severity, 'critical'] : [severity];
}

function mayHave(condition: Condition, labels: Labels): boolean {
  const known = labelsOf(condition);
  if (!Object.keys(labels).every((label) => known.includes(label))) return false;
  if (condition.kind === 'absence')
    return hasLabels({ ...condition.matchers, metric: condition.metric }, labels);
  if (condition.kind !== 'component') return true;
  const { component: wanted } = labels;
  const { component, except } = condition;
  if (wanted === undefined) return true;
  return component === '*'
    ? COMPONENTS.some((one) => one === wanted) && !except.includes(wanted)
    : component === wanted;
}
