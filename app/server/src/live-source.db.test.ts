import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IngestionRuns } from './market-data/ingestion/ingestion-runs.ts';
import { Metrics } from './monitoring/metrics/metrics.ts';
import { type LiveWorker, startLiveWorker } from './testing/live-worker.ts';

const PATIENCE_MS = 60_000;

describe('a worker whose configuration names AKTools', () => {
  let live: LiveWorker;
  beforeAll(async () => {
    live = await startLiveWorker(['600000.SH', '399001.SZ']);
  });
  afterAll(() => live.close());

  const stored = () =>
    live.database.sql.query(
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
      await live.database.sql.query(
        `SELECT symbol, name, pinyin FROM app.symbols WHERE source = 'aktools' AND symbol = '600000.SH'`,
      ),
    ).toEqual([{ symbol: '600000.SH', name: '浦发银行', pinyin: 'PFYH' }]);
  });

  it('takes a snapshot while it loads what others wait for', async () => {
    // Nobody answers: each of these runs holds its lane until the call's deadline.
    live.fake.overrides.set('stock_value_em', () => undefined);
    const runs = live.worker.get(IngestionRuns);
    const order = (symbols: readonly string[]) =>
      runs.enqueue({ kind: 'details', trigger: 'request', symbols });
    const held = [await order(['600000.SH']), await order(['600000.SH', '399001.SZ'])];
    const statusOf = async (id: string): Promise<string | undefined> =>
      (
        await live.database.sql.query<{ status: string }>(
          'SELECT status FROM app.ingestion_runs WHERE id = $1',
          [id],
        )
      )[0]?.status;
    const statuses = () => Promise.all(held.map(statusOf));
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline && (await statuses()).join() !== 'running,running') await sleep(50);
    const snapshot = await runs.enqueue({ kind: 'snapshot', trigger: 'request' });
    while (Date.now() < deadline && (await statusOf(snapshot)) !== 'completed') await sleep(50);
    expect([await statusOf(snapshot), ...(await statuses())]).toEqual(['completed', 'running', 'running']);
    live.fake.overrides.clear();
  });

  it('has paid for every call, and counts it', async () => {
    const hosts = await live.database.sql.query<{ host: string; tokens: number }>(
      'SELECT host, tokens FROM app.upstream_budgets ORDER BY host',
    );
    expect(hosts.map(({ host }) => host)).toEqual(expect.arrayContaining(['eastmoney', 'exchange']));
    expect(await live.worker.get(Metrics).exposition()).toMatch(
      /upstream_call_duration_seconds_count\{operation="stock_zh_a_hist",outcome="ok"\} 1/,
    );
  });
});
