import { describe, expect, it } from 'vitest';
import { ALERT_CASES } from './cases/index.ts';
import { fiveCases } from './five-cases.ts';
import { checkRules, failuresOf } from './promtool.ts';
import { SPECS, everyAlert, objectGroups, operatorGroups } from './rules-under-test.ts';

const keyOfCase = ({ name, severity }: (typeof ALERT_CASES)[number]): string => `${name} ${severity}`;

describe('rules', () => {
  it.each(Object.entries(SPECS))('of an object (%s) pass every lint of promtool', async (_name, spec) => {
    expect(await checkRules(objectGroups(spec))).toMatchObject({ code: 0 });
  });

  it('of the operator pass every lint of promtool', async () => {
    expect(await checkRules(operatorGroups())).toMatchObject({ code: 0 });
  });

  it('that are wrong are refused by the same check', async () => {
    const [group] = operatorGroups();
    if (group === undefined) throw new Error('no group');
    const twice = [...group.rules, ...group.rules];
    expect(await checkRules([{ ...group, rules: twice }])).toMatchObject({ code: 3 });
  });
});

describe('alerts', () => {
  it('have a test each', () => {
    const tested = new Set(ALERT_CASES.map(keyOfCase));
    const rules = [...everyAlert().keys()].filter((key) => !key.includes('BudgetBurn'));
    expect(rules.filter((key) => !tested.has(key))).toEqual([]);
    expect([...tested].filter((key) => !rules.includes(key))).toEqual([]);
  });

  it.each(ALERT_CASES.map((one, index) => ({ title: `${keyOfCase(one)} (${index})`, one })))(
    '$title: firing, not firing, resolving, absent, replaced',
    async ({ one }) => {
      expect(await failuresOf([fiveCases(one)])).toBe('');
    },
  );
});
