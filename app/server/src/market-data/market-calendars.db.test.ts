import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import type { Sql } from '../database/sql.ts';
import { TradingCalendar } from './calendar/trading-calendar.ts';
import { StoredCalendars } from './market-calendars.ts';
import { readTradingDays, storeTradingDays } from './store/trading-days.ts';

const announced = TradingCalendar.announced('SH');
const days = (from: string, to: string): readonly string[] => announced.tradingDaysBetween(from, to) ?? [];
const NEXT_YEAR = ['2027-01-04', '2027-01-05'];

describe('stored trading days', () => {
  let database: TestDatabase | undefined;
  let sql: Sql;
  const asked: string[] = [];
  const conflicts: string[] = [];
  const opened = (): StoredCalendars => {
    const counting: Sql = {
      query: (text, parameters) => {
        asked.push(text);
        return sql.query(text, parameters);
      },
    };
    return new StoredCalendars(counting, 'aktools', (text) => conflicts.push(text));
  };

  beforeEach(async () => {
    database ??= await createTestDatabase();
    sql = database.sql;
    await sql.query('DELETE FROM app.trading_days');
    asked.length = 0;
    conflicts.length = 0;
  });
  afterAll(() => database?.drop());

  it('lose a day that a newer list does not name: a closure at short notice', async () => {
    await storeTradingDays(sql, 'aktools', [...days('2026-01-01', '2026-12-31'), ...NEXT_YEAR]);
    const calendars = opened();
    expect((await calendars.current()).market.dayStatus('2026-11-24')).toBe('trading');
    const without = days('2026-11-01', '2026-12-31').filter((day) => day !== '2026-11-24');
    await storeTradingDays(sql, 'aktools', without);
    const { market } = await calendars.current();
    expect(market.dayStatus('2026-11-24')).toBe('closed');
    expect(market.dayStatus('2026-10-30')).toBe('trading');
    // Outside of the list nothing was withdrawn.
    expect(market.nextTradingDay('2026-12-31')).toBe('2027-01-04');
  });

  it('stay sorted and each once, wherever a new list begins', async () => {
    await storeTradingDays(sql, 'aktools', days('2026-11-02', '2026-11-06'));
    await storeTradingDays(sql, 'aktools', days('2026-10-26', '2026-11-03'));
    expect(await readTradingDays(sql, 'aktools')).toEqual(days('2026-10-26', '2026-11-06'));
    expect(await readTradingDays(sql, 'sample')).toEqual([]);
  });

  it('are read once, until there is another list', async () => {
    const calendars = opened();
    await storeTradingDays(sql, 'aktools', [...days('2026-12-01', '2026-12-31'), ...NEXT_YEAR]);
    const first = await calendars.current();
    asked.length = 0;
    expect(await calendars.current()).toBe(first);
    expect(asked).toEqual([expect.not.stringContaining('days::text')]);
    await storeTradingDays(sql, 'aktools', [...NEXT_YEAR, '2027-01-06']);
    expect((await calendars.current()).market.knownUntil).toBe('2027-01-06');
  });

  it('that contradict the notices are told of once, not with every question', async () => {
    await storeTradingDays(sql, 'aktools', ['2026-01-05', '2026-12-31']);
    const calendars = opened();
    const answers = [await calendars.current(), await calendars.current()];
    expect(answers.map(({ market }) => market.dayStatus('2026-06-01'))).toEqual(['trading', 'trading']);
    expect(conflicts).toEqual([expect.stringContaining('differs from the exchange')]);
  });
});
