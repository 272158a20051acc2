import type { ConditionOf } from '../rules/definition.ts';
import { judge } from './bound.ts';
import { grouped } from './grouped.ts';
import type { Observation, SampledSeries } from './observation.ts';

/**
 * Samples of counters say how much was added since the one before; series of a group add up. After the database took no
 * samples, the first one has what was added meanwhile: of what took longer than the window, the share of it counts.
 */
export function observeRate(condition: ConditionOf<'rate'>, series: readonly SampledSeries[]): Observation[] {
  const { by, windowSeconds, perSeconds, limit } = condition;
  return grouped(series, by).map(({ labels, series: members }) => {
    const added = members.reduce((sum, { points }) => sum + addedWithin(points, windowSeconds), 0);
    const value = (added / windowSeconds) * perSeconds;
    return { labels, state: judge(value, condition), value, limit };
  });
}

function addedWithin(points: SampledSeries['points'], windowSeconds: number): number {
  const added = points.reduce((sum, { value }) => sum + value, 0);
  const took = points.reduce((sum, { seconds = 0 }) => sum + seconds, 0);
  return added * Math.min(1, windowSeconds / took);
}
