/** All that knows OpenTelemetry's SDK; loaded only where `tracing.endpoint` is configured. */
import {
  createTraceState,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind as Kind,
  SpanStatusCode,
  trace as api,
  TraceFlags,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TracingSettings } from '../../common/configuration/otlp-headers.ts';
import type { TraceContext } from '../../common/tracing/trace-context.ts';
import type { Span, SpanKind, SpanStart, Tracer } from '../../common/tracing/tracer.ts';
import { type ExportOutcome, OtlpExporter } from './otlp-exporter.ts';

/** Spans that wait or are being sent; beyond this new ones are dropped and counted. About 1 kB each. */
const MOST_WAITING = 4_096;
const BATCH = 512;
const BATCH_EVERY_MS = 5_000;
/** Three attempts of 5 s and the pauses between them. */
const EXPORT_MS = 40_000;
const LONGEST_VALUE = 200;
/** A bit among others. */
const SAMPLED: number = TraceFlags.SAMPLED;

const KINDS: Readonly<Record<SpanKind, Kind>> = {
  server: Kind.SERVER,
  client: Kind.CLIENT,
  producer: Kind.PRODUCER,
  consumer: Kind.CONSUMER,
  internal: Kind.INTERNAL,
};

export interface TracingOptions {
  readonly settings: TracingSettings;
  readonly service: string;
  readonly instance: string;
  /** Told of every batch, and of spans that were dropped; must neither throw nor wait. */
  readonly tell: (outcome: ExportOutcome) => void;
}

export interface RunningTracing {
  readonly tracer: Tracer;
  /** Sends what waits, and ends. */
  shutdown(): Promise<void>;
}

function toSpanContext({ traceId, spanId, sampled, state }: TraceContext): SpanContext {
  return {
    traceId,
    spanId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(state === undefined ? {} : { traceState: createTraceState(state) }),
  };
}

function toTraceContext(
  { traceId, spanId, traceFlags }: SpanContext,
  state: string | undefined,
): TraceContext {
  const sampled = (traceFlags & SAMPLED) === SAMPLED;
  return { traceId, spanId, sampled, ...(state === undefined ? {} : { state }) };
}

/** Bounds what waits, and counts what it drops: the SDK's own bound drops without a word. */
class Bounded implements SpanProcessor {
  readonly #next: SpanProcessor;
  readonly #drop: () => void;
  waiting = 0;

  constructor(next: SpanProcessor, drop: () => void) {
    this.#next = next;
    this.#drop = drop;
  }

  onStart(...started: Parameters<SpanProcessor['onStart']>): void {
    this.#next.onStart(...started);
  }

  onEnd(...ended: Parameters<SpanProcessor['onEnd']>): void {
    if (this.waiting >= MOST_WAITING) {
      this.#drop();
      return;
    }
    this.waiting += 1;
    this.#next.onEnd(...ended);
  }

  forceFlush(): Promise<void> {
    return this.#next.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#next.shutdown();
  }
}

export function startOpenTelemetry({ settings, service, instance, tell }: TracingOptions): RunningTracing {
  const exporter = new OtlpExporter(settings, (outcome) => {
    bounded.waiting -= outcome.sent + outcome.lost;
    tell(outcome);
  });
  const batches = new BatchSpanProcessor({
    exporter,
    maxQueueSize: MOST_WAITING,
    maxExportBatchSize: BATCH,
    scheduledDelayMillis: BATCH_EVERY_MS,
    exportTimeoutMillis: EXPORT_MS,
  });
  const bounded = new Bounded(batches, () => tell({ sent: 0, lost: 1, trouble: 'too many spans wait' }));
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(settings.sampleRatio) }),
    resource: resourceFromAttributes({
      'service.namespace': 'stock-analysis',
      'service.name': service,
      'service.instance.id': instance,
    }),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
    spanProcessors: [bounded],
  });
  const spans = provider.getTracer('stock-analysis');
  const start = ({ name, kind, attributes, parent, links = [] }: SpanStart): Span => {
    const context =
      parent === undefined ? ROOT_CONTEXT : api.setSpanContext(ROOT_CONTEXT, toSpanContext(parent));
    const linked = links.map((link) => ({ context: toSpanContext(link) }));
    const span = spans.startSpan(name, { kind: KINDS[kind], attributes, links: linked }, context);
    return {
      trace: toTraceContext(span.spanContext(), parent?.state),
      end({ name: newName, attributes: more, errorType } = {}) {
        if (newName !== undefined) span.updateName(newName);
        if (more !== undefined) span.setAttributes(more);
        if (errorType !== undefined)
          span.setAttribute('error.type', errorType).setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  };
  return { tracer: { start }, shutdown: () => provider.shutdown() };
}
