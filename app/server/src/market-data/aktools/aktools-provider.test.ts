import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../common/clock.ts';
import { type CorporateAction, valueOr } from '../provider.ts';
import { SAMPLE_ACTIONS } from '../sample/corporate-actions.ts';
import { FakeAKTools } from './testing/fake-aktools.ts';
import { openMarket, openProvider } from './testing/open-provider.ts';
import { type SampleBar, sampleBars } from './testing/sample-tables.ts';

let fake: FakeAKTools;
beforeAll(async () => {
  fake = await FakeAKTools.start();
});
afterAll(() => fake.close());

const open = (options = {}) => openProvider(fake.url, systemClock, options);
const cents = (value: number): number => Math.round(value * 100) / 100;
const dashed = (day: number): string => String(day).replace(/(....)(..)(..)/, '$1-$2-$3');
const toLots = (shares: number): number => Math.round(shares / 100) * 100;

/** What a bar of hqchart has to be after the way through AKTools, given what becomes of volume and amount. */
const expected = (
  [day, , o, h, l, c, volume, amount]: SampleBar,
  volumeOf: (shares: number) => number,
  amountOf = cents,
) => ({
  date: dashed(day),
  open: cents(o),
  high: cents(h),
  low: cents(l),
  close: cents(c),
  volume: volumeOf(volume),
  amount: amountOf(amount),
});

describe('daily rows', () => {
  it.each(['000001.SZ', '600000.SH', '000151.SZ'])(
    'of %s are the real ones: prices and amount exact, volume rounded to lots of 100 as Eastmoney rounds it',
    async (symbol) => {
      const answer = await open().provider.dailyRows(symbol);
      expect(answer).toMatchObject({ outcome: 'data', origin: 'eastmoney', operation: 'stock_zh_a_hist' });
      const bars = valueOr(answer, []).map(({ bar }) => bar);
      expect(bars.length).toBeGreaterThan(5_000);
      expect(bars).toEqual(sampleBars(symbol).map((bar) => expected(bar, toLots)));
    },
  );

  it.each(['000001.SH', '399001.SZ'])('of the index %s come in shares', async (symbol) => {
    const answer = await open().provider.dailyRows(symbol);
    expect(answer).toMatchObject({ origin: 'eastmoney', operation: 'index_zh_a_hist' });
    const bars = valueOr(answer, []).map(({ bar }) => bar);
    expect(bars).toEqual(sampleBars(symbol).map((bar) => expected(bar, (lots) => Math.round(lots) * 100)));
  });

  it('of a range are those and no others, asked for in the parameters that AkShare has', async () => {
    const answer = await open().provider.dailyRows('000001.SZ', { from: '2024-01-02', to: '2024-01-05' });
    expect(valueOr(answer, []).map(({ bar }) => bar?.date)).toEqual([
      '2024-01-02',
      '2024-01-03',
      '2024-01-04',
      '2024-01-05',
    ]);
    expect(fake.callsOf('stock_zh_a_hist').at(-1)?.query).toEqual({
      symbol: '000001',
      period: 'daily',
      start_date: '20240102',
      end_date: '20240105',
    });
  });

  it('keep the documented record of AKTools: 2,162,514 lots are 216,251,400 shares', async () => {
    const answer = await open().provider.dailyRows('000001.SZ', { from: '2024-01-25', to: '2024-01-25' });
    expect(valueOr(answer, [])[0]?.bar).toMatchObject({ open: 9.33, close: 9.5, volume: 216_251_400 });
  });

  describe('when Eastmoney fails', () => {
    const range = { from: '2024-06-03', to: '2024-06-28' };
    const bars = (symbol: string) =>
      sampleBars(symbol).filter(([day]) => day >= 20_240_603 && day <= 20_240_628);

    it.each([
      ['stock_zh_a_daily', 'sina', ['eastmoney'], (shares: number) => shares, cents],
      [
        'stock_zh_a_hist_tx',
        'tencent',
        ['eastmoney', 'sina'],
        toLots,
        (yuan: number) => Math.round(yuan / 100) * 100,
      ],
    ] as const)('come from %s of %s, volume in shares', async (operation, origin, down, volume, amount) => {
      for (const symbol of ['000001.SZ', '600000.SH']) {
        for (const host of down) fake.upstream.ban(host, 60_000);
        const answer = await open().provider.dailyRows(symbol, range);
        for (const host of down) fake.upstream.ban(host, 0);
        expect(answer).toMatchObject({ origin, operation });
        expect(valueOr(answer, []).map(({ bar }) => bar)).toEqual(
          bars(symbol).map((bar) => expected(bar, volume, amount)),
        );
      }
    });

    it('and everybody else too, the first failure is told; the sample is not asked', async () => {
      for (const host of ['eastmoney', 'sina', 'tencent']) fake.upstream.ban(host, 60_000);
      await expect(open().provider.dailyRows('000001.SZ', range)).rejects.toMatchObject({
        name: 'SourceError',
        message:
          'stock_zh_a_hist of 000001 could not be read from the source: it failed, as it does when it bans a caller or has changed a page',
        failure: 'upstream_failed',
      });
      for (const host of ['eastmoney', 'sina', 'tencent']) fake.upstream.ban(host, 0);
    });
  });

  it('whose own budget is used up do not wear out the next upstream', async () => {
    const sina = fake.callsOf('stock_zh_a_daily').length;
    const { provider } = open({ budgetOf: () => ({ capacity: 1, secondsPerCall: 3600 }) });
    await provider.dailyRows('000001.SZ', { from: '2024-01-02', to: '2024-01-05' });
    await expect(provider.dailyRows('600000.SH')).rejects.toMatchObject({
      message: expect.stringMatching(
        /^stock_zh_a_hist of 600000 .* the next one is possible at 20/,
      ) as unknown,
      failure: 'over_budget',
      retryAt: expect.any(Date) as unknown,
    });
    expect(fake.callsOf('stock_zh_a_daily')).toHaveLength(sina);
  });
});

it.each(['000001', '000001.SZ" or "', '000001" or ".SZ', 'sz000001', '../etc', ''])(
  '%j is no symbol, and nothing is asked',
  async (symbol) => {
    const before = fake.calls.length;
    const { provider } = open();
    for (const question of ['dailyRows', 'minuteRows', 'profile', 'news', 'corporateActions'] as const)
      await expect(provider[question](symbol)).rejects.toMatchObject({ failure: 'refused' });
    await expect(provider.halts('2024-09-19"')).rejects.toMatchObject({ failure: 'refused' });
    expect(fake.calls).toHaveLength(before);
  },
);

describe('an answer without rows', () => {
  const halted = { isHalted: () => Promise.resolve(true) };
  const closed = { tradingDays: () => Promise.resolve([]) };
  const unlisted = { isListed: () => Promise.resolve(false) };
  const unknown = { tradingDays: () => Promise.resolve(undefined) };
  it.each([
    ['not_listed', unlisted, ['eastmoney']],
    ['suspended', halted, ['eastmoney']],
    ['no_trading_in_range', closed, ['eastmoney']],
    ['upstream_empty', {}, ['eastmoney', 'sina', 'tencent']],
    ['upstream_empty', unknown, ['eastmoney', 'sina', 'tencent']],
  ] as const)('means %s, as what is known of the market says', async (reason, facts, asked) => {
    const before = fake.upstream.log.length;
    const { provider } = open({ facts: openMarket(facts) });
    expect(await provider.dailyRows('300999.SZ', { from: '2024-09-14', to: '2024-09-17' })).toMatchObject({
      outcome: 'empty',
      reason,
      origin: 'eastmoney',
    });
    expect(fake.upstream.log.slice(before).map(({ host }) => host)).toEqual(asked);
  });
});

describe('everything else', () => {
  it('names: 5,047 stocks and the indices; codes find their exchange', async () => {
    const listed = valueOr(await open().provider.listSymbols(), []);
    const by = new Map(listed.map((listing) => [listing.symbol, listing]));
    expect(listed.length).toBe(5_047 + 9);
    expect(by.get('000002.SZ')).toEqual({ symbol: '000002.SZ', name: '万科A', kind: 'stock' });
    expect(by.get('600519.SH')).toMatchObject({ name: '贵州茅台' });
    expect(by.get('000001.SH')).toMatchObject({ kind: 'index', name: '上证指数' });
    expect(await open({ only: ['600519.SH', '999999.SZ'] }).provider.listSymbols()).toMatchObject({
      value: [{ symbol: '600519.SH' }],
    });
  });

  it('minutes of the latest day, in shares, and none where the upstream does not tell the open', async () => {
    const rows = valueOr(await open().provider.minuteRows('000001.SZ'), []);
    expect(rows).toHaveLength(240);
    expect(rows[239]?.bar).toEqual({
      at: '2024-09-18 15:00:00',
      open: 9.77,
      high: 9.77,
      low: 9.77,
      close: 9.77,
      volume: 834_900,
      amount: 8_156_973,
    });
    await expect(open().provider.minuteRows('000001.SH')).rejects.toMatchObject({ failure: 'not_offered' });
  });

  it('the market of 2023-08-25, with the day that the calendar says', async () => {
    const day = { date: '2023-08-25', final: true };
    const { provider } = open({ facts: openMarket({ quoteDay: () => Promise.resolve(day) }) });
    const answer = await provider.snapshot();
    if (answer.outcome === 'empty') throw new Error('no snapshot');
    const { tradeDate, final, quotes } = answer.value;
    expect({ tradeDate, final, quotes: quotes.length }).toEqual({
      tradeDate: '2023-08-25',
      final: true,
      quotes: 5_047,
    });
    expect(quotes.find(({ symbol }) => symbol === '000001.SZ')).toMatchObject({
      last: 11.23,
      previousClose: 11.13,
      volume: 84_535_000,
      amount: 946_760_250.6,
    });
    expect(quotes.filter(({ last }) => last === undefined)).toHaveLength(2);
  });

  it('trading days, ascending', async () => {
    const days = valueOr(await open().provider.tradingDays(), []);
    expect([days.length, days[0], days.at(-1)]).toEqual([8_797, '1990-12-19', '2026-12-31']);
  });

  it('corporate actions per share: dividends that were carried out and rights issues, by ex-date', async () => {
    expect(await open().provider.corporateActions('000001.SZ')).toMatchObject({
      origin: 'sina',
      value: {
        completeFrom: '1990-12-19',
        actions: [
          { exDate: '2000-11-06', rightsPerShare: 0.3, rightsPrice: 8, cashPerShare: 0 },
          { exDate: '2013-06-20', bonusPerShare: 0.6, cashPerShare: 0.17, recordDate: '2013-06-19' },
          { exDate: '2024-06-14', cashPerShare: 0.719, announcedOn: '2024-06-06', adjustsPrice: true },
        ],
      },
    });
  });

  it('corporate actions of 600000.SH, all 24 distributions as they were announced; of an index none', async () => {
    const answer = await open().provider.corporateActions('600000.SH');
    const announced = SAMPLE_ACTIONS.get('600000.SH')?.actions.filter(({ adjustsPrice }) => adjustsPrice);
    const terms = (actions: readonly CorporateAction[]) =>
      actions.map(({ exDate, recordDate, cashPerShare, bonusPerShare, conversionPerShare }) => ({
        ...{ exDate, recordDate, cashPerShare, bonusPerShare, conversionPerShare },
      }));
    expect(answer.outcome === 'data' && terms(answer.value.actions)).toEqual(terms(announced ?? []));
    expect(announced).toHaveLength(24);
    const before = fake.calls.length;
    expect(await open().provider.corporateActions('000001.SH')).toMatchObject({ value: { actions: [] } });
    expect(fake.calls).toHaveLength(before);
  });

  it('profile, valuations and fundamentals', async () => {
    const { provider } = open();
    expect(await provider.profile('000001.SZ')).toMatchObject({
      value: { name: '平安银行', industry: '银行', listedOn: '1991-04-03', totalShares: 19_405_918_198 },
    });
    expect(await provider.valuations('000001.SZ')).toMatchObject({
      value: [
        { date: '2024-09-18', pb: 0.45 },
        { date: '2024-09-19', peg: undefined },
      ],
    });
    const figures = valueOr(await provider.fundamentals('000001.SZ'), []);
    expect(figures.map(({ reportDate, item, unit }) => [reportDate, item, unit])).toEqual([
      ['2024-03-31', '归母净利润', '元'],
      ['2024-06-30', '归母净利润', '元'],
      ['2024-03-31', '净资产收益率(ROE)', '%'],
      ['2024-06-30', '净资产收益率(ROE)', '%'],
      ['1990-12-31', '基本每股收益', '元/股'],
      ['2024-03-31', '基本每股收益', '元/股'],
      ['2024-06-30', '基本每股收益', '元/股'],
      ['2024-03-31', '产权比率', '未知'],
      ['2024-06-30', '产权比率', '未知'],
    ]);
  });

  it('news with the instant of its wall clock, and halts of whole days of A shares', async () => {
    expect(await open().provider.news('000001.SZ')).toMatchObject({
      value: [{ publisher: '证券时报网', publishedAt: new Date('2024-08-15T11:40:12Z') }],
    });
    expect(await open().provider.halts('2024-09-19')).toMatchObject({
      value: [
        { symbol: '000005.SZ', from: '2024-09-18', to: '2024-09-24' },
        { symbol: '600001.SH', from: '2024-09-18', to: undefined },
      ],
    });
  });

  it.each(['profile', 'valuations', 'fundamentals', 'news'] as const)(
    'the %s of an index is refused: its six digits are a bank to the upstream',
    async (question) => {
      const before = fake.calls.length;
      await expect(open().provider[question]('000001.SH')).rejects.toMatchObject({ failure: 'not_offered' });
      expect(fake.calls).toHaveLength(before);
    },
  );
});
