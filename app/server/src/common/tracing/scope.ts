import { AsyncLocalStorage } from 'node:async_hooks';
import type { Principal } from '../access.ts';
import type { TraceContext } from './trace-context.ts';

/** What every part may know of the request it works for, without handing it through every call. */
export interface RequestContext {
  readonly requestId: string;
  /** Address of the client, as trusted proxies tell it. */
  readonly address: string;
  readonly userAgent: string | undefined;
  /** The request as a part of a trace; `currentTrace()` is the part of it that is at work now. */
  readonly trace: TraceContext;
  /** Set by the access guard. */
  principal: Principal | undefined;
}

/** Work that no request waits for. */
export interface JobContext {
  /** Name of the queue, or of what repeats. */
  readonly job: string;
  /** Of pg-boss; undefined for what repeats. */
  readonly jobId: string | undefined;
  /** The load or other run that the job is about; else the job's own id. */
  readonly runId: string | undefined;
}

/** For what the code at this place works: a request, a job, or neither at start. */
export interface Scope {
  readonly trace: TraceContext;
  readonly request?: RequestContext;
  readonly job?: JobContext;
  /** One turn of what repeats by itself, without a job of the queue. */
  readonly isTurn?: boolean;
}

const storage = new AsyncLocalStorage<Scope>();

export function currentScope(): Scope | undefined {
  return storage.getStore();
}

/** Runs `work` and all that it awaits within the scope. */
export function inScope<Result>(scope: Scope, work: () => Result): Result {
  return storage.run(scope, work);
}

/** Runs `work` for nobody, wherever it is called from. */
export function outsideOfScopes<Result>(work: () => Result): Result {
  return storage.exit(work);
}

/** The part of a trace that is at work now, in a request or a job; undefined at start. */
export function currentTrace(): TraceContext | undefined {
  return storage.getStore()?.trace;
}
