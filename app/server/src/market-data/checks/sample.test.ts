import { describe, expect, it } from 'vitest';
import { exchangeOf } from '../../common/market/symbol.ts';
import { TradingCalendar } from '../calendar/trading-calendar.ts';
import { valueOr } from '../provider.ts';
import { SAMPLE_ACTIONS } from '../sample/corporate-actions.ts';
import { locateSampleData } from '../sample/sample-files.ts';
import { SampleProvider } from '../sample/sample-provider.ts';
import { checkRows } from './check-rows.ts';

const provider = new SampleProvider(locateSampleData(undefined));

async function findingsOf(symbol: string) {
  const rows = valueOr(await provider.dailyRows(symbol), []);
  const calendar = TradingCalendar.announced(exchangeOf(symbol) === 'SH' ? 'SH' : 'SZ');
  return checkRows(rows, {
    symbol,
    calendar,
    clock: { date: '2024-09-19', final: true },
    actions: SAMPLE_ACTIONS.get(symbol) ?? 'unknown',
  }).flatMap((row) => row.findings);
}

async function countsOf(symbol: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { disposition, reason } of await findingsOf(symbol)) {
    const key = `${disposition} ${reason}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

// The table of docs/market-data.md.
describe('the real series of the sample', () => {
  it.each<[string, number, Record<string, number>]>([
    ['000001.SH', 8_162, { 'rejected high_low_order': 16, 'flagged gap': 1 }],
    [
      '000001.SZ',
      7_972,
      {
        'flagged turnover_missing': 1,
        'flagged average_price_out_of_range': 2,
        'flagged beyond_price_limit': 7,
      },
    ],
    ['000151.SZ', 5_779, { 'flagged beyond_price_limit': 3 }],
    ['000300.SH', 4_790, {}],
    ['399001.SZ', 8_160, { 'rejected high_low_order': 6 }],
    ['399005.SZ', 4_534, { 'flagged turnover_missing': 1 }],
    ['399006.SZ', 3_476, {}],
    ['600000.SH', 5_908, {}],
  ])('%s of %d rows has the findings %j', async (symbol, rows, counts) => {
    expect(valueOr(await provider.dailyRows(symbol), [])).toHaveLength(rows);
    expect(await countsOf(symbol)).toEqual(counts);
  });

  it('are all that there are', async () => {
    expect(await provider.listSeries()).toHaveLength(8);
  });

  it('are flagged beyond the limit only where their actions are not known: 000001.SZ before 2012', async () => {
    const dates = (await findingsOf('000001.SZ'))
      .filter((found) => found.reason === 'beyond_price_limit')
      .map((found) => found.date);
    expect(dates).toEqual([
      '1996-12-16',
      '1997-02-18',
      '1997-03-17',
      '1997-08-25',
      '2000-11-06',
      '2007-06-20',
      '2008-10-31',
    ]);
  });
});
