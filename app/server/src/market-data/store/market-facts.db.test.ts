import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { TradingCalendar } from '../calendar/trading-calendar.ts';
import { reasonOf } from '../aktools/market-facts.ts';
import { StoredMarketFacts } from './market-facts.ts';

describe('StoredMarketFacts', () => {
  let database: TestDatabase;
  const at = (time: string, source = 'aktools') =>
    new StoredMarketFacts({
      database: database.sql,
      source,
      clock: { now: () => new Date(`${time}:00+08:00`) },
      calendarOf: () => Promise.resolve(TradingCalendar.announced('SH')),
    });

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.sql.query(
      `INSERT INTO app.symbols (source, symbol, code, exchange, name, kind, listed_on)
       VALUES ('aktools', '600000.SH', '600000', 'SH', '浦发银行', 'stock', '1999-11-10'),
              ('aktools', '600001.SH', '600001', 'SH', '邯郸钢铁', 'stock', NULL)`,
    );
    await database.sql.query(
      `INSERT INTO app.halts (source, symbol, from_date, to_date, origin)
       VALUES ('aktools', '600000.SH', '2016-02-15', '2016-03-10', 'eastmoney'),
              ('aktools', '600000.SH', '2024-09-18', NULL, 'eastmoney')`,
    );
  });
  afterAll(() => database.drop());

  it.each([
    ['2024-09-18T08:00', '2024-09-13', true],
    ['2024-09-18T09:15', '2024-09-18', false],
    ['2024-09-18T15:10', '2024-09-18', false],
    ['2024-09-18T15:45', '2024-09-18', true],
    ['2024-09-19T00:30', '2024-09-18', true],
    ['2024-09-21T12:00', '2024-09-20', true],
    ['2024-10-03T12:00', '2024-09-30', true],
  ])('at %s quotes are of %s, final: %s', async (time, date, final) => {
    const facts = at(time);
    expect(await facts.quoteDay(facts.now())).toEqual({ date, final });
  });

  it('does not know the day of quotes beyond the calendar', async () => {
    const facts = at('2031-01-02T12:00');
    expect(await facts.quoteDay(facts.now())).toBeUndefined();
  });

  it('is at the date of the exchange, whatever the zone of the machine', () => {
    expect(at('2024-09-19T00:30').today()).toBe('2024-09-19');
  });

  it.each([
    ['600000.SH', '2024-09-13', '2024-09-13', 'upstream_empty'],
    ['600000.SH', '2016-02-15', '2016-03-10', 'suspended'],
    ['600000.SH', '2016-02-12', '2016-03-10', 'suspended'],
    ['600000.SH', '2016-02-15', '2016-03-11', 'upstream_empty'],
    ['600000.SH', '2024-09-18', '2024-09-30', 'suspended'],
    ['600000.SH', '2024-10-01', '2024-10-07', 'no_trading_in_range'],
    ['600000.SH', '1999-11-01', '1999-11-09', 'not_listed'],
    ['600000.SH', '2031-01-01', '2031-02-01', 'upstream_empty'],
    ['600001.SH', '2024-09-18', '2024-09-18', 'upstream_empty'],
    ['600002.SH', '2024-09-18', '2024-09-18', 'not_listed'],
  ])('%s from %s to %s: %s', async (symbol, from, to, reason) => {
    expect(await reasonOf(at('2024-09-19T12:00'), symbol, { from, to })).toBe(reason);
  });

  it('calls nothing unlisted before a list of symbols is stored', async () => {
    expect(await at('2024-09-19T12:00', 'other').isListed('600002.SH', '2024-09-18')).toBeUndefined();
  });
});
