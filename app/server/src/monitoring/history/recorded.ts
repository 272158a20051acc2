import type { Sample } from '../metrics/metrics.ts';
import type { Labels } from './labels.ts';
import { canonical } from './labels.ts';
import { BUCKET, histogramOf } from './histograms.ts';
import { keyOf, type Reading } from './series.ts';

/** Of the families that are not ours, what charts and alerts are about, and the labels that they keep. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  http_requests_total: ['status_class'],
  http_requests_in_flight: [],
  http_request_duration_seconds: [],
  process_cpu_seconds_total: [],
  process_resident_memory_bytes: [],
  nodejs_heap_size_used_bytes: [],
  nodejs_eventloop_lag_p99_seconds: [],
};
const OURS = 'stock_analysis_';
const REQUESTS = 'http_requests_total';
/** What no user asked for, as in docs/alerts.md: a probe that says "not yet" while the process starts is no failure. */
const OF_THE_PLATFORM = /^(\/health|\/monitoring|\/metrics|unmatched$)/;

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

/**
 * What is recorded of the samples.
 * @param samples of counters and buckets what was added
 * @param wide families that have too many series: one is kept, which puts them together
 */
export function readingsOf(samples: readonly Sample[], wide: ReadonlySet<string>): Reading[] {
  const plain = samples.filter(
    ({ type, name, labels }) =>
      (type === 'counter' || type === 'gauge') &&
      !(name === REQUESTS && OF_THE_PLATFORM.test(String(labels['route']))),
  );
  const readings = [...families(plain)].flatMap(([metric, of]) => {
    const kept = keptLabels(metric);
    return kept === 'none' ? [] : combined(metric, of, wide.has(metric) ? [] : kept);
  });
  return [...readings, ...histogramReadings(samples)];
}

/** An export is a request of somebody, and takes as long as it is. */
const EXPORT = /\/export$/;

/**
 * What was observed up to each bound, all series of a histogram together. Unlike quantiles these add up, so whoever asks
 * about a span, or about all processes of a role, gets the quantile of just that.
 */
function histogramReadings(samples: readonly Sample[]): Reading[] {
  const readings = new Map<string, Reading>();
  for (const { name, type, labels, value } of samples) {
    if (type !== 'histogram' || !name.endsWith(BUCKET) || keptLabels(histogramOf(name)) === 'none') continue;
    const route = String(labels['route']);
    if (OF_THE_PLATFORM.test(route) || EXPORT.test(route)) continue;
    const le = String(labels['le']);
    add(readings, { metric: name, kind: 'counter', labels: { le }, value });
    if (le === '+Inf')
      add(readings, { metric: `${histogramOf(name)}_count`, kind: 'counter', labels: {}, value });
  }
  return [...readings.values()];
}

function add(readings: Map<string, Reading>, one: Reading): void {
  const key = keyOf(one);
  readings.set(key, { ...one, value: one.value + (readings.get(key)?.value ?? 0) });
}
