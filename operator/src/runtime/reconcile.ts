import { ApiError, Deadline, withFields, type Clock, type Log, type ObjectRef } from '../kube/index.ts';
import { NotLeaderError, TerminalError } from './errors.ts';
import type { ReconcileOutcome } from './metrics.ts';

/** What is reconciled: a name, never an event or an object, so that a lost event loses nothing. */
export type Request = ObjectRef;

export interface Result {
  /** Visit again after this time; the failure count is forgotten. */
  readonly requeueAfterMs?: number | undefined;
}

export interface ReconcileContext {
  /** Aborts on the time-out of this run and when the process stops. Check it after every await. */
  readonly signal: AbortSignal;
  /** Carries controller, namespace, name and reconcileID. */
  readonly log: Log;
  readonly reconcileID: string;
  /**
   * Throws NotLeaderError when this process is not, or may no longer be, the leader, and the signal's reason when this
   * run is over. Call it right before each write.
   */
  readonly assertLeader: () => void;
}

/**
 * Throws: retried with exponential backoff, and not before a Retry-After the API server asked for.
 * Throws TerminalError: not retried until the next event. Returns nothing: done.
 */
export type Reconcile = (request: Request, context: ReconcileContext) => Promise<Result | undefined | void>;

/** When the key comes back. `event`: not by itself, and its failures stay counted. */
type Next =
  | { readonly kind: 'done' }
  | { readonly kind: 'event' }
  | { readonly kind: 'at'; readonly afterMs: number }
  | { readonly kind: 'backoff'; readonly notBeforeMs: number };

export interface Verdict {
  /** Absent: the run was cut off by the stop of the process and says nothing. */
  readonly outcome?: ReconcileOutcome;
  readonly failures: readonly ('error' | 'terminal' | 'panic' | 'timeout')[];
  readonly next: Next;
}

export interface RunOptions {
  readonly reconcile: Reconcile;
  readonly controller: string;
  readonly reconcileID: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly isLeader: () => boolean;
  /** Aborts when the process stops. */
  readonly signal: AbortSignal;
}

/**
 * One run, judged. It is awaited to its very end even when its time is up: a run that was merely given up would go on
 * in the background beside the next one of the same key. Never rejects.
 */
export async function runReconcile(request: Request, options: RunOptions): Promise<Verdict> {
  const { namespace, name } = request;
  const { controller, reconcileID, timeoutMs } = options;
  const log = withFields(options.log, { controller, namespace, name, reconcileID });
  const message = `the reconcile of ${namespace ?? ''}/${name} took longer than ${timeoutMs / 1000} s`;
  const deadline = new Deadline(options.clock, timeoutMs, options.signal, message);
  const context: ReconcileContext = {
    signal: deadline.signal,
    log,
    reconcileID,
    assertLeader() {
      deadline.signal.throwIfAborted();
      if (!options.isLeader()) throw new NotLeaderError();
    },
  };
  try {
    const result = await options.reconcile(request, context);
    return { ...judgeResult(result ?? undefined), failures: deadline.expired ? ['timeout'] : [] };
  } catch (error) {
    if (options.signal.aborted || error instanceof NotLeaderError) {
      log.debug({ err: error }, 'the reconcile was cut off');
      return { failures: [], next: { kind: 'backoff', notBeforeMs: 0 } };
    }
    const verdict = judgeError(error);
    logFailure(log, error, verdict);
    return {
      ...verdict,
      failures: [...verdict.failures, ...(deadline.expired ? (['timeout'] as const) : [])],
    };
  } finally {
    deadline.dispose();
  }
}

function judgeResult(result: Result | undefined): Verdict {
  const afterMs = result?.requeueAfterMs;
  if (afterMs !== undefined && afterMs > 0)
    return { outcome: 'requeue_after', failures: [], next: { kind: 'at', afterMs } };
  return { outcome: 'success', failures: [], next: { kind: 'done' } };
}

function judgeError(error: unknown): Verdict {
  if (error instanceof TerminalError)
    return { outcome: 'error', failures: ['error', 'terminal'], next: { kind: 'event' } };
  const notBeforeMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
  return {
    outcome: 'error',
    failures: isBug(error) ? ['error', 'panic'] : ['error'],
    next: { kind: 'backoff', notBeforeMs },
  };
}

/** What Go would call a panic. */
function isBug(error: unknown): boolean {
  return (
    !(error instanceof Error) ||
    error instanceof TypeError ||
    error instanceof ReferenceError ||
    error instanceof RangeError
  );
}

function logFailure(log: Log, error: unknown, verdict: Verdict): void {
  // Somebody else was faster: the next run works on what they wrote.
  if (error instanceof ApiError && error.isConflict) log.debug({ err: error }, 'lost a race, trying again');
  else if (verdict.next.kind === 'event') log.warn({ err: error }, 'cannot go on until something changes');
  else log.error({ err: error }, 'the reconcile failed, trying again');
}
