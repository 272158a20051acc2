import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inJob, inTurn, tracedJob } from './job-scope.ts';
import { currentScope, currentTrace, inScope } from './scope.ts';
import { formatTraceparent } from './trace-context.ts';

const TRACE = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', sampled: true };
const traceparent = formatTraceparent(TRACE);

/** What is at work after waiting, as a service deep inside sees it. */
const seen = async () => {
  await turn();
  return currentScope();
};

describe('a job', () => {
  it('carries the trace of what made it, and goes on with it in another process', async () => {
    const data = inScope({ trace: TRACE }, () => tracedJob({ runId: 'a' }));
    expect(data).toEqual({ runId: 'a', traceparent });
    const scope = await inJob('loads', [{ id: 'j', data }], seen);
    expect(scope?.job).toEqual({ job: 'loads', jobId: 'j', runId: 'a' });
    expect(scope?.trace).toMatchObject({ traceId: TRACE.traceId, sampled: true });
    expect(scope?.trace.spanId).not.toBe(TRACE.spanId);
  });

  it('is its own run where it names none', async () => {
    expect((await inJob('mail', [{ id: 'j', data: {} }], seen))?.job?.runId).toBe('j');
  });

  it.each([
    ['nothing', null],
    ['no trace', {}],
    ['something that is none', { traceparent: 'x' }],
  ])('begins a trace where its data says %s', async (_what, data) => {
    const trace = (await inJob('mail', [{ id: 'j', data }], seen))?.trace;
    expect(trace?.traceId).toMatch(/^[\da-f]{32}$/);
    expect(trace?.traceId).not.toBe(TRACE.traceId);
  });

  it('of several that are answered at once has a trace of its own and no one id', async () => {
    const jobs = ['a', 'b'].map((id) => ({ id, data: { traceparent } }));
    const scope = await inJob('mail', jobs, seen);
    expect(scope?.trace.traceId).not.toBe(TRACE.traceId);
    expect(scope?.job).toEqual({ job: 'mail', jobId: undefined, runId: undefined });
  });

  it('fails as its work does, and leaves no scope behind', async () => {
    await expect(
      inJob('mail', [{ id: 'j', data: {} }], () => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no');
    expect(currentTrace()).toBeUndefined();
  });
});

describe('what repeats', () => {
  it('has a trace for the log at each turn, which jobs that it sends do not go on with', async () => {
    const turns = await Promise.all([inTurn('a', seen), inTurn('a', seen)]);
    expect(turns.map((scope) => scope?.job)).toEqual([
      { job: 'a', jobId: undefined, runId: undefined },
      { job: 'a', jobId: undefined, runId: undefined },
    ]);
    expect(new Set(turns.map((scope) => scope?.trace.traceId))).toHaveLength(2);
    expect(inTurn('a', () => tracedJob({ x: 1 }))).toEqual({ x: 1 });
    expect(tracedJob({ x: 1 })).toEqual({ x: 1 });
  });
});
