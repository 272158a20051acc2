import type { ConditionOf } from '../rules/definition.ts';
import { judge } from './bound.ts';
import { grouped } from './grouped.ts';
import type { Observation, SampledSeries } from './observation.ts';

/** Samples of counters say how much was added since the one before; series of a group add up. */
export function observeRate(condition: ConditionOf<'rate'>, series: readonly SampledSeries[]): Observation[] {
  const { by, windowSeconds, perSeconds, limit } = condition;
  return grouped(series, by).map(({ labels, series: members }) => {
    const added = members.flatMap(({ points }) => points).reduce((sum, { value }) => sum + value, 0);
    const value = (added / windowSeconds) * perSeconds;
    return { labels, state: judge(value, condition), value, limit };
  });
}
