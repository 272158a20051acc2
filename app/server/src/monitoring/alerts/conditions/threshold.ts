import type { ConditionOf } from '../rules/definition.ts';
import { judge } from './bound.ts';
import { grouped } from './grouped.ts';
import type { Observation, SampledSeries } from './observation.ts';

const REDUCERS: Readonly<Record<ConditionOf<'threshold'>['reduce'], (values: readonly number[]) => number>> =
  {
    last: (values) => values.at(-1) ?? Number.NaN,
    mean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
    largest: (values) => Math.max(...values),
    smallest: (values) => Math.min(...values),
  };

/** One observation per group: the worst of its series, since the mean of two processes hides that one is in trouble. */
export function observeThreshold(
  condition: ConditionOf<'threshold'>,
  series: readonly SampledSeries[],
): Observation[] {
  const { by, reduce, direction, limit } = condition;
  const filled = series.filter(({ points }) => points.length > 0);
  return grouped(filled, by).map(({ labels, series: members }) => {
    const values = members.map(({ points }) => REDUCERS[reduce](points.map(({ value }) => value)));
    const value = direction === 'above' ? Math.max(...values) : Math.min(...values);
    return { labels, state: judge(value, condition), value, limit };
  });
}
