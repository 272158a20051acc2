import { currentScope, inScope } from './scope.ts';
import { childOf, type TraceContext } from './trace-context.ts';

/** OpenTelemetry's kinds: asked from outside, asking others, giving to a queue, taking from one, neither. */
export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal';

/**
 * Under the names of OpenTelemetry's semantic conventions. Never a parameter, a path or a body: where a trace is looked at
 * is another system with other readers.
 */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanStart {
  /** Few values: a route template, a kind of statement, a queue. */
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  /** undefined: the first of a new trace. */
  readonly parent: TraceContext | undefined;
  /** Traces that this work is also about. */
  readonly links?: readonly TraceContext[];
}

/** A span that has begun. */
export interface Span {
  readonly trace: TraceContext;
  /** Must be ended once, and is not touched afterwards. */
  end(result?: {
    readonly name?: string;
    readonly attributes?: Attributes;
    readonly errorType?: string;
  }): void;
}

/** Makes spans; there is one while `tracing.endpoint` is configured. */
export interface Tracer {
  start(span: SpanStart): Span;
}

const nothing = (): void => undefined;
/** Ids for the log, and nothing recorded. What a trusted caller decided about recording is passed on. */
const unrecorded: Tracer = { start: ({ parent }) => ({ trace: childOf(parent), end: nothing }) };

let tracer: Tracer | undefined;

/** Of the whole process, as there is one destination. @param next undefined: nothing is recorded */
export function useTracer(next: Tracer | undefined): void {
  tracer = next;
}

/** Begins a part of a trace that another process, or nothing, has begun. */
export function startSpan(span: SpanStart): Span {
  return (tracer ?? unrecorded).start(span);
}

/** Of a request to another server; its path and query are not told. */
export function clientAttributesOf({ protocol, hostname, port }: URL, method = 'GET'): Attributes {
  const fallback = protocol === 'https:' ? 443 : 80;
  return {
    'http.request.method': method,
    'server.address': hostname,
    'server.port': port === '' ? fallback : Number(port),
  };
}

/** The class of an error: its message may say what nobody else is to read. */
export function errorTypeOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}

/** Whether `inSpan` would record now, for who has something to find out first. */
export function isRecording(): boolean {
  return tracer !== undefined && currentScope()?.trace.sampled === true;
}

/**
 * Does a part of what is at work now, which becomes a span where this trace is recorded; else it costs a look.
 * @returns what `work` returns, and it fails as `work` does
 */
export async function inSpan<Result>(
  name: string,
  kind: SpanKind,
  attributes: Attributes,
  work: () => Promise<Result>,
): Promise<Result> {
  const scope = currentScope();
  if (tracer === undefined || scope?.trace.sampled !== true) return work();
  const span = tracer.start({ name, kind, attributes, parent: scope.trace });
  try {
    const result = await inScope({ ...scope, trace: span.trace }, work);
    span.end();
    return result;
  } catch (error) {
    span.end({ errorType: errorTypeOf(error) });
    throw error;
  }
}
