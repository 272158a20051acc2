import type { INestApplicationContext } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import { FakeAKTools } from './market-data/aktools/testing/fake-aktools.ts';
import { IngestionRuns } from './market-data/ingestion/ingestion-runs.ts';
import { Metrics } from './monitoring/metrics/metrics.ts';
import { createWorkerApplication } from './worker.ts';

const PATIENCE_MS = 60_000;

describe('a worker whose configuration names AKTools', () => {
  let database: TestDatabase;
  let fake: FakeAKTools;
  let worker: INestApplicationContext;

  beforeAll(async () => {
    database = await createTestDatabase();
    fake = await FakeAKTools.start();
    worker = await createWorkerApplication(
      database.configuration('worker', {
        marketData: {
          provider: 'AKTools',
          aktools: { url: fake.url, secondsPerCall: 0.1, burst: 100 },
          sample: {},
          symbols: ['600000.SH', '399001.SZ'],
        },
      }),
    );
    await worker.init();
  });
  afterAll(async () => {
    await worker.close();
    await fake.close();
    await database.drop();
  });

  const stored = () =>
    database.sql.query(
      `SELECT symbol, origin, count(*)::int AS bars, max(trade_date)::text AS last
         FROM app.daily_bars WHERE source = 'aktools' GROUP BY symbol, origin ORDER BY symbol`,
    );

  it('loads what is configured through the gateway, and says where it came from', async () => {
    const expected = [
      // Six rows of 1991 have a high below their low.
      { symbol: '399001.SZ', origin: 'eastmoney', bars: 8_160 - 6, last: '2024-09-19' },
      { symbol: '600000.SH', origin: 'eastmoney', bars: 5_908, last: '2024-09-19' },
    ];
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline && JSON.stringify(await stored()) !== JSON.stringify(expected))
      await sleep(200);
    expect(await stored()).toEqual(expected);
    expect(
      await database.sql.query(
        `SELECT symbol, name, pinyin FROM app.symbols WHERE source = 'aktools' AND symbol = '600000.SH'`,
      ),
    ).toEqual([{ symbol: '600000.SH', name: '浦发银行', pinyin: 'PFYH' }]);
  });

  it('takes a snapshot while it loads what others wait for', async () => {
    // Nobody answers: each of these runs holds its lane until the call's deadline.
    fake.overrides.set('stock_value_em', () => undefined);
    const runs = worker.get(IngestionRuns);
    const order = (symbols: readonly string[]) =>
      runs.enqueue({ kind: 'details', trigger: 'request', symbols });
    const held = [await order(['600000.SH']), await order(['600000.SH', '399001.SZ'])];
    const statusOf = async (id: string): Promise<string | undefined> =>
      (
        await database.sql.query<{ status: string }>('SELECT status FROM app.ingestion_runs WHERE id = $1', [
          id,
        ])
      )[0]?.status;
    const statuses = () => Promise.all(held.map(statusOf));
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline && (await statuses()).join() !== 'running,running') await sleep(50);
    const snapshot = await runs.enqueue({ kind: 'snapshot', trigger: 'request' });
    while (Date.now() < deadline && (await statusOf(snapshot)) !== 'completed') await sleep(50);
    expect([await statusOf(snapshot), ...(await statuses())]).toEqual(['completed', 'running', 'running']);
    fake.overrides.clear();
  });

  it('has paid for every call, and counts it', async () => {
    const hosts = await database.sql.query<{ host: string; tokens: number }>(
      'SELECT host, tokens FROM app.upstream_budgets ORDER BY host',
    );
    expect(hosts.map(({ host }) => host)).toEqual(expect.arrayContaining(['eastmoney', 'exchange']));
    expect(await worker.get(Metrics).exposition()).toMatch(
      /upstream_call_duration_seconds_count\{operation="stock_zh_a_hist",outcome="ok"\} 1/,
    );
  });
});
