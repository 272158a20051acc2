import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newTraceId, type TraceContext } from '../../common/tracing/trace-context.ts';
import { type RunningTracing, startOpenTelemetry } from './open-telemetry.ts';
import { type ExportOutcome, OtlpExporter } from './otlp-exporter.ts';
import { Collector, KIND } from './testing/collector.ts';

const PARENT: TraceContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  sampled: true,
  state: 'rojo=1',
};

let collector: Collector;
let running: RunningTracing;
const outcomes: ExportOutcome[] = [];

function start(sampleRatio = 1, endpoint = collector.endpoint): void {
  const settings = { endpoint, sampleRatio, headers: { authorization: 'Bearer of-the-tests' } };
  running = startOpenTelemetry({
    settings,
    service: 'stock-analysis-server',
    instance: 'server@test:1',
    tell: (outcome) => void outcomes.push(outcome),
  });
}

const select = (parent?: TraceContext) =>
  running.tracer.start({
    name: 'SELECT',
    kind: 'client',
    attributes: { 'db.operation.name': 'SELECT' },
    parent,
  });

beforeEach(async () => {
  outcomes.length = 0;
  collector = await Collector.start();
  start();
});
afterEach(async () => {
  await running.shutdown().catch(() => undefined);
  await collector.close();
});

describe('spans', () => {
  it('reach the collector as OTLP, as children of what a trusted proxy began', async () => {
    const request = running.tracer.start({
      name: 'GET',
      kind: 'server',
      attributes: { 'http.request.method': 'GET' },
      parent: PARENT,
    });
    expect(request.trace).toEqual({ ...PARENT, spanId: expect.not.stringContaining(PARENT.spanId) });
    const query = select(request.trace);
    query.end({ errorType: 'QueryFailedError' });
    request.end({ name: 'GET /a/:b', attributes: { 'http.response.status_code': 200 } });
    await running.shutdown();
    const resource = {
      'service.namespace': 'stock-analysis',
      'service.name': 'stock-analysis-server',
      'service.instance.id': 'server@test:1',
    };
    expect(collector.spans).toEqual([
      expect.objectContaining({
        ...{ traceId: PARENT.traceId, spanId: query.trace.spanId, parentSpanId: request.trace.spanId },
        ...{ name: 'SELECT', kind: KIND.client, resource, links: [] },
        attributes: { 'db.operation.name': 'SELECT', 'error.type': 'QueryFailedError' },
        status: { code: 2 },
      }),
      expect.objectContaining({
        ...{ traceId: PARENT.traceId, spanId: request.trace.spanId, parentSpanId: PARENT.spanId },
        ...{ name: 'GET /a/:b', kind: KIND.server, traceState: 'rojo=1', status: { code: 0 } },
        attributes: { 'http.request.method': 'GET', 'http.response.status_code': 200 },
      }),
    ]);
    for (const { nanoseconds } of collector.spans) expect(nanoseconds).toBeGreaterThanOrEqual(0n);
    expect(collector.requests).toHaveLength(1);
    expect(collector.requests[0]).toMatchObject({
      url: '/v1/traces',
      headers: { 'content-type': 'application/json', authorization: 'Bearer of-the-tests' },
    });
    expect(collector.requests[0]?.headers).not.toHaveProperty('traceparent');
    expect(outcomes).toEqual([{ sent: 2, lost: 0, trouble: undefined }]);
  });

  it('of several traces are named by a link', async () => {
    running.tracer
      .start({ name: 'process', kind: 'consumer', attributes: {}, parent: undefined, links: [PARENT] })
      .end();
    await running.shutdown();
    const [span] = collector.spans;
    expect(span?.links).toEqual([
      expect.objectContaining({ traceId: PARENT.traceId, spanId: PARENT.spanId }),
    ]);
    expect(span).toMatchObject({ kind: KIND.consumer, parentSpanId: undefined });
    expect(span?.traceId).not.toBe(PARENT.traceId);
  });
});

describe('spans of a full batch', () => {
  it('arrive although the process ends while they are being sent', async () => {
    const began = Array.from({ length: 512 }, () => select());
    for (const span of began) span.end();
    await running.shutdown();
    expect(collector.spans).toHaveLength(began.length);
    expect(outcomes).toEqual([{ sent: began.length, lost: 0, trouble: undefined }]);
  });
});

describe('what is recorded', () => {
  it.each([
    [0, 0, 0],
    [0.25, 350, 650],
    [1, 2_000, 2_000],
  ])('of what begins here at the ratio %d', async (ratio, least, most) => {
    start(ratio);
    const began = Array.from({ length: 2_000 }, () => select());
    for (const span of began) span.end();
    const recorded = began.filter(({ trace }) => trace.sampled);
    expect(recorded.length).toBeGreaterThanOrEqual(least);
    expect(recorded.length).toBeLessThanOrEqual(most);
    await running.shutdown();
    expect(collector.spans.map(({ spanId }) => spanId).toSorted()).toEqual(
      recorded.map(({ trace }) => trace.spanId).toSorted(),
    );
  });

  it.each([true, false])('of a parent that says %s is what it says', async (sampled) => {
    start(sampled ? 0 : 1);
    const span = select({ traceId: newTraceId(), spanId: PARENT.spanId, sampled });
    span.end();
    expect(span.trace.sampled).toBe(sampled);
    await running.shutdown();
    expect(collector.spans).toHaveLength(sampled ? 1 : 0);
  });
});

describe('spans that cannot be written', () => {
  it('are told as lost, and end no process', async () => {
    const spans = new InMemorySpanExporter();
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] });
    provider.getTracer('tests').startSpan('SELECT').end();
    const [span] = spans.getFinishedSpans();
    if (span === undefined) throw new Error('no span was recorded');
    const noLinks = (): never => {
      throw new RangeError('no links');
    };
    const broken = Object.defineProperty(span, 'links', { get: noLinks });
    const settings = { endpoint: collector.endpoint, sampleRatio: 1, headers: {} };
    const exporter = new OtlpExporter(settings, (outcome) => void outcomes.push(outcome));
    const result = await new Promise((resolve) => exporter.export([broken], resolve));
    expect(result).toMatchObject({ code: 1, error: { message: 'the spans cannot be written: no links' } });
    expect(outcomes).toEqual([{ sent: 0, lost: 1, trouble: 'the spans cannot be written: no links' }]);
    expect(collector.requests).toEqual([]);
    await exporter.shutdown();
  });
});

describe('a collector', () => {
  it('that asks to come again is asked again, and nothing is lost', async () => {
    collector.answers.push({ status: 503, headers: { 'retry-after': '1' } });
    select().end();
    await running.shutdown();
    expect(collector.requests).toHaveLength(2);
    expect(outcomes).toEqual([{ sent: 1, lost: 0, trouble: undefined }]);
  });

  it.each([400, 401, 302])(
    'that refuses with %i is not asked again, and what is lost is told',
    async (status) => {
      collector.answers.push({ status, headers: { location: 'http://127.0.0.1:1/' } });
      select().end();
      await running.shutdown().catch(() => undefined);
      expect(collector.requests).toHaveLength(1);
      expect(outcomes).toEqual([{ sent: 0, lost: 1, trouble: expect.stringContaining(`answers ${status}`) }]);
    },
  );

  it('that takes a part says how many it refused', async () => {
    const partialSuccess = { rejectedSpans: '1', errorMessage: 'too old' };
    collector.answers.push({ status: 200, body: JSON.stringify({ partialSuccess }) });
    select().end();
    select().end();
    await running.shutdown().catch(() => undefined);
    expect(outcomes).toEqual([{ sent: 1, lost: 1, trouble: expect.stringContaining('too old') }]);
  });

  it('that is not there costs no more than the spans that fit, each told as lost', async () => {
    const away = collector.endpoint;
    await collector.close();
    start(1, away);
    const began = performance.now();
    for (let span = 0; span < 10_000; span += 1) select().end();
    expect(performance.now() - began).toBeLessThan(5_000);
    const dropped = outcomes.filter(({ trouble }) => trouble === 'too many spans wait');
    expect(dropped).toHaveLength(10_000 - 4_096);
    await running.shutdown().catch(() => undefined);
    const lost = () => outcomes.reduce((sum, outcome) => sum + outcome.lost, 0);
    await expect.poll(lost, { timeout: 30_000 }).toBe(10_000);
  }, 60_000);
});
