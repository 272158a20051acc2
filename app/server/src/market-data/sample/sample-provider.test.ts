import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TradingCalendar } from '../calendar/trading-calendar.ts';
import { locateSampleData } from './sample-files.ts';
import { type Fetched, type SourceRow, type SymbolListing, valueOr } from '../provider.ts';
import { SampleProvider } from './sample-provider.ts';

const rowsOf = async (answer: Promise<Fetched<readonly SourceRow[]>>) => valueOr(await answer, []);
const listingsOf = async (answer: Promise<Fetched<readonly SymbolListing[]>>) => valueOr(await answer, []);

describe('SampleProvider on the files of hqchart', () => {
  const provider = new SampleProvider(locateSampleData(undefined));

  it('offers the eight A-share series and leaves the futures out', async () => {
    expect([...(await provider.listSeries())].sort()).toEqual([
      '000001.SH',
      '000001.SZ',
      '000151.SZ',
      '000300.SH',
      '399001.SZ',
      '399005.SZ',
      '399006.SZ',
      '600000.SH',
    ]);
  });

  it('lists the 5,051 symbols of the snapshot and the five indices that only the list has', async () => {
    const listings = await listingsOf(provider.listSymbols());
    expect(listings).toHaveLength(5_056);
    expect(new Set(listings.map((listing) => listing.symbol)).size).toBe(5_056);
    expect(
      listings
        .filter((listing) => listing.kind === 'index')
        .map((listing) => listing.symbol)
        .sort(),
    ).toEqual([
      '000001.SH',
      '000003.SH',
      '000099.SH',
      '000100.SH',
      '000300.SH',
      '399001.SZ',
      '399003.SZ',
      '399005.SZ',
      '399006.SZ',
    ]);
  });

  it('normalises names to NFKC without spaces', async () => {
    const names = (await listingsOf(provider.listSymbols())).map((listing) => listing.name);
    expect(names.filter((name) => name !== name.normalize('NFKC') || /\s/.test(name) || name === '')).toEqual(
      [],
    );
  });

  it('reads stock volume in shares and rounds the float noise of prices away', async () => {
    const rows = await rowsOf(provider.dailyRows('000001.SZ'));
    expect(rows).toHaveLength(7_972);
    expect(rows.find((row) => row.bar?.date === '2024-01-25')?.bar).toEqual({
      date: '2024-01-25',
      open: 9.33,
      high: 9.54,
      low: 9.27,
      close: 9.5,
      volume: 216_251_395,
      amount: 2_037_648_384,
    });
    expect(rows.find((row) => row.bar?.date === '1991-04-09')?.bar?.open).toBe(47.8);
  });

  it('turns index volume from lots into shares, so that amount per share is a price of the market', async () => {
    const rows = await rowsOf(provider.dailyRows('000001.SH'));
    const last = rows.at(-1);
    expect(last?.bar?.volume).toBe(Number((last?.raw as number[] | undefined)?.[6]) * 100);
    const since2006 = rows.flatMap((row) =>
      row.bar !== undefined && row.bar.date >= '2006' ? [row.bar.amount / row.bar.volume] : [],
    );
    expect(Math.min(...since2006)).toBeGreaterThan(3);
    expect(Math.max(...since2006)).toBeLessThan(25);
  });

  it('selects days, and says that a symbol it has not is not listed', async () => {
    const range = { from: '2024-01-02', to: '2024-01-05' };
    const dates = (await rowsOf(provider.dailyRows('000001.SZ', range))).map((row) => row.bar?.date);
    expect(dates).toEqual(['2024-01-02', '2024-01-03', '2024-01-04', '2024-01-05']);
    expect(await provider.dailyRows('999999.SZ')).toMatchObject({ outcome: 'empty', reason: 'no_series' });
  });

  it('restricts symbols and series to the configured ones, and says so in the fingerprint', async () => {
    const some = new SampleProvider(locateSampleData(undefined), ['000001.SZ', '600519.SH']);
    expect(await some.listSeries()).toEqual(['000001.SZ']);
    expect((await listingsOf(some.listSymbols())).map((listing) => listing.symbol)).toEqual([
      '000001.SZ',
      '600519.SH',
    ]);
    expect(await some.fingerprint()).not.toBe(await provider.fingerprint());
    expect(await provider.fingerprint()).toBe(
      await new SampleProvider(locateSampleData(undefined)).fingerprint(),
    );
  });

  it('has minutes of three shares, whose days add up to the daily bars', async () => {
    for (const symbol of ['000001.SZ', '000151.SZ', '600000.SH']) {
      const minutes = valueOr(await provider.minuteRows(symbol), []);
      expect(minutes).toHaveLength(16_080);
      expect(minutes[0]?.bar?.at).toBe('2024-06-14 09:31:00');
      expect(minutes.at(-1)?.bar?.at).toBe('2024-09-18 15:00:00');
      const range = { from: '2024-06-14', to: '2024-09-18' };
      const days = (await rowsOf(provider.dailyRows(symbol, range))).flatMap(({ bar }) => bar ?? []);
      expect(days).toHaveLength(67);
      const byDay = Map.groupBy(
        minutes.flatMap(({ bar }) => bar ?? []),
        (bar) => bar.at.slice(0, 10),
      );
      for (const day of days) {
        const own = byDay.get(day.date) ?? [];
        const sum = (key: 'volume' | 'amount'): number => own.reduce((total, bar) => total + bar[key], 0);
        expect(Math.abs(sum('volume') / day.volume - 1), `${symbol} ${day.date}`).toBeLessThan(1e-4);
        expect(Math.abs(sum('amount') / day.amount - 1), `${symbol} ${day.date}`).toBeLessThan(1e-4);
        expect(Math.max(...own.map((bar) => bar.high))).toBe(day.high);
      }
    }
  });

  it('has no minutes of an index: what its files call volume is the amount by 100', async () => {
    expect(await provider.minuteRows('000001.SH')).toMatchObject({ outcome: 'empty' });
    const file = join(locateSampleData(undefined), 'M1KLine/000001.sh.minute.kline.json');
    const { data } = JSON.parse(readFileSync(file, 'utf8')) as { data: number[][] };
    // Single-precision floats have seven digits.
    const ratios = data.map((row) => (row[7] ?? 0) / (row[6] ?? 0)).filter((ratio) => ratio > 0);
    expect(ratios.length).toBeGreaterThan(15_000);
    expect([Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toPrecision(5))).toEqual([
      '100.00',
      '100.00',
    ]);
  });

  it('has the closing picture of 2023-08-25, in which two shares were halted', async () => {
    const answer = await provider.snapshot();
    const snapshot = answer.outcome === 'data' ? answer.value : undefined;
    expect(snapshot).toMatchObject({ tradeDate: '2023-08-25', final: true });
    const quotes = new Map(snapshot?.quotes.map((quote) => [quote.symbol, quote]));
    expect(quotes.size).toBe(5_051);
    const [bar] = await rowsOf(provider.dailyRows('600000.SH', { from: '2023-08-25', to: '2023-08-25' }));
    const { last, open, high, low, volume } = quotes.get('600000.SH') ?? {};
    expect({ close: last, open, high, low, volume }).toEqual({
      close: bar?.bar?.close,
      open: bar?.bar?.open,
      high: bar?.bar?.high,
      low: bar?.bar?.low,
      volume: bar?.bar?.volume,
    });
    const perShare = [...quotes.values()]
      .map((quote) => (quote.amount ?? 0) / (quote.volume ?? 0))
      .filter((price) => price > 0);
    // In yuan per share; the highest is 贵州茅台.
    expect(Math.max(...perShare)).toBeLessThan(2_000);
    expect(quotes.get('000001.SH')?.volume).toBe(29_334_768_600);
    const halted = [...quotes.values()].filter((quote) => quote.last === undefined);
    expect(halted.map((quote) => [quote.symbol, quote.volume])).toEqual([
      ['000881.SZ', 0],
      ['300757.SZ', 0],
    ]);
  });

  it('has trading days that contradict no notice of the exchange, and adds none', async () => {
    const days = valueOr(await provider.tradingDays(), []);
    expect([days[0], days.at(-1)]).toEqual(['2000-01-04', '2024-09-19']);
    expect(TradingCalendar.announced('SH').extendedBy(days).changed).toEqual([]);
    expect(TradingCalendar.announced('SZ').extendedBy(days).changed).toEqual([]);
  });

  it('knows the corporate actions of two shares, from and up to a day, and of no other', async () => {
    const answer = await provider.corporateActions('600000.SH');
    expect(answer).toMatchObject({
      outcome: 'data',
      value: { completeFrom: '1999-11-10', completeUntil: '2024-09-19' },
    });
    expect(await provider.corporateActions('000151.SZ')).toMatchObject({ outcome: 'empty' });
  });
});

const COLUMNS = ['yclose', 'open', 'high', 'low', 'close', 'vol', 'amount']
  .map((name) => `"${name}":[1]`)
  .join();

describe('SampleProvider on files of its own', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sample-'));
    mkdirSync(join(folder, 'DayKLine'));
    const snapshot = `var X={"tradedate":20230825,"symbol":["600519.sh"],"name":["贵　州Ａ"],${COLUMNS}}\n`;
    writeFileSync(join(folder, 'shsz_stock_data.js'), snapshot);
    writeFileSync(join(folder, 'symbollist_shsz.js'), 'var L=[["600519.sh","贵州茅台","EQA","GZMT"]]\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const writeBars = (rows: unknown[]): void =>
    writeFileSync(join(folder, 'DayKLine/600519.sh.day.kline.json'), JSON.stringify({ data: rows }));

  it('normalises full-width letters and takes pinyin from the list', async () => {
    expect(await listingsOf(new SampleProvider(folder).listSymbols())).toEqual([
      { symbol: '600519.SH', name: '贵州A', kind: 'stock', pinyin: 'GZMT' },
    ]);
  });

  it.each([
    ['text instead of numbers', [20240102, '1', 1, 1, 1, 1, 1, 1], 'expected 8 numbers'],
    ['a missing column', [20240102, 1, 1, 1, 1, 1, 1], 'expected 8 numbers'],
    ['no list at all', { date: 20240102 }, 'expected 8 numbers'],
    ['a day the calendar lacks', [20240230, 1, 1, 1, 1, 1, 1, 1], '20240230 is not a date YYYYMMDD'],
  ])('hands over a row with %s as malformed, with its number', async (_what, row, malformed) => {
    writeBars([[20240102, 1, 1, 1, 1, 1, 1, 1], row]);
    expect((await rowsOf(new SampleProvider(folder).dailyRows('600519.SH')))[1]).toEqual({
      rowNumber: 2,
      raw: row,
      malformed,
    });
  });

  it('changes its fingerprint with the bars', async () => {
    writeBars([[20240102, 1, 1, 1, 1, 1, 1, 1]]);
    const before = await new SampleProvider(folder).fingerprint();
    writeBars([[20240102, 1, 1, 1, 1, 1, 1, 2]]);
    expect(await new SampleProvider(folder).fingerprint()).not.toBe(before);
  });

  it('names the folder that lacks the files', async () => {
    await expect(new SampleProvider('/nowhere').listSeries()).rejects.toThrow('/nowhere');
  });
});
