import { quoted, series } from '../../operator/src/resources/monitoring/promql.ts';
import type { AlertRule, RuleGroup } from '../../operator/src/resources/monitoring/types.ts';
import type { AlertCase, Behaviour } from './alert-case.ts';
import type { Expectation, InputSeries, Suite, UnitTest } from './promtool.ts';
import { isAlert, keyOf, objectGroups, operatorGroups } from './rules-under-test.ts';
import { notation, type Phase } from './timeline.ts';

const BEFORE_MINUTES = 20;
const MORE_MINUTES = 10;
/** How long nothing at all is watched. */
const ABSENT_MINUTES = 60;

type Side = 'good' | 'bad' | 'gone';

/** The groups that this alert needs, with no other alert in them: three days of all rules take minutes. */
export function groupsFor({ name, severity, spec, needsRecords }: AlertCase): readonly RuleGroup[] {
  return [...objectGroups(spec), ...operatorGroups()].flatMap((group) => {
    const wanted = group.rules.filter((rule) =>
      isAlert(rule) ? keyOf(rule) === `${name} ${severity}` : needsRecords === true,
    );
    return wanted.length === 0 ? [] : [{ ...group, rules: wanted }];
  });
}

function ruleOf(groups: readonly RuleGroup[]): AlertRule {
  const [rule, ...others] = groups.flatMap(({ rules }) => rules).filter(isAlert);
  if (rule === undefined || others.length > 0) throw new Error('exactly one rule must be under test');
  return rule;
}

/** Series of the kubelet know no object, those of the operator itself neither. */
function identityOf({ metric }: Behaviour, rule: AlertRule): Record<string, string> {
  const { namespace = '', stockanalysis } = rule.labels;
  return metric.startsWith('kubelet_') || stockanalysis === undefined
    ? { namespace }
    : { namespace, stockanalysis };
}

function input(
  rule: AlertRule,
  all: readonly Behaviour[],
  phases: readonly (readonly [Side, number])[],
): InputSeries[] {
  return all.map((behaviour) => {
    const { metric, labels = {}, kind, start = 0 } = behaviour;
    const timeline = phases.map(([side, samples]): Phase => {
      const value = side === 'gone' ? 'absent' : behaviour[side];
      if (value === 'absent') return { samples, absent: true };
      return kind === 'gauge' ? { samples, value } : { samples, increment: value };
    });
    return {
      series: series(metric, { ...identityOf(behaviour, rule), ...labels }),
      values: notation(timeline, start),
    };
  });
}

/** Exactly this alert fires, with exactly these labels; undefined: it does not. */
export function firingAt(
  rule: AlertRule,
  time: string,
  labels: Readonly<Record<string, string>> | undefined,
): Expectation {
  const all = Object.entries({ alertname: rule.alert, alertstate: 'firing', ...labels, ...rule.labels });
  const text = all.map(([label, value]) => `${label}=${quoted(value)}`).join(',');
  return {
    expr: `ALERTS{alertname=${quoted(rule.alert)},alertstate="firing"}`,
    eval_time: time,
    exp_samples: labels === undefined ? [] : [{ labels: `ALERTS{${text}}`, value: 1 }],
  };
}

/** Neither pending nor firing. */
export const quietAt = (rule: AlertRule, time: string): Expectation => ({
  expr: `ALERTS{alertname=${quoted(rule.alert)}}`,
  eval_time: time,
  exp_samples: [],
});

/** No series at all: silence, but for the alerts that are there for it. */
function absentTest(rule: AlertRule, { absentFires, absentLabels = {} }: AlertCase): UnitTest {
  const expected =
    absentFires === undefined
      ? [quietAt(rule, `${ABSENT_MINUTES}m`)]
      : [firingAt(rule, `${absentFires - 1}m`, undefined), firingAt(rule, `${absentFires}m`, absentLabels)];
  return { name: 'absent', interval: '1m', input_series: [], promql_expr_test: expected };
}

/** What a target that takes the place of another one has of its own. */
const successor = ({ labels = {} }: Behaviour): Record<string, string> => ({
  ...labels,
  ...('pod' in labels ? { pod: `${labels['pod']}-next` } : {}),
  instance: 'next',
});

/**
 * Everything that told is replaced by its like, which shows that all is well: no longer than by the same series that comes
 * right is it held against that.
 */
function replacedTest(
  rule: AlertRule,
  { series: all, ends = 0 }: AlertCase,
  before: number,
  lasts: number,
): UnitTest {
  const over = before + lasts;
  const rest = ends + MORE_MINUTES;
  const gone = input(rule, all, [
    ['good', before],
    ['bad', lasts],
    ['gone', rest],
  ]);
  // What is counted of the database, and not of a process, goes on where it was.
  const next = all.map((one): Behaviour => {
    const begins = (one.start ?? 0) + before * counted(one.good) + lasts * counted(one.bad);
    return { ...one, labels: successor(one), start: begins };
  });
  const come = input(rule, next, [
    ['gone', over],
    ['good', rest],
  ]);
  return {
    name: 'replaced',
    interval: '1m',
    input_series: [...gone, ...come],
    promql_expr_test: [
      {
        expr: `count(ALERTS{alertname=${quoted(rule.alert)},alertstate="firing"}) > 0`,
        eval_time: `${over - 1}m`,
        exp_samples: [{ labels: '{}', value: 1 }],
      },
      firingAt(rule, `${over + ends}m`, undefined),
    ],
  };
}

const counted = (value: Behaviour['good']): number => (value === 'absent' ? 0 : value);

/** Firing, not firing, resolving, absent and replaced, for one rule. */
export function fiveCases(one: AlertCase): Suite {
  const groups = groupsFor(one);
  const rule = ruleOf(groups);
  const { fires, ends = 0, before = BEFORE_MINUTES, labels = {} } = one;
  const lasts = one.lasts ?? fires + MORE_MINUTES;
  const over = before + lasts;
  const at = (minute: number, isFiring: boolean): Expectation =>
    firingAt(rule, `${minute}m`, isFiring ? labels : undefined);
  const test = (
    name: string,
    phases: readonly (readonly [Side, number])[],
    expected: readonly Expectation[],
  ): UnitTest => ({
    name,
    interval: '1m',
    input_series: input(rule, one.series, phases),
    promql_expr_test: expected,
  });
  return {
    groups,
    interval: '1m',
    tests: [
      test(
        'firing',
        [
          ['good', before],
          ['bad', lasts],
        ],
        [at(before + fires - 1, false), at(before + fires, true), at(over - 1, true)],
      ),
      test('not firing', [['good', over]], [quietAt(rule, `${before - 1}m`), quietAt(rule, `${over - 1}m`)]),
      test(
        'resolving',
        [
          ['good', before],
          ['bad', lasts],
          ['good', ends + MORE_MINUTES],
        ],
        [at(over + ends - 1, true), at(over + ends, false)],
      ),
      absentTest(rule, one),
      replacedTest(rule, one, before, lasts),
    ],
  };
}

/** A test that fails on purpose: promtool then prints the alerts with their texts as they would be sent. */
export function printedTexts(one: AlertCase): Suite {
  const suite = fiveCases(one);
  const [firing] = suite.tests;
  if (firing === undefined) throw new Error('no test');
  const { promql_expr_test: _expected, ...rest } = firing;
  const minute = (one.before ?? BEFORE_MINUTES) + one.fires;
  const alertname = ruleOf(suite.groups).alert;
  return {
    ...suite,
    tests: [{ ...rest, alert_rule_test: [{ alertname, eval_time: `${minute}m`, exp_alerts: [] }] }],
  };
}
