import { currentScope, inScope, type JobContext } from './scope.ts';
import { childOf, formatTraceparent, parseTraceparent, type TraceContext } from './trace-context.ts';
import { errorTypeOf, startSpan } from './tracer.ts';

/** What a job carries beside its own data, so that it goes on with the trace of what made it. */
export interface TracedData {
  readonly traceparent?: string;
  /** The load or other run that it is about. */
  readonly runId?: string;
}

/**
 * The data of a job that is sent now. What is sent at start, or by what repeats, begins a trace of its own: that of a turn
 * is never recorded, and what comes of it would not be either.
 */
export function tracedJob<Data extends object>(data: Data): Data & TracedData {
  const scope = currentScope();
  return scope === undefined || scope.isTurn === true
    ? data
    : { ...data, traceparent: formatTraceparent(scope.trace) };
}

export interface TakenJob {
  readonly id: string;
  readonly data: TracedData | null;
}

function originOf({ data }: TakenJob): TraceContext | undefined {
  const { traceparent } = data ?? {};
  return typeof traceparent === 'string' ? parseTraceparent(traceparent) : undefined;
}

/**
 * Works on what was taken from a queue. One job goes on with the trace of what made it. Several that one piece of work
 * answers begin a trace of their own, which names theirs.
 */
export async function inJob<Result>(
  queue: string,
  jobs: readonly TakenJob[],
  work: () => Promise<Result>,
): Promise<Result> {
  const origins = jobs.flatMap((job) => originOf(job) ?? []);
  const [job, ...others] = jobs;
  const isOne = others.length === 0;
  const span = startSpan({
    name: `process ${queue}`,
    kind: 'consumer',
    attributes: {
      'messaging.system': 'pg-boss',
      'messaging.operation.type': 'process',
      'messaging.destination.name': queue,
      ...(isOne ? {} : { 'messaging.batch.message_count': jobs.length }),
    },
    parent: isOne ? origins[0] : undefined,
    links: isOne ? [] : origins,
  });
  const jobId = isOne ? job?.id : undefined;
  const runId = isOne ? (job?.data?.runId ?? jobId) : undefined;
  try {
    const context: JobContext = { job: queue, jobId, runId };
    const result = await inScope({ trace: span.trace, job: context }, work);
    span.end();
    return result;
  } catch (error) {
    span.end({ errorType: errorTypeOf(error) });
    throw error;
  }
}

/** One turn of what repeats by itself: a trace for the log, never recorded, or most of what is recorded would be these. */
export function inTurn<Result>(what: string, work: () => Result): Result {
  const job = { job: what, jobId: undefined, runId: undefined };
  return inScope({ trace: childOf(undefined), job, isTurn: true }, work);
}
