import { expect, it } from 'vitest';
import { labelsOf } from '../naming/index.ts';
import { needsDisruptionBudget, serverDisruptionBudget } from './index.ts';
import { selects } from './testing/policy-evaluation.ts';
import { testTarget } from './testing/target.ts';

it.each([
  [1, false],
  [2, true],
  [50, true],
])('with %i servers a budget is wanted: %s', (replicas, expected) => {
  expect(needsDisruptionBudget(testTarget({ server: { replicas } }).spec)).toBe(expected);
});

it('holds for the servers of this object alone', () => {
  const { spec } = serverDisruptionBudget(testTarget()) as unknown as {
    spec: { selector: { matchLabels: Record<string, string> } };
  };
  const labels = (['server', 'worker', 'migrate', 'postgres', 'aktools'] as const).map((part) =>
    labelsOf('demo', part),
  );
  expect(labels.map((one) => selects(spec.selector, one))).toEqual([true, false, false, false, false]);
  expect(selects(spec.selector, labelsOf('other', 'server'))).toBe(false);
});
