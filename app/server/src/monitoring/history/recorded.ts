import type { Sample } from '../metrics/metrics.ts';
import type { Labels } from './labels.ts';
import { canonical } from './labels.ts';
import { type Bucket, quantileOf } from './quantiles.ts';
import type { Reading } from './series.ts';

export const QUANTILES = [0.5, 0.95, 0.99] as const;
/** Of a family with more series one is kept, which puts them together. */
const MOST_OF_A_FAMILY = 30;

/** Of the families that are not ours, what charts and alerts are about, and the labels that they keep. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  http_requests_total: ['status_class'],
  http_requests_in_flight: [],
  http_request_duration_seconds: [],
  process_cpu_seconds_total: [],
  process_resident_memory_bytes: [],
  nodejs_heap_size_used_bytes: [],
  nodejs_eventloop_lag_p99_seconds: [],
  nodejs_eventloop_utilization: [],
};
const OURS = 'stock_analysis_';
const BUCKET = '_bucket';

/** Labels of a family that are kept; undefined: all, unless there are too many series; `none`: it is not recorded. */
function keptLabels(metric: string): readonly string[] | 'all' | 'none' {
  return FOREIGN[metric] ?? (metric.startsWith(OURS) ? 'all' : 'none');
}

function labelsOf({ labels }: Sample, kept: readonly string[] | 'all'): Labels {
  const entries = Object.entries(labels).map(([name, value]) => [name, String(value)] as const);
  return Object.fromEntries(kept === 'all' ? entries : entries.filter(([name]) => kept.includes(name)));
}

/** Counters add up; of gauges that are put together the largest speaks, for it is what people look for. */
function combined(metric: string, samples: readonly Sample[], kept: readonly string[] | 'all'): Reading[] {
  const kind = samples[0]?.type === 'counter' ? 'counter' : 'gauge';
  const readings = new Map<string, Reading>();
  for (const sample of samples) {
    const labels = labelsOf(sample, kept);
    const key = canonical(labels);
    const before = readings.get(key)?.value;
    const value =
      before === undefined
        ? sample.value
        : kind === 'counter'
          ? before + sample.value
          : Math.max(before, sample.value);
    readings.set(key, { metric, kind, labels, value });
  }
  return [...readings.values()];
}

function families(samples: readonly Sample[]): Map<string, Sample[]> {
  const found = new Map<string, Sample[]>();
  for (const sample of samples) {
    const of = found.get(sample.name);
    if (of === undefined) found.set(sample.name, [sample]);
    else of.push(sample);
  }
  return found;
}

/** Counters and gauges that are recorded, as they are now. */
export function readingsOf(samples: readonly Sample[]): Reading[] {
  const plain = samples.filter(({ type }) => type === 'counter' || type === 'gauge');
  return [...families(plain)].flatMap(([metric, of]) => {
    const kept = keptLabels(metric);
    if (kept === 'none') return [];
    const readings = combined(metric, of, kept);
    return readings.length > MOST_OF_A_FAMILY ? combined(metric, of, []) : readings;
  });
}

/** Buckets of a histogram, all its series together. */
export type Histograms = ReadonlyMap<string, readonly Bucket[]>;

export function histogramsOf(samples: readonly Sample[]): Histograms {
  const buckets = new Map<string, Map<number, number>>();
  for (const { name, type, labels, value } of samples) {
    if (type !== 'histogram' || !name.endsWith(BUCKET)) continue;
    const metric = name.slice(0, -BUCKET.length);
    if (keptLabels(metric) === 'none') continue;
    const bound = labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le']);
    const counts = buckets.get(metric) ?? new Map<number, number>();
    counts.set(bound, (counts.get(bound) ?? 0) + value);
    buckets.set(metric, counts);
  }
  return new Map(
    [...buckets].map(([metric, counts]) => [
      metric,
      [...counts].sort(([a], [b]) => a - b).map(([bound, count]) => ({ bound, count })),
    ]),
  );
}

/** Quantiles of what was observed between two moments, and how much that was. */
export function quantileReadings(now: Histograms, before: Histograms): Reading[] {
  return [...now].flatMap(([metric, buckets]) => {
    const earlier = new Map(before.get(metric)?.map(({ bound, count }) => [bound, count]));
    const since = buckets.map(({ bound, count }) => ({ bound, count: count - (earlier.get(bound) ?? 0) }));
    return QUANTILES.map((quantile): Reading => ({
      metric,
      kind: 'gauge',
      labels: { quantile: String(quantile) },
      value: quantileOf(since, quantile) ?? Number.NaN,
    }));
  });
}

/** How many observations there were, as a counter. */
export function countReadings(histograms: Histograms): Reading[] {
  return [...histograms].map(([metric, buckets]) => ({
    metric: `${metric}_count`,
    kind: 'counter',
    labels: {},
    value: buckets.at(-1)?.count ?? 0,
  }));
}
