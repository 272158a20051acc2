import { describe, expect, it } from 'vitest';
import { builtinRules } from './builtin.ts';
import { condition as conditionSchema, ruleDefinition } from './definition.ts';
import { contradictionsOf, doubtsAbout } from './sense.ts';

const RULES = builtinRules(3_600, 300);
const NAMES = new Set(RULES.map(({ name }) => name));

const threshold = { kind: 'threshold', metric: 'm', limit: 1 };
const anomaly = { kind: 'anomaly', metric: 'm' };
const ratio = { kind: 'ratio', metric: 'm', part: { status_class: '5xx' }, limit: 0.1 };
const component = { kind: 'component', component: '*' };

/** Where a rule of these words contradicts itself. */
function contradictions(words: object): string[] {
  const rule = ruleDefinition.parse({
    severity: 'warning',
    summary: 'too much',
    description: 'look there',
    condition: threshold,
    ...words,
  });
  return contradictionsOf('Mine', rule, NAMES).map(({ parameter }) => parameter);
}

describe('a rule that people write', () => {
  it.each(RULES)('may be as $name is', (rule) => {
    expect(contradictionsOf(rule.name, rule, NAMES)).toEqual([]);
  });

  it.each([
    ...['2', '1', '0', 'abc', 'NaN', ''].map((quantile) => ({
      condition: { ...threshold, matchers: { quantile } },
      at: 'condition.matchers.quantile',
    })),
    { condition: { ...anomaly, matchers: { quantile: '95' } }, at: 'condition.matchers.quantile' },
    { condition: { ...threshold, clear: 5 }, at: 'condition.clear' },
    { condition: { ...threshold, direction: 'below', clear: 0.5 }, at: 'condition.clear' },
    { condition: { kind: 'rate', metric: 'm', limit: 1, clear: 1.1 }, at: 'condition.clear' },
    { condition: { ...ratio, clear: 0.2 }, at: 'condition.clear' },
    { condition: { ...anomaly, days: 3, leastDays: 10 }, at: 'condition.leastDays' },
    { condition: { ...anomaly, days: 4 }, at: 'condition.leastDays' },
    { condition: { ...component, component: 'toaster' }, at: 'condition.component' },
    { condition: { ...component, except: ['disk', 'toaster'] }, at: 'condition.except.1' },
    { inhibitedBy: ['Mine'], at: 'inhibitedBy.0' },
    { inhibitedBy: ['DatabaseDown', 'NoSuch'], at: 'inhibitedBy.1' },
    { summary: '{{nope}}', at: 'summary' },
    { description: '{{value}} of {{ labels.thing }}', at: 'description' },
    { condition: { ...component }, summary: '{{labels.metric}}', at: 'summary' },
    { summary: '{{toString}}', at: 'summary' },
  ])('is refused with %j', ({ at, ...words }) => {
    expect(contradictions(words)).toEqual([at]);
  });

  it.each([
    { condition: { ...threshold, matchers: { quantile: '0.95' }, clear: 1 } },
    { condition: { ...threshold, direction: 'below', clear: 1.5 } },
    { condition: { ...anomaly, days: 5 } },
    { condition: { ...component, except: ['backups'] }, summary: '{{labels.component}}: {{detail}}' },
    { condition: { ...threshold, by: ['thing'] }, summary: '{{labels.thing}} {{ limit }} {{value' },
    {
      condition: { kind: 'absence', metric: 'm', matchers: { role: 'server' } },
      summary: '{{labels.metric}} of {{labels.role}}',
    },
    { inhibitedBy: ['DatabaseDown'] },
  ])('is taken with %j', (words) => {
    expect(contradictions(words)).toEqual([]);
  });
});

describe('a condition', () => {
  const recorded = new Map([
    ['size', { kind: 'gauge', labelsOf: () => new Set(['instance', 'queue', 'role']) }],
    ['sold_total', { kind: 'counter', labelsOf: () => new Set(['instance', 'role']) }],
  ] as const);

  it.each([
    ['threshold', 'size', ''],
    ['threshold', 'sold_total', 'is a counter'],
    ['threshold', 'sise', 'does not fire until'],
    ['rate', 'sold_total', ''],
    ['rate', 'size', 'is a gauge'],
    ['ratio', 'size', 'is a gauge'],
    ['ratio', 'sold_total', ''],
    ['anomaly', 'sold_total', ''],
    ['absence', 'size', ''],
    ['absence', 'sise', 'fires until'],
  ])('of kind %s about %s is in doubt: %s', (kind, metric, doubt) => {
    const bound = kind === 'threshold' || kind === 'rate' ? { limit: 1 } : {};
    const share = kind === 'ratio' ? { limit: 0.1, part: { instance: 'a' } } : {};
    const doubts = doubtsAbout(conditionSchema.parse({ kind, metric, ...bound, ...share }), recorded);
    expect(doubts).toHaveLength(doubt === '' ? 0 : 1);
    expect(doubts.join('')).toContain(doubt);
  });

  it.each([
    ['size', { queue: 'news', role: 'worker' }, []],
    [
      'size',
      { que: 'news' },
      [expect.stringMatching(/label que .* instance, queue, role: .* does not fire/)],
    ],
    ['sold_total', { queue: 'news', shop: 'a' }, [expect.anything(), expect.anything()]],
  ])('about %s with the labels %j is in the doubts %j', (metric, matchers, doubts) => {
    const condition = conditionSchema.parse({ kind: 'anomaly', metric, matchers });
    expect(doubtsAbout(condition, recorded)).toEqual(doubts);
  });

  it('about a share of what no series has is in doubt', () => {
    const condition = conditionSchema.parse({ ...ratio, metric: 'sold_total', part: { shop: 'a' } });
    expect(doubtsAbout(condition, recorded)).toEqual([expect.stringContaining('a label shop')]);
  });

  it.each([
    [{ ...ratio, part: {} }, 'at least one label'],
    [{ ...ratio, limit: 1 }, 'less than 1'],
    [{ ...ratio, fewest: 0 }, '>=1'],
  ])('%j is refused', (words, why) => {
    expect(conditionSchema.safeParse(words).error?.message).toContain(why);
  });

  it('about components is in none', () => {
    expect(doubtsAbout(conditionSchema.parse(component), new Map())).toEqual([]);
  });
});
