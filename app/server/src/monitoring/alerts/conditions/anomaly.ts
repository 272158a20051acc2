import type { Labels } from '../../history/labels.ts';
import type { ConditionOf } from '../rules/definition.ts';
import { grouped } from './grouped.ts';
import type { Observation, SampledSeries } from './observation.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Makes the median absolute deviation of a normal distribution its standard deviation. */
const NORMAL = 1.4826;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Hours that a condition looks at, as bounds in milliseconds since 1970, the newest first. */
export function hoursOf(
  { days }: ConditionOf<'anomaly'>,
  now: number,
): (readonly [from: number, to: number])[] {
  return Array.from({ length: days + 1 }, (_, day) => {
    const to = now - day * DAY_MS;
    return [to - HOUR_MS, to] as const;
  });
}

/** What an hour had: the mean of a gauge, what was added to a counter; undefined where it has no point. */
function valueIn(
  series: readonly SampledSeries[],
  [from, to]: readonly [number, number],
): number | undefined {
  const inside = series.flatMap(({ kind, points }) =>
    points.filter(({ at }) => at > from && at <= to).map(({ value }) => ({ kind, value })),
  );
  if (inside.length === 0) return undefined;
  const sum = inside.reduce((total, { value }) => total + value, 0);
  return inside.some(({ kind }) => kind === 'counter') ? sum : sum / inside.length;
}

/**
 * The last hour against the same hour of the past `days` days, by median and median absolute deviation, which one odd day
 * does not move. While fewer than `leastDays` of them have values it is unknown, or judged by `untilKnown` alone.
 * @param series points of at least the last hour and the same hours of the days before
 * @param now milliseconds since 1970
 */
export function observeAnomaly(
  condition: ConditionOf<'anomaly'>,
  series: readonly SampledSeries[],
  now: number,
): Observation[] {
  const { by, leastDays, deviations, leastDifference, direction, untilKnown } = condition;
  return grouped(series, by).map(({ labels, series: members }) => {
    const [value, ...before] = hoursOf(condition, now).map((hour) => valueIn(members, hour));
    const past = before.filter((one) => one !== undefined);
    if (value === undefined) return { labels, state: 'unknown' };
    if (past.length < leastDays) return withoutPast(labels, value, untilKnown, past.length);
    const middle = median(past);
    const spread = NORMAL * median(past.map((one) => Math.abs(one - middle)));
    const allowed = Math.max(deviations * spread, leastDifference);
    const difference = value - middle;
    const isWrongWay = (direction === 'above' && difference < 0) || (direction === 'below' && difference > 0);
    const isBreached = !isWrongWay && Math.abs(difference) > allowed;
    const limit = difference < 0 ? middle - allowed : middle + allowed;
    return {
      labels,
      state: isBreached ? 'breached' : 'clear',
      value,
      limit,
      detail: `${past.length} past days at this hour had ${shown(middle)} in the middle`,
    };
  });
}

/** The first days of a platform, in which nobody knows what is usual. */
function withoutPast(labels: Labels, value: number, limit: number | undefined, days: number): Observation {
  if (limit === undefined) return { labels, state: 'unknown' };
  const detail = `only ${days} past days are known at this hour`;
  return { labels, state: value > limit ? 'breached' : 'clear', value, limit, detail };
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
