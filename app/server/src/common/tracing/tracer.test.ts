import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { currentTrace, inScope } from './scope.ts';
import { childOf, type TraceContext } from './trace-context.ts';
import { inSpan, isRecording, type SpanStart, startSpan, useTracer } from './tracer.ts';

type Ended = SpanStart & { readonly result: unknown; readonly trace: TraceContext };

const TRACE = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
const ended: Ended[] = [];

/** Records as the real one does, into a list. */
const listing = {
  start(span: SpanStart) {
    const trace = childOf(span.parent);
    return { trace, end: (result?: object) => void ended.push({ ...span, trace, result }) };
  },
};

beforeEach(() => useTracer(listing));
afterEach(() => {
  useTracer(undefined);
  ended.length = 0;
});

const select = <Result>(work: () => Promise<Result>): Promise<Result> =>
  inSpan('SELECT', 'client', { 'db.operation.name': 'SELECT' }, work);

describe('a part of a trace that is recorded', () => {
  it('is a span within the one around it, in which the work sees itself', async () => {
    const seen: unknown[] = [];
    await inScope({ trace: TRACE }, () =>
      inSpan('outer', 'internal', {}, async () => {
        seen.push(currentTrace(), await select(() => Promise.resolve(currentTrace())));
      }),
    );
    const [inner, outer] = ended;
    expect([inner?.name, outer?.name]).toEqual(['SELECT', 'outer']);
    expect(outer?.parent).toEqual(TRACE);
    expect(inner?.parent).toEqual(outer?.trace);
    expect(seen).toEqual([outer?.trace, inner?.trace]);
  });

  it('fails as its work does, and says the class of the error and none of its words', async () => {
    const failing = () => Promise.reject(new TypeError('hunter2'));
    await expect(inScope({ trace: TRACE }, () => select(failing))).rejects.toThrow('hunter2');
    expect(ended).toMatchObject([{ result: { errorType: 'TypeError' } }]);
    expect(JSON.stringify(ended)).not.toContain('hunter2');
  });
});

describe.each([
  ['its trace is not recorded', { trace: { ...TRACE, sampled: false } }, listing],
  ['nothing records', { trace: TRACE }, undefined],
] as const)('where %s', (_what, scope, tracer) => {
  beforeEach(() => useTracer(tracer));

  it('there is no span, and the work is done all the same', async () => {
    await inScope(scope, async () => {
      expect(isRecording()).toBe(false);
      expect(await select(() => Promise.resolve(currentTrace()))).toEqual(scope.trace);
    });
    expect(ended).toEqual([]);
  });
});

it('a span without a tracer has ids for the log, and keeps what was decided about recording', () => {
  useTracer(undefined);
  const span = startSpan({ name: 'GET', kind: 'server', attributes: {}, parent: TRACE });
  span.end();
  expect(span.trace).toEqual({ ...TRACE, spanId: expect.not.stringContaining(TRACE.spanId) });
});
