import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import type { SourceRow } from '../provider.ts';
import { LIVE, liveMarket } from './testing/live-market.ts';
import { loadAll } from './testing/runs.ts';

const SYMBOL = '000001.SZ';
/** The days since its listing; each closes three tenths above the one before, which has a limit from the sixth on. */
const SESSIONS = ['2024-07-15', '2024-07-16', '2024-07-17', '2024-07-18', '2024-07-19', '2024-07-22'];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const rows: readonly SourceRow[] = SESSIONS.map((date, index) => {
  const [open, close] = [
    Math.round(1_000 * 1.3 ** index) / 100,
    Math.round(1_000 * 1.3 ** (index + 1)) / 100,
  ];
  const bar = {
    date,
    open,
    high: close,
    low: open,
    close,
    volume: 1_000,
    amount: 1_000 * ((open + close) / 2),
  };
  return { rowNumber: index + 1, raw: { date }, bar };
});

it('takes the first bar of a whole history for the day of listing, until a profile says otherwise', async () => {
  const live = liveMarket([SYMBOL]);
  live.trouble = {
    dailyRows: (_symbol, { from = '' } = {}) =>
      Promise.resolve({
        origin: 'eastmoney',
        operation: 'daily',
        fetchedAt: live.now(),
        outcome: 'data',
        value: rows.filter(({ bar }) => bar && bar.date >= from && bar.date <= live.day),
      }),
  };
  const now = (): Date => live.now();
  await loadAll(database.sql, live.provider, {}, { now });
  for (const day of SESSIONS.slice(2)) {
    live.day = day;
    await loadAll(database.sql, live.provider, { kind: 'refresh', symbols: [SYMBOL] }, { now });
  }
  const stored = await database.sql.query<{ date: string }>(
    'SELECT trade_date::text AS date FROM app.daily_bars WHERE source = $1 AND symbol = $2 ORDER BY 1',
    [LIVE, SYMBOL],
  );
  expect(stored.map(({ date }) => date)).toEqual(SESSIONS.slice(0, 5));
  expect(
    await database.sql.query(
      'SELECT trade_date AS date, reason, disposition FROM app.quarantine WHERE source = $1',
      [LIVE],
    ),
  ).toEqual([{ date: '2024-07-22', reason: 'beyond_price_limit', disposition: 'held' }]);
});
