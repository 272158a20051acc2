import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { security } from '../../common/configuration/security-schema.ts';
import { JobQueue } from '../../database/job-queue.service.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { createOperatorKey } from '../../testing/principals.ts';
import { startServer } from '../../testing/test-application.ts';
import { createWorkerApplication } from '../../worker.ts';
import { Metrics } from '../metrics/metrics.ts';
import { Collector, KIND, type ReceivedSpan } from './testing/collector.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const SYMBOL = '600000.SH';

let database: TestDatabase;
let collector: Collector;
let server: NestExpressApplication;
let worker: INestApplicationContext;
const lines: string[] = [];
const told = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(async () => {
  collector = await Collector.start();
  database = await createTestDatabase();
  const settings = {
    logLevel: 'info',
    logDestination: { write: (line: string) => void lines.push(line) },
    // Only what a trusted proxy wants to be recorded is.
    tracing: { endpoint: collector.endpoint, sampleRatio: 0, headers: {} },
    marketData: { provider: 'Sample' as const, sample: {}, symbols: [SYMBOL, '000001.SH'] },
    security: security.parse({ trustedProxies: ['127.0.0.0/8', '::ffff:127.0.0.0/104'] }),
  };
  server = await startServer(database, settings);
  worker = await createWorkerApplication(database.configuration('worker', settings));
  await server.get(JobQueue).whenStarted();
  await worker.get(JobQueue).whenStarted();
});
afterAll(async () => {
  await Promise.all([server.close(), worker.close()]);
  await collector.close();
  await database.drop();
});

describe('one trace', () => {
  let runId: string;
  let root: ReceivedSpan | undefined;
  let job: ReceivedSpan | undefined;

  beforeAll(async () => {
    const isLoaded = async () =>
      (await database.sql.query(`SELECT 1 FROM app.ingestion_runs WHERE status = 'completed'`)).length > 0;
    await vi.waitUntil(isLoaded, { timeout: 60_000, interval: 200 });
    const key = await createOperatorKey(server);
    // A parameter that is not known is refused, and a span like any other; the order itself comes next.
    await request(server.getHttpServer())
      .post('/api/v1/ingestions?from=nowhere-in-a-trace')
      .set({ ...key, 'X-Forwarded-For': '192.0.2.1', traceparent: `00-${TRACE}-${PARENT}-01` })
      .send({ symbols: [SYMBOL] })
      .expect(400);
    const ordered = await request(server.getHttpServer())
      .post('/api/v1/ingestions')
      .set({ ...key, 'X-Forwarded-For': '192.0.2.1', traceparent: `00-${TRACE}-${PARENT}-01` })
      .send({ symbols: [SYMBOL] })
      .expect(202);
    runId = ordered.body.id;
    const find = (name: string, status?: number) =>
      collector.spans.find(
        (span) =>
          span.name === name &&
          (status === undefined || span.attributes['http.response.status_code'] === status),
      );
    await vi.waitUntil(
      () => {
        root = find('POST /api/v1/ingestions', 202);
        job = find('process market-data-ingestion');
        return root !== undefined && job !== undefined;
      },
      { timeout: 60_000, interval: 200 },
    );
  }, 150_000);

  const childrenOf = (span: ReceivedSpan | undefined) =>
    collector.spans.filter(({ parentSpanId }) => parentSpanId === span?.spanId);

  it('goes from the request over the database to the job in the worker', () => {
    expect(root).toMatchObject({
      ...{ traceId: TRACE, parentSpanId: PARENT, kind: KIND.server, status: { code: 0 } },
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/api/v1/ingestions',
        'http.response.status_code': 202,
        'url.scheme': 'http',
      },
    });
    expect(job).toMatchObject({
      ...{ traceId: TRACE, parentSpanId: root?.spanId, kind: KIND.consumer, status: { code: 0 } },
      attributes: { 'messaging.system': 'pg-boss', 'messaging.destination.name': 'market-data-ingestion' },
    });
    for (const part of [root, job]) {
      const queries = childrenOf(part).filter(({ kind }) => kind === KIND.client);
      expect(queries.map(({ name }) => name)).toContain('INSERT');
      for (const { attributes, name } of queries)
        expect(attributes).toEqual({ 'db.system.name': 'postgresql', 'db.operation.name': name });
    }
  });

  it('is the only one that is recorded: neither the first load nor what repeats is', () => {
    expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
  });

  it('says nothing of parameters, symbols, statements and persons', () => {
    // Times are left out: any digits may stand in them.
    const said = collector.spans.flatMap(({ name, attributes, resource }) =>
      [name, ...Object.entries(attributes), ...Object.entries(resource)].map(String),
    );
    const secret = /600000|nowhere-in-a-trace|app\.|\$1|stk_|192\.0\.2\.1/;
    expect(said.filter((text) => secret.test(text))).toEqual([]);
    expect(said.length).toBeGreaterThan(100);
  });

  it('is the one of all lines of the request and of the job', async () => {
    const ofLoad = () =>
      told().filter(({ runId: id, msg }) => id === runId && String(msg).startsWith('load'));
    await expect.poll(() => ofLoad().length, { timeout: 10_000 }).toBeGreaterThan(0);
    for (const line of ofLoad())
      expect(line).toMatchObject({ traceId: TRACE, job: 'market-data-ingestion', runId });
    expect(
      told().filter(({ res }) => (res as { statusCode?: number } | undefined)?.statusCode === 202),
    ).toEqual([expect.objectContaining({ traceId: TRACE, spanId: root?.spanId })]);
  });
});

describe('a collector that refuses', () => {
  it('is told of once, and counted', async () => {
    const lost = async () =>
      (await worker.get(Metrics).samples()).find(
        ({ name, labels }) => name === 'stock_analysis_trace_spans_total' && labels['outcome'] === 'lost',
      )?.value ?? 0;
    const ask = () =>
      request(server.getHttpServer())
        .get('/api/v1/symbols')
        .set({ 'X-Forwarded-For': '192.0.2.1', traceparent: `00-${TRACE}-${PARENT}-01` });
    for (const round of [1, 2]) {
      collector.answers.push({ status: 401 });
      const before = await lost();
      await ask();
      await expect.poll(lost, { timeout: 20_000, interval: 200 }).toBeGreaterThan(before);
      expect(
        told().filter(({ context }) => context === 'Tracing'),
        `round ${round}`,
      ).toEqual([
        expect.objectContaining({
          level: 'warn',
          msg: expect.stringMatching(/^spans do not reach the collector: 127\.0\.0\.1:\d+ answers 401$/),
        }),
      ]);
    }
    await ask();
    await expect
      .poll(
        () =>
          told()
            .filter(({ context }) => context === 'Tracing')
            .map(({ msg }) => msg),
        { timeout: 20_000 },
      )
      .toContain('spans reach the collector again');
  }, 90_000);
});
