import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { storedLayouts } from './history.sql.ts';
import { bucketsOf, histogramOf, quantileSeries } from './histograms.ts';
import { canonical, hasLabels, type Labels } from './labels.ts';
import { keyOf, type Series, type SeriesKind } from './series.ts';
import { type By, type Position, readSpans, type Resolution, type Span } from './spans.sql.ts';

/** Bounds in milliseconds since 1970: after the first, up to the second. */
export type Window = readonly [from: number, to: number];

/** A point of a gauge is its mean, one of a counter what was added since the point before. */
export interface Point {
  readonly at: number;
  readonly value: number;
  readonly smallest: number;
  readonly largest: number;
  /** How many samples came that had a value, of all processes that the series is about. */
  readonly samples: number;
  /** What all these processes had together: of a gauge the mean over time of their sum, of a counter what `value` is. */
  readonly total: number;
  /**
   * In what time a counter gained `value`. Longer than the step by more than a sample where the database took no samples
   * before: what was counted meanwhile is in the first point after it.
   */
  readonly seconds: number;
}

export interface RecordedMetric {
  readonly kind: SeriesKind;
  /** Names of the labels that any of its series has; looked for when asked, as each reading asks for the metrics. */
  readonly labelsOf: () => ReadonlySet<string>;
}

export interface HistorySeries {
  readonly kind: SeriesKind;
  /** Its own, `role`, and `instance` where it is of one process. */
  readonly labels: Labels;
  readonly points: readonly Point[];
}

/** An answer would hold more than who asked can take. */
export class TooManyPoints extends Error {
  constructor(readonly most: number) {
    super(`more than ${most} points`);
  }
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** New series are known after so long; all of those that are known stay as they are. */
const LAYOUTS_MS = 10_000;

type Selected = Omit<Position, 'series'> & { readonly series: Series };

export interface ReadOptions {
  /** Of all series together; beyond that {@link TooManyPoints} is thrown. Undefined: all. */
  readonly most?: number | undefined;
  /** What was rolled up is by role, whatever is asked for. */
  readonly by?: By;
}

/** Reads what was recorded. */
@Injectable()
export class MetricHistory {
  private layouts: ReadonlyMap<string, readonly Series[]> = new Map();
  /** The series of all layouts. */
  private byMetric: ReadonlyMap<string, readonly Selected[]> = new Map();
  private looked: { readonly at: number; readonly done: Promise<void> } | undefined;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  /**
   * All series of a metric that have these labels (of a histogram, its quantiles), in the best resolution that is still there; those without a point are
   * left out.
   * @param windows do not overlap
   * @param stepSeconds puts together what lies within each so many seconds; 0: as it is stored
   * @throws TooManyPoints
   */
  async read(
    metric: string,
    matchers: Labels,
    windows: readonly Window[],
    stepSeconds = 0,
    options: ReadOptions = {},
  ): Promise<HistorySeries[]> {
    const stored = await this.readStored(metric, matchers, windows, stepSeconds, options);
    const { quantile, ...rest } = matchers;
    const buckets = await this.readStored(bucketsOf(metric), rest, windows, stepSeconds, options);
    return buckets.length === 0 ? stored : together(stored, quantileSeries(buckets, quantile));
  }

  private async readStored(
    metric: string,
    matchers: Labels,
    windows: readonly Window[],
    stepSeconds: number,
    { most, by = 'instance' }: ReadOptions,
  ): Promise<HistorySeries[]> {
    const { role, instance, ...own } = matchers;
    const { series, positions } = await this.select(metric, own);
    if (positions.length === 0) return [];
    const { sampleSeconds } = this.configuration.monitoring.history;
    const query = {
      ...{ stepSeconds, sampleSeconds, role, instance, by },
      most: most === undefined ? most : most + 1,
    };
    const byResolution = Map.groupBy(windows, ([from]) => this.resolutionOf(from));
    const spans: Span[] = [];
    for (const [resolution, of] of byResolution) {
      const ranges = of.map(([from, to]) => [new Date(from), new Date(to)] as const);
      for (const span of await readSpans(this.database, positions, ranges, { resolution, ...query }))
        spans.push(span);
      if (most !== undefined && spans.length > most) throw new TooManyPoints(most);
    }
    return seriesOf(series, spans);
  }

  /** All metrics that are recorded, by name. */
  async metrics(): Promise<ReadonlyMap<string, RecordedMetric>> {
    await this.look();
    const names = new Map<string, RecordedMetric>();
    for (const [metric, of] of this.byMetric) {
      const labelsOf = (): Set<string> =>
        new Set(['role', 'instance', ...of.flatMap(({ series }) => Object.keys(series.labels))]);
      names.set(metric, { kind: of[0]?.series.kind ?? 'gauge', labelsOf });
      // Of a histogram, quantiles can be asked for by its name.
      if (of.some(({ series }) => series.labels['le'] !== undefined))
        names.set(histogramOf(metric), {
          kind: 'gauge',
          labelsOf: () => new Set([...labelsOf(), 'quantile'].filter((label) => label !== 'le')),
        });
    }
    return new Map([...names].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Seconds between two points as they are stored of that time. */
  resolutionSeconds(from: number): number {
    const resolution = this.resolutionOf(from);
    return resolution === 'frames' ? this.configuration.monitoring.history.sampleSeconds : resolution;
  }

  /** For how many hours processes are told apart. */
  get rawHours(): number {
    return this.configuration.monitoring.history.rawHours;
  }

  /** Whether what is stored since then is of single processes. */
  tellsProcessesApart(from: number): boolean {
    return this.resolutionOf(from) === 'frames';
  }

  private resolutionOf(from: number): Resolution {
    const { rawHours, fiveMinuteDays } = this.configuration.monitoring.history;
    const age = this.clock.now().getTime() - from;
    if (age < rawHours * HOUR_MS) return 'frames';
    return age < fiveMinuteDays * DAY_MS ? 300 : 3_600;
  }

  /** The series of a metric that have these labels, and where they lie in the layouts. */
  private async select(
    metric: string,
    own: Labels,
  ): Promise<{ readonly series: readonly Series[]; readonly positions: readonly Position[] }> {
    await this.look();
    const selected = (this.byMetric.get(metric) ?? []).filter(({ series }) => hasLabels(series.labels, own));
    const groups = [...Map.groupBy(selected, ({ series }) => keyOf(series)).values()];
    return {
      series: groups.flatMap(([first]) => (first === undefined ? [] : [first.series])),
      positions: groups.flatMap((group, series) =>
        group.map(({ layout, position }) => ({ layout, position, series })),
      ),
    };
  }

  /** Learns of new layouts. */
  private look(): Promise<void> {
    const now = this.clock.now().getTime();
    if (this.looked === undefined || now - this.looked.at >= LAYOUTS_MS) {
      const done = this.learn();
      this.looked = { at: now, done };
      // What failed is asked again by whoever comes next.
      done.catch(() => (this.looked = undefined));
    }
    return this.looked.done;
  }

  private async learn(): Promise<void> {
    const stored = await storedLayouts(this.database, [...this.layouts.keys()]);
    const known = new Map(stored.map(({ id, series }) => [id, series ?? this.layouts.get(id) ?? []]));
    if (known.size === this.layouts.size && stored.every(({ series }) => series === null)) return;
    this.layouts = known;
    this.byMetric = Map.groupBy(
      [...known].flatMap(([layout, of]) =>
        of.map((series, index) => ({ layout, position: index + 1, series })),
      ),
      ({ series }) => series.metric,
    );
  }
}

/** Of a histogram whose quantiles were recorded before its buckets were. */
function together(stored: readonly HistorySeries[], computed: readonly HistorySeries[]): HistorySeries[] {
  const byLabels = new Map(stored.map((one) => [canonical(one.labels), one]));
  for (const one of computed) {
    const key = canonical(one.labels);
    const times = new Set(one.points.map(({ at }) => at));
    const before = byLabels.get(key)?.points.filter(({ at }) => !times.has(at)) ?? [];
    byLabels.set(key, { ...one, points: [...before, ...one.points].sort((a, b) => a.at - b.at) });
  }
  return [...byLabels.values()];
}

function seriesOf(selected: readonly Series[], spans: readonly Span[]): HistorySeries[] {
  const found = new Map<string, { kind: SeriesKind; labels: Labels; points: Map<number, Point> }>();
  for (const span of spans) {
    const series = selected[span.series];
    if (series === undefined) continue;
    const { role, instance } = span;
    const labels = { ...series.labels, role, ...(instance === null ? {} : { instance }) };
    const key = canonical(labels);
    const one = found.get(key) ?? { kind: series.kind, labels, points: new Map<number, Point>() };
    found.set(key, one);
    const point = pointOf(series.kind, span);
    one.points.set(point.at, point);
  }
  return [...found.values()].map(({ kind, labels, points }) => ({
    kind,
    labels,
    points: [...points.values()].sort((a, b) => a.at - b.at),
  }));
}

function pointOf(kind: SeriesKind, span: Span): Point {
  const { count, sum, samplesEach, smallest, largest, seconds } = span;
  const figures = { at: span.at.getTime(), smallest, largest, samples: count, seconds };
  return kind === 'counter'
    ? { ...figures, value: sum, total: sum }
    : { ...figures, value: sum / count, total: sum / samplesEach };
}
