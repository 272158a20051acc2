import { canonical } from '../../history/labels.ts';
import type { Bucket } from '../../history/quantiles.ts';
import type { HistorySeries, Point } from '../../history/metric-history.ts';
import { ESSENTIAL } from '../../health/component.ts';
import type { ComponentFact, LagFact, StorageFact, WindowFacts } from '../model/facts.ts';

/** Points of several series in windows, put together two by two. */
function merged(
  series: readonly HistorySeries[],
  valueOf: (point: Point) => number,
  put: (one: number, other: number) => number,
): Map<number, number> {
  const windows = new Map<number, number>();
  for (const { points } of series)
    for (const point of points) {
      const before = windows.get(point.at);
      const value = valueOf(point);
      windows.set(point.at, before === undefined ? value : put(before, value));
    }
  return windows;
}

const plus = (one: number, other: number): number => one + other;
const sums = (series: readonly HistorySeries[]): Map<number, number> =>
  merged(series, ({ value }) => value, plus);

/** Of frames, processes count alike; of roll-ups, which are means of all samples, as many times as they wrote. */
function means(series: readonly HistorySeries[]): Map<number, number> {
  const counts = merged(series, () => 1, plus);
  return new Map([...sums(series)].map(([at, sum]) => [at, sum / (counts.get(at) ?? 1)]));
}

const labelled = (series: readonly HistorySeries[], name: string, value: string): HistorySeries[] =>
  series.filter(({ labels }) => labels[name] === value);

export function windowsOf(series: readonly HistorySeries[], role: string): Set<number> {
  return new Set(labelled(series, 'role', role).flatMap(({ points }) => points.map(({ at }) => at)));
}

/** Series of the servers alone, in windows of one length. */
export interface ServerSeries {
  /** `stock_analysis_component_health` */
  readonly health: readonly HistorySeries[];
  /** `http_requests_total` */
  readonly requests: readonly HistorySeries[];
  /** `http_request_duration_seconds_bucket` */
  readonly buckets: readonly HistorySeries[];
}

/** What the servers said in each window in which they said whether they were ready. */
export function serverWindows({ health, requests, buckets }: ServerSeries): Map<number, WindowFacts> {
  // What /health/ready asks. Each is up or down.
  const ready = [...ESSENTIAL].map((component) => means(labelled(health, 'component', component)));
  const aborted = sums(labelled(requests, 'status_class', 'aborted'));
  const answered = sums(requests.filter(({ labels }) => labels['status_class'] !== 'aborted'));
  const failed = sums(labelled(requests, 'status_class', '5xx'));
  const bounds = [...new Set(buckets.map(({ labels }) => labels['le'] ?? ''))].map((le) => ({
    bound: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le),
    counts: sums(labelled(buckets, 'le', le)),
  }));
  bounds.sort((a, b) => a.bound - b.bound);
  const windows = new Map<number, WindowFacts>();
  for (const at of new Set(ready.flatMap((component) => [...component.keys()])))
    windows.set(at, {
      ready: Math.min(...ready.map((component) => component.get(at) ?? 1)),
      requests: answered.get(at) ?? 0,
      failed: failed.get(at) ?? 0,
      aborted: aborted.get(at) ?? 0,
      durations: bounds.flatMap(({ bound, counts }): Bucket[] => {
        const count = counts.get(at);
        return count === undefined ? [] : [{ bound, count }];
      }),
    });
  return windows;
}

/** @param series of `stock_analysis_component_health`, of all processes */
export function componentFacts(series: readonly HistorySeries[]): ComponentFact[] {
  const byName = Map.groupBy(series, ({ labels }) => labels['component'] ?? '');
  return [...byName]
    .map(([component, of]) => {
      const worst = [...merged(of, ({ smallest }) => smallest, Math.min).values()];
      const up = worst.filter((value) => value === 1).length;
      const down = worst.filter((value) => value === 0).length;
      return { component, up, down, degraded: worst.length - up - down };
    })
    .sort((a, b) => (a.component < b.component ? -1 : 1));
}

/** The last window in which any of these processes wrote. */
export const lastOf = (windows: ReadonlySet<number>): number | undefined =>
  windows.size === 0 ? undefined : Math.max(...windows);

/**
 * @param series of `stock_analysis_ingestion_lag_trading_days`, which every worker tells of the whole
 * @param last the last window in which a worker wrote; a lag that is not told in it is not known then
 */
export function lagFacts(series: readonly HistorySeries[], last: number | undefined): LagFact[] {
  const bySource = Map.groupBy(series, ({ labels }) => labels['source'] ?? '');
  return [...bySource].map(([source, of]) => {
    const windows = merged(of, ({ largest }) => largest, Math.max);
    return {
      source,
      last: last === undefined ? null : (windows.get(last) ?? null),
      largest: Math.max(...windows.values()),
    };
  });
}

/**
 * What a gauge with several series comes to in the last window: every worker tells all of it, so of each series one speaks.
 * A series that is not told any more has nothing left.
 * @param last the last window in which a worker wrote; undefined: nobody said anything
 */
export function lastSum(series: readonly HistorySeries[], last: number | undefined): number | undefined {
  if (last === undefined) return undefined;
  const byLabels = Map.groupBy(series, ({ labels: { instance: _, ...own } }) => canonical(own));
  return [...byLabels.values()].reduce(
    (sum, of) => sum + Math.round(merged(of, ({ value }) => value, Math.max).get(last) ?? 0),
    0,
  );
}

const byTime = (values: ReadonlyMap<number, number>): (readonly [number, number])[] =>
  [...values].sort(([a], [b]) => a - b);

export interface StorageSeries {
  readonly databaseBytes: readonly HistorySeries[];
  /** Of the volume of the PostgreSQL that the operator runs; of another one nothing is recorded. */
  readonly volumeBytes: readonly HistorySeries[];
  readonly volumeAvailableBytes: readonly HistorySeries[];
  readonly filesystemBytes: readonly HistorySeries[];
  readonly availableBytes: readonly HistorySeries[];
}

/** One disk, as several processes told of it: the least room speaks, and the smallest size. */
function diskOf(
  name: string,
  sizes: readonly HistorySeries[],
  available: readonly HistorySeries[],
): StorageFact {
  const size = byTime(merged(sizes, ({ smallest }) => smallest, Math.min));
  const free = merged(available, ({ smallest }) => smallest, Math.min);
  const used = size.flatMap(([at, bytes]) => {
    const left = free.get(at);
    return left === undefined ? [] : [[at, bytes - left] as const];
  });
  return { name, used, sizeBytes: size.at(-1)?.[1], availableBytes: byTime(free).at(-1)?.[1] };
}

/**
 * The database, its volume, and each filesystem of each role: of its processes the least room speaks, and the smallest disk.
 * What is rolled up does not tell one process from another, so means would hide one that is nearly full; where disks of one
 * role differ in size, room and growth are those of the fullest, and `used` is of the smallest.
 */
export function storageFacts(series: StorageSeries): StorageFact[] {
  const database = byTime(merged(series.databaseBytes, ({ value }) => value, Math.max));
  const nameOf = ({ labels }: HistorySeries): string => `${labels['mount'] ?? ''} of ${labels['role'] ?? ''}`;
  const available = Map.groupBy(series.availableBytes, nameOf);
  const disks = [
    diskOf('volume of the database', series.volumeBytes, series.volumeAvailableBytes),
    ...[...Map.groupBy(series.filesystemBytes, nameOf)].map(([name, of]) =>
      diskOf(name, of, available.get(name) ?? []),
    ),
  ];
  const ofDatabase = { name: 'database', used: database, sizeBytes: undefined, availableBytes: undefined };
  return [ofDatabase, ...disks]
    .filter(({ used }) => used.length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
