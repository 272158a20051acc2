import { quantileIn } from '../../history/histograms.ts';
import type { ConditionOf } from '../rules/definition.ts';
import { judge } from './bound.ts';
import { grouped } from './grouped.ts';
import type { Observation, SampledSeries } from './observation.ts';

/**
 * A threshold on a quantile of a histogram: of all that was observed within the window, by all processes of a group
 * together, for quantiles of parts have no mean. What is too little to have such a quantile is within every bound.
 * @param buckets series of the histogram's buckets
 */
export function observeQuantile(
  condition: ConditionOf<'threshold'>,
  quantile: number,
  buckets: readonly SampledSeries[],
): Observation[] {
  const { by, limit } = condition;
  return grouped(buckets, by).map(({ labels, series }) => {
    const value = quantileIn(series, quantile);
    return value === undefined
      ? { labels, state: 'clear', limit }
      : { labels, state: judge(value, condition), value, limit };
  });
}
