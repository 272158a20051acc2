import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { EventLoopLag } from './event-loop-lag.ts';
import { type LabelBounds, type LabelValues, SeriesBounds, SeriesBudget } from './label-bounds.ts';

const PREFIX = 'stock_analysis_';
/** Families whose names the field has already. */
const NAMED_BY_THE_FIELD = /^(http|nodejs)_/;
/** What a process may tell in all, whatever it is asked and whatever it meets. */
const MOST_SERIES = 2_000;
/** Those of `collectDefaultMetrics`, which nothing from outside makes more of; a test counts them. */
export const DEFAULT_SERIES = 102;
/** Families of the client library that its own reader resets, so that a second reader sees a part. */
const RESET_BY_READING = /^nodejs_eventloop_lag_/;
/** Sets of label values of a family that says nothing else. */
const SETS = 100;
/** A counter whose labels all come from lists has all of its series from the start, if they are not more than this. */
const MOST_BORN = 24;

/** Of a family that has one series only. */
export type NoLabels = Readonly<Record<string, never>>;

/**
 * Counts up. A series that appears with its first event begins at 1, and Prometheus sees no increase in it: the first
 * failure of its kind would be none. So what is counted from lists exists at 0 from the start, and who knows the values
 * of other labels beforehand says so by adding 0.
 */
export interface CounterMetric<Bounds extends LabelBounds> {
  inc(labels: LabelValues<Bounds>, by?: number): void;
}

/** Counts what was observed by size; seconds and bytes, never milliseconds. */
export interface HistogramMetric<Bounds extends LabelBounds> {
  observe(labels: LabelValues<Bounds>, value: number): void;
  /** Makes the series exist before the first observation, for the same reason as that of counters. */
  zero(labels: LabelValues<Bounds>): void;
}

/** Is set to what is. */
export interface GaugeMetric<Bounds extends LabelBounds> {
  set(labels: LabelValues<Bounds>, value: number): void;
  inc(labels: LabelValues<Bounds>, by?: number): void;
}

export interface FamilyOptions {
  /** Most sets of label values, 100 if not said; what comes after them is `other`. */
  readonly sets?: number;
}

export type Read<Bounds extends LabelBounds> = (
  set: (labels: LabelValues<Bounds>, value: number) => void,
) => void;

export interface FamilyDescription {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * Who counts what this process does not count itself, from zero: `elsewhere`: somebody who may have begun before it, the
 * kernel for one; `platform`: the same, and every worker reads the same figure.
 */
export type CountedBy = 'elsewhere' | 'platform';

/** One series at one moment; those of histograms as Prometheus names them: `…_bucket`, `…_sum`, `…_count`. */
export interface Sample {
  readonly name: string;
  readonly type: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Of a counter that somebody else counts. */
  readonly countedBy?: CountedBy;
}

/**
 * All metrics of the process, and the only file that knows the client library (it is being renamed). Each feature
 * registers its own families, once, and says for each label what values it may have: a list, or at most so many.
 * What is beyond goes to `other` and is counted in `stock_analysis_metric_series_dropped_total`.
 * Names that the field has already (`http_request_…`, `process_…`, `nodejs_…`) keep them; ours get the prefix.
 */
@Injectable()
export class Metrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #budget = new SeriesBudget(MOST_SERIES);
  readonly #dropped: Counter<'metric'>;
  readonly #countedBy = new Map<string, CountedBy>();

  constructor() {
    this.contentType = this.#registry.contentType;
    collectDefaultMetrics({ register: this.#registry });
    for (const { name } of this.#registry.getMetricsAsArray())
      if (RESET_BY_READING.test(name)) this.#registry.removeSingleMetric(name);
    this.#budget.reserve(DEFAULT_SERIES);
    this.#dropped = new Counter({
      name: `${PREFIX}metric_series_dropped_total`,
      help: 'Observations whose labels were out of bounds and went to the series "other", by metric',
      labelNames: ['metric'],
      registers: [this.#registry],
    });
    this.observableGauge('metric_series', 'Series of this process, as its bounds count them', {}, (set) =>
      set({}, this.#budget.used),
    );
    this.#tellLag(new EventLoopLag());
  }

  /** @param name without the prefix, ending in `_total` */
  counter<const Bounds extends LabelBounds>(
    name: string,
    help: string,
    bounds: Bounds,
    options: FamilyOptions = {},
  ): CounterMetric<Bounds> {
    const counter = new Counter(this.#family(counterName(name), help, bounds));
    const admit = this.#bounded(name, bounds, options);
    for (const labels of born(bounds)) counter.inc(admit(labels), 0);
    return { inc: (labels, by = 1) => counter.inc(admit(labels), by) };
  }

  /** @param name without the prefix, ending in its unit: `_seconds`, `_bytes` */
  histogram<const Bounds extends LabelBounds>(
    name: string,
    help: string,
    bounds: Bounds,
    { buckets, ...options }: FamilyOptions & { readonly buckets: readonly number[] },
  ): HistogramMetric<Bounds> {
    const histogram = new Histogram({ ...this.#family(name, help, bounds), buckets: [...buckets] });
    const admit = this.#bounded(name, bounds, options, buckets.length + 3);
    return {
      observe: (labels, value) => histogram.observe(admit(labels), value),
      zero: (labels) => histogram.zero(admit(labels)),
    };
  }

  gauge<const Bounds extends LabelBounds>(
    name: string,
    help: string,
    bounds: Bounds,
    options: FamilyOptions = {},
  ): GaugeMetric<Bounds> {
    const gauge = new Gauge(this.#family(name, help, bounds));
    const admit = this.#bounded(name, bounds, options);
    return {
      set: (labels, value) => gauge.set(admit(labels), value),
      inc: (labels, by = 1) => gauge.inc(admit(labels), by),
    };
  }

  /** A gauge that reads its values when it is scraped; `read` must answer at once, from memory. */
  observableGauge<const Bounds extends LabelBounds>(
    name: string,
    help: string,
    bounds: Bounds,
    read: Read<Bounds>,
    options: FamilyOptions = {},
  ): void {
    this.#observable(Gauge, name, help, bounds, read, options);
  }

  /** A counter that somebody else counts, and that is read when it is scraped. */
  observableCounter<const Bounds extends LabelBounds>(
    name: string,
    help: string,
    bounds: Bounds,
    read: Read<Bounds>,
    { countedBy = 'elsewhere', ...options }: FamilyOptions & { readonly countedBy?: CountedBy } = {},
  ): void {
    this.#countedBy.set(fullName(name), countedBy);
    this.#observable(Counter, counterName(name), help, bounds, read, options);
  }

  /** The text that Prometheus reads. */
  exposition(): Promise<string> {
    return this.#registry.metrics();
  }

  /** All families, also those without a series yet. */
  families(): readonly FamilyDescription[] {
    return this.#registry.getMetricsAsArray().map((family) => ({
      name: family.name,
      help: family.help,
      labels: 'labelNames' in family && Array.isArray(family.labelNames) ? family.labelNames.map(String) : [],
    }));
  }

  /** Every series as it is now. */
  async samples(): Promise<readonly Sample[]> {
    const families = await this.#registry.getMetricsAsJSON();
    return families.flatMap(({ name, type, values }) => {
      const countedBy = this.#countedBy.get(name);
      return values.map((value) => ({
        name: 'metricName' in value && typeof value.metricName === 'string' ? value.metricName : name,
        type: String(type),
        labels: Object.fromEntries(
          Object.entries(value.labels).flatMap(([label, said]) =>
            said === undefined ? [] : [[label, said]],
          ),
        ),
        value: value.value,
        ...(countedBy === undefined ? {} : { countedBy }),
      }));
    });
  }

  #tellLag(lag: EventLoopLag): void {
    for (const [figure, text] of [
      ['p99', 'How late 99 % of the timers were less than in the worst five seconds of the last 30 s'],
      ['max', 'How late the latest timer of the last 30 s was'],
    ] as const)
      this.observableGauge(`nodejs_eventloop_lag_${figure}_seconds`, text, {}, (set) => {
        const worst = lag.worst();
        if (worst !== undefined) set({}, worst[figure]);
      });
  }

  #observable<Bounds extends LabelBounds>(
    Kind: typeof Gauge | typeof Counter,
    name: string,
    help: string,
    bounds: Bounds,
    read: Read<Bounds>,
    options: FamilyOptions,
  ): void {
    const admit = this.#bounded(name, bounds, options);
    const family = new Kind({
      ...this.#family(name, help, bounds),
      collect: () => {
        // Series that have no value any more must not keep their last one; several of `other` are one sum.
        family.reset();
        // One without labels is 0 after that, and what nobody tells must be missing.
        if (Object.keys(bounds).length === 0) family.remove();
        admit.forget();
        read((labels, value) => family.inc(admit(labels), value));
      },
    });
  }

  #family(name: string, help: string, bounds: LabelBounds) {
    return { name: fullName(name), help, labelNames: Object.keys(bounds), registers: [this.#registry] };
  }

  #bounded<Bounds extends LabelBounds>(
    name: string,
    bounds: Bounds,
    { sets = SETS }: FamilyOptions,
    seriesPerSet = 1,
  ): Admit<Bounds> {
    const kept = new SeriesBounds(bounds, { sets, seriesPerSet }, this.#budget);
    const admit = (labels: LabelValues<Bounds>): Record<string, string> => {
      const { labels: admitted, dropped } = kept.admit(labels);
      if (dropped) this.#dropped.inc({ metric: fullName(name) });
      return admitted;
    };
    return Object.assign(admit, { forget: () => kept.forget() });
  }
}

interface Admit<Bounds extends LabelBounds> {
  (labels: LabelValues<Bounds>): Record<string, string>;
  forget(): void;
}

/** All combinations of the values of these lists; none where one label is no list, or where they are many. */
function born<Bounds extends LabelBounds>(bounds: Bounds): LabelValues<Bounds>[] {
  let sets: Record<string, string>[] = [{}];
  for (const [label, bound] of Object.entries(bounds)) {
    if ('max' in bound || sets.length * bound.length > MOST_BORN) return [];
    sets = sets.flatMap((set) => bound.map((value) => Object.assign({}, set, { [label]: value })));
  }
  // Every label has a value of its list now, which the compiler cannot see.
  return sets as LabelValues<Bounds>[];
}

function fullName(name: string): string {
  return NAMED_BY_THE_FIELD.test(name) ? name : PREFIX + name;
}

function counterName(name: string): string {
  if (!name.endsWith('_total'))
    throw new Error(`the counter ${name} must be named ${name}_total, as Prometheus names counters`);
  return name;
}
