import { expect, it } from 'vitest';
import { observeQuantile } from '../alerts/conditions/quantile.ts';
import { condition, type ConditionOf } from '../alerts/rules/definition.ts';
import { quantileIn, quantileNamed, quantileSeries } from './histograms.ts';
import type { HistorySeries } from './metric-history.ts';

/** What was added to each bucket at each of these times: up to 0.1 s, up to 1 s, and in all. */
function bucketsOf(added: readonly (readonly [number, number, number])[], labels = {}): HistorySeries[] {
  return ['0.1', '1', '+Inf'].map((le, index) => ({
    kind: 'counter',
    labels: { ...labels, le },
    points: added.map((counts, at) => {
      const value = counts[index] ?? 0;
      return { at, value, smallest: value, largest: value, samples: 1, total: value, seconds: 15 };
    }),
  }));
}

const slow = condition.parse({
  ...{ kind: 'threshold', metric: 'm', matchers: { quantile: '0.95' }, limit: 0.5, by: ['role'] },
}) as ConditionOf<'threshold'>;

it('quantiles of spans are those of all that was observed in them, and there is none where nothing was', () => {
  const series = quantileSeries(
    bucketsOf(
      [
        [90, 100, 100],
        [0, 0, 0],
        [0, 10, 10],
      ],
      { role: 'server' },
    ),
    '0.5',
  );
  expect(series.map(({ labels }) => labels)).toEqual([{ role: 'server', quantile: '0.5' }]);
  expect(series[0]?.points.map(({ at, value }) => [at, Number(value.toFixed(4))])).toEqual([
    [0, 0.0556],
    [2, 0.55],
  ]);
  expect(quantileSeries(bucketsOf([[1, 1, 1]]), undefined).map(({ labels }) => labels['quantile'])).toEqual([
    ...['0.5', '0.95', '0.99'],
  ]);
});

it.each(['0', '1', '-0.5', 'half', '', undefined])('%s is no quantile', (text) => {
  expect(quantileNamed(text)).toBeUndefined();
});

it('one slow request in a quiet quarter of a minute does not make the others of the window slow', () => {
  // 1,000 fast ones in one sample, one slow in each of three: the mean of quantiles would be 0.8 s.
  const window = bucketsOf(
    [
      [1_000, 1_000, 1_000],
      [0, 1, 1],
      [0, 1, 1],
      [0, 1, 1],
    ],
    { role: 'server' },
  );
  expect(quantileIn(window, 0.95)).toBeLessThan(0.1);
  expect(observeQuantile(slow, 0.95, window)).toMatchObject([{ labels: { role: 'server' }, state: 'clear' }]);
});

it('processes of a group are judged together, and too few requests not at all', () => {
  const busy = bucketsOf([[0, 19, 19]], { role: 'server', instance: 'a' });
  expect(observeQuantile(slow, 0.95, busy)).toEqual([
    { labels: { role: 'server' }, state: 'clear', limit: 0.5 },
  ]);
  const other = bucketsOf([[0, 1, 1]], { role: 'server', instance: 'b' });
  const [both] = observeQuantile(slow, 0.95, [...busy, ...other]);
  expect(both).toMatchObject({ state: 'breached' });
  expect(both?.value).toBeCloseTo(0.955, 6);
});
