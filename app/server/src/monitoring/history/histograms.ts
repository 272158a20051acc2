import { canonical, type Labels } from './labels.ts';
import type { HistorySeries, Point } from './metric-history.ts';
import { type Bucket, quantileOf } from './quantiles.ts';

/** A histogram is recorded as one counter for each bound, under this name and with the label `le`. */
export const BUCKET = '_bucket';
/** Where nobody says which. */
const QUANTILES = [0.5, 0.95, 0.99] as const;

export function bucketsOf(histogram: string): string {
  return histogram + BUCKET;
}

/** Of the name of its buckets. */
export function histogramOf(buckets: string): string {
  return buckets.slice(0, -BUCKET.length);
}

/** A quantile that a label names: more than 0, and less than 1. */
export function quantileNamed(text: string | undefined): number | undefined {
  const quantile = Number(text);
  return quantile > 0 && quantile < 1 ? quantile : undefined;
}

/**
 * What the share `quantile` of the observations in these series of buckets, all together, does not exceed.
 * @returns undefined where they are too few to have such a quantile: of 19, the 0.95th is but the largest
 */
export function quantileIn(
  buckets: readonly { readonly labels: Labels; readonly points: readonly Pick<Point, 'value'>[] }[],
  quantile: number,
): number | undefined {
  const counts = new Map<number, number>();
  for (const { labels, points } of buckets) {
    const bound = boundOf(labels);
    const added = points.reduce((sum, { value }) => sum + value, 0);
    counts.set(bound, (counts.get(bound) ?? 0) + added);
  }
  const sorted = [...counts].map(([bound, count]) => ({ bound, count })).sort((a, b) => a.bound - b.bound);
  const total = sorted.at(-1)?.count ?? 0;
  return total * (1 - quantile) < 1 - 1e-9 ? undefined : quantileOf(sorted, quantile);
}

/** Series of quantiles, out of those of buckets: a point for each time in which anything was observed. */
export function quantileSeries(
  buckets: readonly HistorySeries[],
  quantile: string | undefined,
): HistorySeries[] {
  const wanted = quantile === undefined ? QUANTILES : [quantileNamed(quantile) ?? []].flat();
  const groups = Map.groupBy(buckets, ({ labels: { le: _, ...labels } }) => canonical(labels));
  return [...groups.values()].flatMap((members) =>
    wanted.flatMap((one) => {
      const points = pointsOf(members, one);
      const { le: _, ...labels } = members[0]?.labels ?? {};
      return points.length === 0
        ? []
        : [{ kind: 'gauge' as const, labels: { ...labels, quantile: String(one) }, points }];
    }),
  );
}

function pointsOf(members: readonly HistorySeries[], quantile: number): Point[] {
  const byTime = new Map<number, (Bucket & Pick<Point, 'samples' | 'seconds'>)[]>();
  for (const { labels, points } of members)
    for (const { at, value, samples, seconds } of points) {
      const buckets = byTime.get(at);
      const bucket = { bound: boundOf(labels), count: value, samples, seconds };
      if (buckets === undefined) byTime.set(at, [bucket]);
      else buckets.push(bucket);
    }
  return [...byTime]
    .sort(([a], [b]) => a - b)
    .flatMap(([at, buckets]) => {
      const sorted = buckets.sort((a, b) => a.bound - b.bound);
      const value = quantileOf(sorted, quantile);
      const { samples, seconds } = sorted.at(-1) ?? { samples: 0, seconds: 0 };
      return value === undefined
        ? []
        : [{ at, value, smallest: value, largest: value, total: value, samples, seconds }];
    });
}

function boundOf({ le }: Labels): number {
  return le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
}
