import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseConnector } from './database/connector.ts';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import { createServerApplication } from './main.ts';
import { executeRun } from './market-data/ingestion/execute-run.ts';
import type { ChunkReport } from './market-data/ingestion/run.ts';
import { locateSampleData } from './market-data/sample/sample-files.ts';
import { SampleProvider } from './market-data/sample/sample-provider.ts';

describe('while the first load runs', () => {
  let database: TestDatabase;
  let app: NestExpressApplication;
  let runId: string;
  const get = (path: string) => request(app.getHttpServer()).get(path);

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createServerApplication(database.configuration('server'));
    await app.get(DatabaseConnector).whenReady();
    const [run] = await database.sql.query<{ id: string }>(
      `INSERT INTO app.ingestion_runs (key, source, trigger) VALUES ('sample:all', 'sample', 'start') RETURNING id`,
    );
    runId = run?.id ?? '';
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  /** Loads up to the chunk at which `until` is true, as a worker that stops there, or to the end. */
  async function load(until: (report: ChunkReport) => boolean = () => false): Promise<void> {
    const stop = new AbortController();
    const run = executeRun({
      database: database.sql,
      provider: new SampleProvider(locateSampleData(undefined), ['000001.SZ', '600000.SH', '600519.SH']),
      runId,
      isLastAttempt: false,
      chunkRows: 1_000,
      signal: stop.signal,
      logFailure: () => undefined,
      onChunk: (report) => {
        if (until(report)) stop.abort();
      },
    });
    await run.catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
  }

  async function expectNotLoaded(symbol: string): Promise<void> {
    for (const path of [
      `/api/v1/bars/${symbol}`,
      `/api/v1/indicators/${symbol}?names=MA5`,
      `/api/v1/analyses/rule/${symbol}`,
    ]) {
      const { body } = await get(path).expect(503).expect('Retry-After', '5');
      expect(body).toMatchObject({
        type: 'https://stockanalysis.dev/problems/not-loaded',
        title: 'Market data not loaded yet',
        detail: expect.stringMatching(`^${symbol} is not loaded yet: .*GET /api/v1/ingestions`),
        errors: [],
      });
    }
  }

  it('denies no symbol that may still come, and says so in the list of symbols', async () => {
    await expectNotLoaded('000001.SZ');
    await expectNotLoaded('999999.SZ');
    await get('/api/v1/bars/600519').expect(400);
    expect((await get('/api/v1/symbols').expect(200)).body).toMatchObject({
      asOf: null,
      stale: true,
      items: [],
    });
  });

  it('shows no half of a history, and each whole one as soon as it is there', async () => {
    await load(({ symbol }) => symbol === '600000.SH');
    await expectNotLoaded('600000.SH');
    await expectNotLoaded('600519.SH');
    const { body } = await get('/api/v1/bars/000001.SZ').expect(200);
    expect(body.asOf).toBe('2024-09-19');
    expect(body.items).toHaveLength(7_972);
    expect((await get('/api/v1/symbols?query=000001').expect(200)).body.stale).toBe(true);
  });

  it('knows after it what exists and what does not', async () => {
    await load();
    expect((await get('/api/v1/symbols').expect(200)).body).toMatchObject({
      asOf: '2024-09-19',
      stale: false,
    });
    expect((await get('/api/v1/bars/600000.SH').expect(200)).body.items).toHaveLength(5_908);
    expect((await get('/api/v1/bars/600519.SH').expect(404)).body.title).toBe('Not loaded');
    expect((await get('/api/v1/bars/999999.SZ').expect(404)).body.errors[0].parameter).toBe('symbol');
  });
});
