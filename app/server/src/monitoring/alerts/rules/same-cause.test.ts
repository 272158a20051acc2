import { expect, it } from 'vitest';
import { builtinRules } from './builtin.ts';
import { isToldByAnother, rulesOfSameCause } from './same-cause.ts';

const RULE = 'ComponentDegraded';
const told = (component: string, rule: string): boolean =>
  isToldByAnother(RULE, { component }, [{ rule, labels: {} }]);

it('knows rules that there are', () => {
  const names = builtinRules(0, 300).map(({ name }) => name);
  expect(rulesOfSameCause(RULE).length).toBeGreaterThan(0);
  expect(names).toEqual(expect.arrayContaining(rulesOfSameCause(RULE)));
});

it('leaves a volume that fills up to the rule that says how full it is, and its other troubles to nobody else', () => {
  expect(told('database-volume', 'DatabaseVolumeFilling')).toBe(true);
  expect(told('database-volume', 'JobsWaitingLong')).toBe(false);
  expect(isToldByAnother(RULE, { component: 'database-volume' }, [])).toBe(false);
});
