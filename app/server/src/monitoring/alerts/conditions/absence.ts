import type { ConditionOf } from '../rules/definition.ts';
import type { Observation, SampledSeries } from './observation.ts';

/**
 * One observation, about the series that should be there. `value`: seconds since the last sample; none where nothing came
 * within the time that was looked at.
 * @param now milliseconds since 1970
 */
export function observeAbsence(
  { metric, matchers, absentSeconds }: ConditionOf<'absence'>,
  series: readonly SampledSeries[],
  now: number,
): Observation[] {
  const newest = Math.max(...series.flatMap(({ points }) => points.map(({ at }) => at)));
  const age = (now - newest) / 1000;
  const isAbsent = !(age < absentSeconds);
  return [
    {
      labels: { ...matchers, metric },
      state: isAbsent ? 'breached' : 'clear',
      ...(Number.isFinite(age) ? { value: age } : {}),
      limit: absentSeconds,
    },
  ];
}
