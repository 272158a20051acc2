import { expect, it } from 'vitest';
import { builtinRules } from '../rules/builtin.ts';
import { type AlertRule, ruleDefinition } from '../rules/definition.ts';
import { unfitting } from './fitting.ts';

const WORDS = { severity: 'warning', summary: 's', description: 'd' };
const own = (name: string, condition: object): AlertRule => ({
  ...ruleDefinition.parse({ ...WORDS, condition }),
  name,
  origin: 'own',
});
const RULES: readonly AlertRule[] = [
  ...builtinRules(3_600, 300),
  own('ShopSilent', { kind: 'absence', metric: 'm', matchers: { shop: 'north' } }),
  own('ShopBusy', { kind: 'threshold', metric: 'm', limit: 1, by: ['shop', 'hour'] }),
];

it.each([
  [{ rule: 'DatabaseDown' }],
  [{ severity: 'critical' }],
  [{ rule: 'DatabaseDown', component: 'database' }],
  [{ rule: 'ComponentDegraded', component: 'backups' }],
  [{ rule: 'ShopSilent', shop: 'north', metric: 'm' }],
  [{ rule: 'ShopBusy', shop: 'any', hour: '3' }],
  [{ component: 'disk' }],
])('%j may fit an alert', (matchers) => {
  expect(unfitting(matchers, RULES)).toBeUndefined();
});

it.each([
  [{ rule: 'DatabaseDwon' }, 'matchers.rule', 'there is no rule DatabaseDwon'],
  [{ rule: 'ComponentDegraded', namespace: 'research' }, 'matchers.namespace', 'leave it out'],
  [{ stockanalysis: 'demo' }, 'matchers.stockanalysis', 'leave it out'],
  [{ rule: 'DatabaseDown', shop: 'north' }, 'matchers.shop', 'they have component'],
  [{ color: 'red' }, 'matchers.color', 'no rule makes alerts with this label'],
  [{ rule: 'DatabaseDown', component: 'disk' }, 'matchers', 'no alert of DatabaseDown ever has'],
  [{ rule: 'ComponentDegraded', component: 'toaster' }, 'matchers', 'no alert of ComponentDegraded ever has'],
  [{ rule: 'ComponentDegraded', component: 'disk' }, 'matchers', 'no alert of ComponentDegraded ever has'],
  [{ rule: 'ShopSilent', shop: 'south' }, 'matchers', 'no alert of ShopSilent ever has'],
  [{ shop: 'north', component: 'disk' }, 'matchers', 'no alert of any rule ever has'],
  [{ rule: 'DatabaseDown', severity: 'info' }, 'matchers.severity', 'no alert of DatabaseDown is ever info'],
])('%j never fits one', (matchers, parameter, detail) => {
  expect(unfitting(matchers, RULES)).toMatchObject({ parameter, detail: expect.stringContaining(detail) });
});
