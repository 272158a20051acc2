import { hasLabels } from '../../history/labels.ts';
import type { ConditionOf } from '../rules/definition.ts';
import { judge } from './bound.ts';
import { grouped } from './grouped.ts';
import type { Observation, SampledSeries } from './observation.ts';

const added = (series: readonly SampledSeries[]): number =>
  series.flatMap(({ points }) => points).reduce((sum, { value }) => sum + value, 0);

/**
 * The share of a part in all that was counted within the window. Few events of the part begin nothing, however large their
 * share is, and end nothing either. A bound on their number and not on the traffic, for otherwise nobody would be told where
 * little is asked for and all of it fails. Where nothing at all was counted, nothing is known.
 */
export function observeRatio(
  condition: ConditionOf<'ratio'>,
  series: readonly SampledSeries[],
): Observation[] {
  const { by, part, fewest, limit, clear } = condition;
  return grouped(series, by).map(({ labels, series: members }) => {
    const all = added(members);
    const some = added(members.filter((one) => hasLabels(one.labels, part)));
    if (all === 0) return { labels, state: 'unknown', limit };
    const value = some / all;
    const state = judge(value, { direction: 'above', limit, clear });
    return {
      labels,
      value,
      limit,
      detail: `${Math.round(some)} of ${Math.round(all)}`,
      state: state === 'breached' && some < fewest ? 'within' : state,
    };
  });
}
