/** Observations up to `bound` (a histogram's bucket, so each holds those of the ones before it). */
export interface Bucket {
  readonly bound: number;
  readonly count: number;
}

/**
 * Value that the share `quantile` of the observations does not exceed, interpolated within its bucket as Prometheus does.
 * @param buckets by bound, the last one unbounded
 * @returns undefined where nothing was observed; the largest finite bound where it lies beyond it
 */
export function quantileOf(buckets: readonly Bucket[], quantile: number): number | undefined {
  const total = buckets.at(-1)?.count ?? 0;
  if (total <= 0) return undefined;
  const rank = quantile * total;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[index];
  const lower = buckets[index - 1] ?? { bound: 0, count: 0 };
  if (bucket === undefined || !Number.isFinite(bucket.bound)) return lower.bound;
  const within = bucket.count - lower.count;
  return within === 0
    ? bucket.bound
    : lower.bound + ((bucket.bound - lower.bound) * (rank - lower.count)) / within;
}
