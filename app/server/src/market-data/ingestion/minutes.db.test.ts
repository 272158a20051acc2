import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import type { MinuteBar, MinuteRow } from '../provider.ts';
import { locateSampleData } from '../sample/sample-files.ts';
import { SampleProvider } from '../sample/sample-provider.ts';
import { LIVE } from './testing/live-market.ts';
import { loadAll, replacing } from './testing/runs.ts';

const SYMBOL = '600000.SH';
const DAY = '2024-09-18';

const minute = (at: string, changes: Partial<MinuteBar> = {}): MinuteBar => ({
  at: `${at}:00`,
  open: 9.5,
  high: 9.6,
  low: 9.4,
  close: 9.5,
  volume: 1_000,
  amount: 9_500,
  ...changes,
});
const rowsOf = (bars: readonly MinuteBar[]): MinuteRow[] =>
  bars.map((bar, index) => ({ rowNumber: index + 1, raw: bar, bar }));

describe('minutes of a live source', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    const sample = new SampleProvider(locateSampleData(undefined), [SYMBOL]);
    await loadAll(database.sql, replacing(sample, { source: LIVE }));
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await database.sql.query(`DELETE FROM app.quarantine WHERE dataset = 'minutes'`);
    await database.sql.query('DELETE FROM app.minute_bars');
  });

  /** One answer, given at a time of the exchange's clock. */
  const load = (rows: readonly MinuteRow[], at = `${DAY}T18:00:00`) => {
    const fetchedAt = new Date(`${at}+08:00`);
    const provider = replacing(new SampleProvider(locateSampleData(undefined), [SYMBOL]), {
      source: LIVE,
      minuteRows: () =>
        Promise.resolve({
          origin: 'eastmoney',
          operation: 'minutes',
          fetchedAt,
          outcome: 'data',
          value: rows,
        }),
    });
    const now = (): Date => fetchedAt;
    return loadAll(database.sql, provider, { kind: 'minutes', symbols: [SYMBOL] }, { now });
  };
  const stored = async (): Promise<string[]> =>
    (
      await database.sql.query<{ at: string }>(
        'SELECT at::text FROM app.minute_bars WHERE source = $1 AND symbol = $2 ORDER BY at',
        [LIVE, SYMBOL],
      )
    ).map(({ at }) => at.slice(0, 16));
  const found = () =>
    database.sql.query<{ date: string | null; reason: string; disposition: string }>(
      `SELECT trade_date AS date, reason, disposition FROM app.quarantine WHERE dataset = 'minutes' ORDER BY id`,
    );

  it('leave out the minute that is still moving, and take it with the next load', async () => {
    const rows = rowsOf([minute(`${DAY} 10:29`), minute(`${DAY} 10:30`), minute(`${DAY} 10:31`)]);
    await load(rows, `${DAY}T10:30:20`);
    expect(await stored()).toEqual([`${DAY} 10:29`, `${DAY} 10:30`]);
    await load(rows, `${DAY}T10:31:00`);
    expect(await stored()).toHaveLength(3);
  });

  it('without a trade are bars without a remark; a trade without its other half is told', async () => {
    await load(
      rowsOf([
        minute(`${DAY} 10:29`, { volume: 0, amount: 0 }),
        minute(`${DAY} 10:30`, { volume: 100, amount: 0 }),
      ]),
    );
    expect(await stored()).toHaveLength(2);
    expect(await found()).toEqual([{ date: DAY, reason: 'turnover_missing', disposition: 'flagged' }]);
  });

  it('of one day take back what was found on that day before, and on no other', async () => {
    const broken = (day: string): MinuteBar => minute(`${day} 10:30`, { high: 9.3 });
    await load(rowsOf([broken('2024-09-13')]));
    await load(rowsOf([broken('2024-09-18')]));
    // Nothing of this answer can be a bar, so no bar says which day it is of.
    await load(rowsOf([broken('2024-09-17')]));
    expect((await found()).map(({ date }) => date)).toEqual(['2024-09-13', '2024-09-18', '2024-09-17']);
    // The next one of that day takes its place, although nothing of it can be a bar either.
    await load(rowsOf([minute('2024-09-17 10:31', { high: 9.2 })]));
    expect((await found()).map(({ date }) => date)).toEqual(['2024-09-13', '2024-09-18', '2024-09-17']);
    await load([{ rowNumber: 1, raw: { 时间: 'x' }, malformed: 'no time' }]);
    expect(await found()).toHaveLength(4);
    await load(rowsOf([minute('2024-09-17 10:30')]));
    expect((await found()).map(({ date }) => date)).toEqual(['2024-09-13', '2024-09-18', null]);
  });

  it('keep what was found for 90 days, and what was decided for ever', async () => {
    for (const day of ['2024-09-12', '2024-09-13'])
      await load(rowsOf([minute(`${day} 10:30`, { high: 9.3 })]));
    await database.sql.query(
      `UPDATE app.quarantine SET found_at = now() - interval '91 days',
              resolution = CASE WHEN trade_date = '2024-09-12' THEN 'dropped' END WHERE dataset = 'minutes'`,
    );
    await load(rowsOf([minute(`${DAY} 10:30`)]));
    expect((await found()).map(({ date }) => date)).toEqual(['2024-09-12']);
  });
});
