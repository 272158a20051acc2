import type { INestApplicationContext } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import { FakeAKTools } from './market-data/aktools/testing/fake-aktools.ts';
import { Metrics } from './monitoring/metrics.ts';
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

  it('has paid for every call, and counts it', async () => {
    const hosts = await database.sql.query<{ host: string; tokens: number }>(
      'SELECT host, tokens FROM app.upstream_budgets ORDER BY host',
    );
    expect(hosts.map(({ host }) => host)).toEqual(expect.arrayContaining(['eastmoney', 'exchange']));
    expect(await worker.get(Metrics).registry.metrics()).toMatch(
      /upstream_call_duration_seconds_count\{operation="stock_zh_a_hist",outcome="ok"\} 1/,
    );
  });
});
