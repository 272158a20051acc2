import { describe, expect, it } from 'vitest';
import { builtinRules } from '../../app/server/src/monitoring/alerts/rules/builtin.ts';
import { condition as conditionSchema } from '../../app/server/src/monitoring/alerts/rules/definition.ts';
import {
  CONDITION_FIELDS,
  CONDITION_KINDS,
  conditionOf,
  conditionText,
  fieldName,
  fieldTextOf,
  isConditionKind,
} from '../../app/web/src/monitoring/alerts/conditions.ts';

const RULES = builtinRules(3_600, 900).map((rule) => [rule.name, rule] as const);

const kinds = conditionSchema.options.map((option) => {
  const { kind, ...fields } = option.shape;
  return [kind.value, Object.keys(fields)] as const;
});

describe('the form of a rule', () => {
  it('offers every kind of condition that the server judges, with all of its fields', () => {
    expect(kinds.map(([kind]) => kind).toSorted()).toEqual(CONDITION_KINDS.toSorted());
    for (const [kind, fields] of kinds)
      expect(CONDITION_FIELDS[kind].map(({ name }) => name).toSorted()).toEqual(fields.toSorted());
  });

  it.each(RULES)('says of %s what the rule says, when nothing is changed', (_name, { condition }) => {
    const { kind } = condition;
    if (!isConditionKind(kind)) throw new Error('the page does not know conditions of this kind');
    const shown = new Map(
      CONDITION_FIELDS[kind].map((field) => [fieldName(field.name), fieldTextOf(field, condition)]),
    );
    const sent = conditionOf(kind, { optional: (name) => shown.get(name) });
    expect(conditionSchema.parse(sent)).toEqual(condition);
  });

  it.each(RULES)('has words for the condition of %s', (_name, { condition }) => {
    expect(conditionText(condition)).not.toMatch(/undefined|\?|\[object|\{"/);
  });
});
