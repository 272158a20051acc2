import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { type Position, readSpans, type Resolution, type Span, storedLayouts } from './history.sql.ts';
import { bucketsOf, histogramOf, quantileSeries } from './histograms.ts';
import { canonical, hasLabels, type Labels } from './labels.ts';
import type { Series, SeriesKind } from './series.ts';

/** Bounds in milliseconds since 1970: after the first, up to the second. */
export type Window = readonly [from: number, to: number];

/** A point of a gauge is its mean, one of a counter what was added since the point before. */
export interface Point {
  readonly at: number;
  readonly value: number;
  readonly smallest: number;
  readonly largest: number;
  /** How many samples came that had a value: of what was rolled up those of all processes of the role. */
  readonly samples: number;
}

export interface RecordedMetric {
  readonly kind: SeriesKind;
  /** Names of the labels that any of its series has; looked for when asked, as each reading asks for the metrics. */
  readonly labelsOf: () => ReadonlySet<string>;
}

export interface HistorySeries {
  readonly kind: SeriesKind;
  /** Its own, `role`, and in what was not rolled up `instance`. */
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

interface Selected extends Position {
  readonly series: Series;
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
   * @param most of all series together
   * @throws TooManyPoints
   */
  async read(
    metric: string,
    matchers: Labels,
    windows: readonly Window[],
    stepSeconds = 0,
    most?: number,
  ): Promise<HistorySeries[]> {
    const stored = await this.readStored(metric, matchers, windows, stepSeconds, most);
    const { quantile, ...rest } = matchers;
    const buckets = await this.readStored(bucketsOf(metric), rest, windows, stepSeconds, most);
    return buckets.length === 0 ? stored : together(stored, quantileSeries(buckets, quantile));
  }

  private async readStored(
    metric: string,
    matchers: Labels,
    windows: readonly Window[],
    stepSeconds: number,
    most: number | undefined,
  ): Promise<HistorySeries[]> {
    const { role, instance, ...own } = matchers;
    const selected = await this.select(metric, own);
    if (selected.length === 0) return [];
    const byResolution = Map.groupBy(windows, ([from]) => this.resolutionOf(from));
    const spans: Span[] = [];
    for (const [resolution, of] of byResolution) {
      const ranges = of.map(([from, to]) => [new Date(from), new Date(to)] as const);
      const query = { resolution, stepSeconds, role, instance, most: most === undefined ? most : most + 1 };
      for (const span of await readSpans(this.database, selected, ranges, query)) spans.push(span);
      if (most !== undefined && spans.length > most) throw new TooManyPoints(most);
    }
    return seriesOf(selected, spans);
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

  private resolutionOf(from: number): Resolution {
    const { rawHours, fiveMinuteDays } = this.configuration.monitoring.history;
    const age = this.clock.now().getTime() - from;
    if (age < rawHours * HOUR_MS) return 'frames';
    return age < fiveMinuteDays * DAY_MS ? 300 : 3_600;
  }

  private async select(metric: string, own: Labels): Promise<Selected[]> {
    await this.look();
    return (this.byMetric.get(metric) ?? []).filter(({ series }) => hasLabels(series.labels, own));
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

type Figures = Pick<Span, 'count' | 'sum' | 'smallest' | 'largest'>;

function added(one: Figures, other: Figures | undefined): Figures {
  if (other === undefined) return one;
  return {
    count: one.count + other.count,
    sum: one.sum + other.sum,
    smallest: Math.min(one.smallest, other.smallest),
    largest: Math.max(one.largest, other.largest),
  };
}

/** The same series lies at different places in different layouts, of which two may share a span of time. */
function seriesOf(selected: readonly Selected[], spans: readonly Span[]): HistorySeries[] {
  const at = new Map(selected.map(({ layout, position, series }) => [`${layout} ${position}`, series]));
  const found = new Map<string, { kind: SeriesKind; labels: Labels; figures: Map<number, Figures> }>();
  for (const span of spans) {
    const series = at.get(`${span.layout} ${span.position}`);
    if (series === undefined) continue;
    const { role, instance } = span;
    const labels = { ...series.labels, role, ...(instance === null ? {} : { instance }) };
    const key = canonical(labels);
    const one = found.get(key) ?? { kind: series.kind, labels, figures: new Map<number, Figures>() };
    found.set(key, one);
    const time = span.at.getTime();
    one.figures.set(time, added(span, one.figures.get(time)));
  }
  return [...found.values()].map(({ kind, labels, figures }) => ({
    kind,
    labels,
    points: [...figures].map(([time, one]) => pointOf(kind, time, one)).sort((a, b) => a.at - b.at),
  }));
}

function pointOf(kind: SeriesKind, at: number, { count, sum, smallest, largest }: Figures): Point {
  return { at, value: kind === 'counter' ? sum : sum / count, smallest, largest, samples: count };
}
