import { describe, expect, it } from 'vitest';
import { observeRatio } from '../conditions/ratio.ts';
import { builtinRules } from './builtin.ts';
import { ruleName } from './definition.ts';
import { fill } from './template.ts';

const RULES = builtinRules(3_600, 300);

describe('the rules of the platform', () => {
  it.each(RULES)(
    '$name has a name, words that can be filled, and a bound that ends before it begins',
    (rule) => {
      expect(ruleName.parse(rule.name)).toBe(rule.name);
      const { condition } = rule;
      const { limit, clear = limit } = 'limit' in condition ? condition : { limit: 0 };
      const isAbove = !('direction' in condition) || condition.direction === 'above';
      expect(isAbove ? limit - clear : clear - limit).toBeGreaterThanOrEqual(0);
      // Every label that the words name is one that the condition gives.
      const given = 'by' in condition ? condition.by : condition.kind === 'component' ? ['component'] : [];
      for (const [, label] of `${rule.summary} ${rule.description}`.matchAll(/\{\{labels\.([a-z_]+)\}\}/g))
        expect(given).toContain(label);
    },
  );

  it('are inhibited by rules that there are', () => {
    const names = new Set(RULES.map(({ name }) => name));
    for (const { inhibitedBy } of RULES) for (const name of inhibitedBy) expect(names).toContain(name);
  });

  it('escalate what is critical, after the time that is configured', () => {
    for (const { severity, escalateAfterSeconds } of RULES)
      expect(escalateAfterSeconds).toBe(severity === 'critical' ? 3_600 : 0);
    expect(builtinRules(0, 300).every(({ escalateAfterSeconds }) => escalateAfterSeconds === 0)).toBe(true);
  });

  it('wait as long as is configured, but for what is told for longer', () => {
    const seconds = new Map(RULES.map(({ name, cooldownSeconds }) => [name, cooldownSeconds]));
    expect(seconds.get('DatabaseDown')).toBe(300);
    expect(seconds.get('SignInsRefused')).toBe(3_600);
  });
});

it('tell of requests that fail where there are few, but not of a single one', () => {
  const { condition, summary } = RULES.find(({ name }) => name === 'RequestsFailing') ?? {};
  const observe = (failed: number, good: number) =>
    condition?.kind === 'ratio'
      ? observeRatio(condition, [
          { kind: 'counter', labels: { status_class: '5xx' }, points: [{ at: 0, value: failed }] },
          { kind: 'counter', labels: { status_class: '2xx' }, points: [{ at: 0, value: good }] },
        ])[0]
      : undefined;
  // Half a request a minute.
  const few = observe(5, 0);
  expect(few?.state).toBe('breached');
  expect(few && fill(summary ?? '', few)).toBe('5 of 5 requests fail inside of the server');
  expect(observe(1, 0)?.state).toBe('within');
  expect(observe(40, 10_000)?.state).toBe('clear');
});

describe('the words of an alert', () => {
  it('have figures that people can read, and a dash for what is not known', () => {
    const observation = {
      labels: { mount: '/data' },
      state: 'breached' as const,
      value: 0.0712345,
      limit: 0.1,
    };
    expect(fill('{{value}} of {{ labels.mount }} under {{limit}}: {{detail}}', observation)).toBe(
      '0.07123 of /data under 0.1: –',
    );
    expect(fill('{{labels.other}} {{value}} {{nothing}}', { labels: {}, state: 'breached' })).toBe(
      '– – {{nothing}}',
    );
    expect(fill('{{value}}', { labels: {}, state: 'breached', value: 12_345_678 })).toBe('12345678');
  });
});
