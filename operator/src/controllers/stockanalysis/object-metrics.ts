import type { StockAnalysis } from '../../api/index.ts';
import { KIND, instanceOf } from '../../naming/index.ts';
import { keyOf, type AcceptedWrite, type ObjectRef } from '../../kube/index.ts';
import { CHILD_TYPES, monitoringKinds } from './types.ts';

/** What is exposed of each object, in this order. */
const METRICS = {
  info: ['gauge', '1, with what the object runs in its labels'],
  condition: ['gauge', '1 for the present status of each condition'],
  generation: ['gauge', 'metadata.generation'],
  observed_generation: ['gauge', 'metadata.generation that the operator acts on'],
  certificate_expiry_timestamp_seconds: ['gauge', 'When a certificate that the operator issued expires'],
  reconciles_total: ['counter', 'Visits of this process'],
  writes_total: ['counter', 'Writes of this process to the object and its children that were accepted'],
  drift_repairs_total: [
    'counter',
    'Children that this process put back after somebody changed or deleted them, by kind',
  ],
} as const satisfies Readonly<Record<string, readonly ['gauge' | 'counter', string]>>;

type Metric = keyof typeof METRICS;
type Counted = 'reconciles_total' | 'writes_total';
const NAMES = Object.keys(METRICS) as readonly Metric[];
const PREFIX = 'stock_analysis_object_';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels | undefined, value: number];

const escaped = (value: string): string =>
  value
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);

const written = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');

/** Kinds of which a child can be put back. */
const REPAIRABLE = [...CHILD_TYPES, ...Object.values(monitoringKinds)].map(({ kind }) => kind);

/** Series of one object, kept as the lines that tell of them. */
class ObjectSeries {
  readonly #labels: string;
  readonly #lines = new Map<Metric, string>();
  /** From 0 on: of a series that begins with its first event Prometheus does not see that event. */
  readonly #repairs = new Map(REPAIRABLE.map((kind) => [kind, 0]));
  readonly #counts = { reconciles_total: 0, writes_total: 0 };

  constructor({ namespace = '', name }: ObjectRef) {
    this.#labels = written({ namespace, stockanalysis: name });
    this.#setCount('reconciles_total');
    this.#setCount('writes_total');
    this.#setRepairs();
  }

  /** @returns whether it is another text than before */
  set(metric: Metric, samples: readonly Sample[]): boolean {
    const text = samples.map(([labels, value]) => this.#line(metric, labels, value)).join('');
    if (this.#lines.get(metric) === text) return false;
    this.#lines.set(metric, text);
    return true;
  }

  count(metric: Counted): void {
    this.#counts[metric] += 1;
    this.#setCount(metric);
  }

  repaired(kind: string): void {
    this.#repairs.set(kind, (this.#repairs.get(kind) ?? 0) + 1);
    this.#setRepairs();
  }

  text(metric: Metric): string {
    return this.#lines.get(metric) ?? '';
  }

  #setCount(metric: Counted): void {
    this.set(metric, [[undefined, this.#counts[metric]]]);
  }

  #setRepairs(): void {
    const samples = [...this.#repairs].map(([kind, count]): Sample => [{ kind }, count]);
    this.set('drift_repairs_total', samples);
  }

  #line(metric: Metric, labels: Labels | undefined, value: number): string {
    const own = labels === undefined ? '' : `,${written(labels)}`;
    return `${PREFIX}${metric}{${this.#labels}${own}} ${value}\n`;
  }
}

/**
 * Metrics of every object, gone when it is. Written here, because prom-client takes more than a tenth of a second for
 * twenty thousand series; of a metric of which nothing changed the bytes are kept, which are megabytes at a thousand
 * objects. Every replica tells of conditions, so that nothing is missing while the Lease changes hands; what counts work
 * counts that of this process.
 */
export class ObjectMetrics {
  readonly #objects = new Map<string, ObjectSeries>();
  /** What each metric has over all objects; absent: to be put together anew. */
  readonly #parts = new Map<Metric, Buffer>();

  /** An object as the cache has it now. */
  seen(object: StockAnalysis): void {
    const key = keyOf(object.metadata);
    if (!this.#objects.has(key)) this.#add(key, new ObjectSeries(object.metadata));
    const { conditions = [], observedGeneration = -1, image, schema, database } = object.status ?? {};
    this.#set(object.metadata, 'generation', [[undefined, object.metadata.generation]]);
    this.#set(object.metadata, 'observed_generation', [[undefined, observedGeneration]]);
    const present = conditions.map(({ type, status }): Sample => [{ type, status }, 1]);
    this.#set(object.metadata, 'condition', present);
    const info = {
      app: image?.app?.reference ?? '',
      postgres: image?.postgres?.reference ?? '',
      schema: schema?.version ?? '',
      postgres_version: database?.version ?? '',
    };
    this.#set(object.metadata, 'info', [[info, 1]]);
  }

  #add(key: string, series: ObjectSeries): void {
    this.#objects.set(key, series);
    this.#parts.clear();
  }

  #set(ref: ObjectRef, metric: Metric, samples: readonly Sample[]): void {
    if (this.#objects.get(keyOf(ref))?.set(metric, samples)) this.#parts.delete(metric);
  }

  forget(ref: ObjectRef): void {
    if (this.#objects.delete(keyOf(ref))) this.#parts.clear();
  }

  /** What is not known (any more) is not counted: a visit may outlive its object. */
  reconciled(ref: ObjectRef): void {
    this.#objects.get(keyOf(ref))?.count('reconciles_total');
    this.#parts.delete('reconciles_total');
  }

  /** Any write of the client; that of an Event or a Lease is nobody's. Deletions tell of no owner. */
  wrote({ type, ref, object }: AcceptedWrite): void {
    const owner = type.kind === KIND ? ref.name : instanceOf(object?.metadata.labels);
    const series = owner === undefined ? undefined : this.#objects.get(keyOf({ ...ref, name: owner }));
    if (!series) return;
    series.count('writes_total');
    this.#parts.delete('writes_total');
  }

  repaired(ref: ObjectRef, kind: string): void {
    this.#objects.get(keyOf(ref))?.repaired(kind);
    this.#parts.delete('drift_repairs_total');
  }

  /** @param expires in milliseconds since the epoch; NaN: nobody knows */
  certificate(ref: ObjectRef, certificate: string, expires: number): void {
    if (Number.isNaN(expires)) return;
    const seconds = Math.floor(expires / 1000);
    this.#set(ref, 'certificate_expiry_timestamp_seconds', [[{ certificate }, seconds]]);
  }

  /** Prometheus' text format, in parts. */
  expose(): readonly Buffer[] {
    return NAMES.map((metric) => this.#part(metric));
  }

  #part(metric: Metric): Buffer {
    const kept = this.#parts.get(metric);
    if (kept !== undefined) return kept;
    const [type, help] = METRICS[metric];
    const name = PREFIX + metric;
    const samples = Array.from(this.#objects.values(), (series) => series.text(metric)).join('');
    const part = Buffer.from(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples}`);
    this.#parts.set(metric, part);
    return part;
  }
}
