import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { RuleBody } from '../http/rules.dto.ts';
import { ruleDefinition } from './definition.ts';

const PAGE = readFileSync(new URL('../../../../../../docs/monitoring.md', import.meta.url), 'utf8');
const METRICS = [...PAGE.matchAll(/^\| `((?:stock_analysis|http)_[a-z_]+)` \|/gm)].map(([, name]) => name);

const described = z.record(z.string(), z.unknown());

/** What the OpenAPI document says of a field of a rule. */
const documented = (field: string) =>
  described.parse(Reflect.getMetadata('swagger/apiModelProperties', RuleBody.prototype, field));

function expectToBeARule(rule: unknown): void {
  const { condition } = ruleDefinition.parse(rule);
  expect(METRICS).toContain(condition.kind === 'component' ? undefined : condition.metric);
}

it('shows a rule in the OpenAPI document that can be written, of a metric that there is', () => {
  const [summary, description, condition] = ['summary', 'description', 'condition'].map(
    (field) => documented(field)['example'],
  );
  expectToBeARule({ severity: 'warning', summary, description, condition });
});

it('shows a rule on the page of monitoring that can be written, of a metric that there is', () => {
  const [, body = ''] = /monitoring\/rules\/\w+".* -d '([^']+)'/.exec(PAGE) ?? [];
  expectToBeARule(JSON.parse(body));
});

it('says the bounds and defaults of times', () => {
  expect(documented('forSeconds')).toMatchObject({ minimum: 0, maximum: 86_400, default: 60 });
  expect(documented('cooldownSeconds')).toMatchObject({ minimum: 0, maximum: 604_800, default: 900 });
});
