import type { ParameterError } from '../../../common/errors.ts';
import { COMPONENTS } from '../../health/component.ts';
import { quantileNamed } from '../../history/histograms.ts';
import type { RecordedMetric } from '../../history/metric-history.ts';
import type { SeriesKind } from '../../history/series.ts';
import type { Condition, RuleDefinition } from './definition.ts';
import { LABEL_FIELD, TEXT_FIELDS, fieldsOf } from './template.ts';

/**
 * What a rule says that can never mean anything, however well formed it is: it would be taken and never fire, or never end.
 * Judged when people write a rule and not when a stored one is read, so that one of an earlier release goes on.
 * @param others names of all rules that there are
 */
export function contradictionsOf(
  name: string,
  rule: RuleDefinition,
  others: ReadonlySet<string>,
): ParameterError[] {
  return [
    ...ofCondition(rule.condition),
    ...rule.inhibitedBy.flatMap((one, index) => ofInhibition(name, one, index, others)),
    ...(['summary', 'description'] as const).flatMap((parameter) =>
      ofTemplate(rule[parameter], rule.condition).map((detail) => ({ parameter, detail })),
    ),
  ];
}

/**
 * What is likely a slip, though it may come to mean something: a metric may be recorded later.
 * @param recorded metrics by name
 */
export function doubtsAbout(condition: Condition, recorded: ReadonlyMap<string, RecordedMetric>): string[] {
  if (condition.kind === 'component') return [];
  const { kind, metric } = condition;
  const is = recorded.get(metric);
  if (is === undefined)
    return [
      `nothing named ${metric} has been recorded so far; GET /monitoring/metrics/names lists what is: ${kind === 'absence' ? 'this rule fires until it is' : 'this rule does not fire until it is'}`,
    ];
  return [...ofKind(condition, is.kind), ...ofLabels(condition, is.labelsOf())];
}

function ofKind({ kind, metric }: MetricCondition, is: SeriesKind): string[] {
  if ((kind === 'rate' || kind === 'ratio') && is === 'gauge')
    return [`${metric} is a gauge, which does not count anything: threshold judges its value`];
  if (kind === 'threshold' && is === 'counter')
    return [
      `${metric} is a counter: of each sample what was added since the one before is judged; rate judges its growth in a time`,
    ];
  return [];
}

function ofLabels(condition: MetricCondition, known: ReadonlySet<string>): string[] {
  const { kind, metric, matchers } = condition;
  return Object.keys({ ...matchers, ...(kind === 'ratio' ? condition.part : {}) })
    .filter((label) => !known.has(label))
    .map(
      (label) =>
        `no series of ${metric} has had a label ${label} so far, only ${[...known].toSorted().join(', ')}: ${kind === 'absence' ? 'this rule fires until one has' : 'this rule does not fire until one has'}`,
    );
}

type MetricCondition = Exclude<Condition, { kind: 'component' }>;

const wrong = (field: string, detail: string): ParameterError => ({
  parameter: `condition.${field}`,
  detail,
});

function ofCondition(condition: Condition): ParameterError[] {
  if (condition.kind === 'component') return ofComponents(condition);
  const quantile = condition.matchers['quantile'];
  const found: ParameterError[] = [];
  if (quantile !== undefined && quantileNamed(quantile) === undefined)
    found.push(wrong('matchers.quantile', 'must be a number between 0 and 1, such as 0.95'));
  if (condition.kind === 'anomaly' && condition.leastDays > condition.days)
    found.push(wrong('leastDays', `must be at most days, which is ${condition.days}`));
  if ('clear' in condition && condition.clear !== undefined) {
    const { limit, clear } = condition;
    const direction = condition.kind === 'ratio' ? 'above' : condition.direction;
    if (direction === 'above' ? clear > limit : clear < limit)
      found.push(
        wrong(
          'clear',
          `must be ${direction === 'above' ? 'at most' : 'at least'} limit, which is ${limit}: an alert about what is ${direction} it ends on the other side`,
        ),
      );
  }
  return found;
}

const KNOWN: ReadonlySet<string> = new Set(COMPONENTS);
const CHOICE = `must be one of ${COMPONENTS.join(', ')}`;

function ofComponents({ component, except }: Extract<Condition, { kind: 'component' }>): ParameterError[] {
  return [
    ...(component === '*' || KNOWN.has(component) ? [] : [wrong('component', `${CHOICE}, or *`)]),
    ...except.flatMap((one, index) => (KNOWN.has(one) ? [] : [wrong(`except.${index}`, CHOICE)])),
  ];
}

function ofInhibition(
  name: string,
  by: string,
  index: number,
  others: ReadonlySet<string>,
): ParameterError[] {
  const parameter = `inhibitedBy.${index}`;
  if (by === name) return [{ parameter, detail: 'must be another rule: this one would never be told' }];
  if (others.has(by)) return [];
  return [{ parameter, detail: `there is no rule ${by}; GET /monitoring/rules lists them` }];
}

/** Names of the labels that an alert of the condition has. */
export function labelsOf(condition: Condition): readonly string[] {
  if (condition.kind === 'component') return ['component'];
  if (condition.kind === 'absence') return [...Object.keys(condition.matchers), 'metric'];
  return condition.by;
}

function ofTemplate(template: string, condition: Condition): string[] {
  const labels = labelsOf(condition);
  const choice = [...TEXT_FIELDS, ...labels.map((label) => LABEL_FIELD + label)]
    .map((field) => `{{${field}}}`)
    .join(', ');
  return fieldsOf(template).flatMap((field) => {
    const isKnown = field.startsWith(LABEL_FIELD)
      ? labels.includes(field.slice(LABEL_FIELD.length))
      : TEXT_FIELDS.some((one) => one === field);
    if (isKnown) return [];
    const shown = field.length > 64 ? `${field.slice(0, 64)}…` : field;
    return [`{{${shown}}} is nothing that an alert of this rule has; there are ${choice}`];
  });
}
