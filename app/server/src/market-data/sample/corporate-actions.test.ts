import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adjust, type AdjustmentMode } from '../adjustment/adjust.ts';
import { computeFactors, type KnownFactors } from '../adjustment/factors.ts';
import { toPeriod } from '../adjustment/periods.ts';
import { TradingCalendar } from '../calendar/trading-calendar.ts';
import { limitPrices, priceLimit } from '../checks/price-limits.ts';
import { type Bar, type CorporateAction, valueOr } from '../provider.ts';
import { SAMPLE_ACTIONS } from './corporate-actions.ts';
import { locateSampleData } from './sample-files.ts';
import { SampleProvider } from './sample-provider.ts';

const folder = locateSampleData(undefined);

async function barsOf(symbol: string): Promise<Bar[]> {
  const rows = valueOr(await new SampleProvider(folder).dailyRows(symbol), []);
  return rows.flatMap((row) => row.bar ?? []);
}

function historyOf(symbol: string) {
  const history = SAMPLE_ACTIONS.get(symbol);
  if (history === undefined) throw new Error(`no actions of ${symbol}`);
  return history;
}

function adjusted(bars: readonly Bar[], factors: KnownFactors, mode: AdjustmentMode): readonly Bar[] {
  const result = adjust(bars, factors, mode);
  if (result.kind === 'unknown') throw new Error('factors should be known');
  return result.bars;
}

/** The formula of the trading rules once more, in whole 1/100,000 of a yuan and of a share. */
function referenceByHand(close: number, action: CorporateAction): number {
  const unit = (value: number): bigint => BigInt(Math.round(value * 100_000));
  const one = 100_000n;
  const value = unit(close) - unit(action.cashPerShare);
  const shares = one + unit(action.bonusPerShare) + unit(action.conversionPerShare);
  const thousandths = (value * one * 10n) / (shares * 1_000n);
  return Number((thousandths + 5n) / 10n) / 100;
}

/** Days on which a bar is beyond the limit counted from the reference (the close before, ex-rights on an ex-date). */
function daysBeyond(bars: readonly Bar[], { steps }: KnownFactors): string[] {
  const references = new Map(steps.map((step) => [step.exDate, step.reference]));
  return bars.flatMap((bar, index) => {
    const previous = bars[index - 1];
    const limit = priceLimit({ board: 'main', date: bar.date, listedOn: bars[0]?.date, session: index + 1 });
    if (previous === undefined || limit.kind !== 'percent') return [];
    const { lower, upper } = limitPrices(references.get(bar.date) ?? previous.close, limit.percent);
    return bar.low < lower || bar.high > upper ? [bar.date] : [];
  });
}

describe('the corporate actions of 600000.SH', async () => {
  const bars = await barsOf('600000.SH');
  const history = historyOf('600000.SH');
  const factors = computeFactors(history, bars);
  const priced = history.actions.filter((action) => action.adjustsPrice);

  it('are 24 distributions and the share reform, in order, each with its announcement and what it was compared with', () => {
    expect(priced).toHaveLength(24);
    expect(history.actions.map((action) => action.exDate)).toEqual(
      history.actions.map((action) => action.exDate).toSorted(),
    );
    expect(history.actions.filter((action) => action.citation === '')).toEqual([]);
    const single = history.actions.filter((action) => action.comparedWith.length < 2);
    expect(single.map((action) => action.exDate)).toEqual(['2019-06-11']);
  });

  it('are recorded on the trading day before the ex-date, and traded on it', () => {
    const calendar = TradingCalendar.announced('SH');
    const dates = new Set(bars.map((bar) => bar.date));
    for (const action of priced) {
      expect(action.recordDate).toBe(calendar.previousTradingDay(action.exDate));
      expect(dates.has(action.exDate)).toBe(true);
    }
  });

  it('give each factor by the exchange formula from cash and shares alone', () => {
    expect(factors.steps).toHaveLength(24);
    for (const [index, action] of priced.entries()) {
      const step = factors.steps[index];
      const close = bars.findLast((bar) => bar.date < action.exDate)?.close ?? 0;
      expect(step?.exDate).toBe(action.exDate);
      expect(step?.previousClose).toBe(close);
      expect(step?.reference).toBe(referenceByHand(close, action));
      expect(step?.factor).toBe(referenceByHand(close, action) / close);
      expect(step?.shareRatio).toBeCloseTo(1 + action.bonusPerShare + action.conversionPerShare, 12);
    }
  });

  // baostock.com, documentation of query_adjust_factor: columns dividOperateDate, backAdjustFactor.
  it.each([
    ['2015-06-23', 6.295967],
    ['2016-06-23', 7.128788],
    ['2017-05-25', 9.385732],
    // Its forward factor of 2017-05-25 was 0.989551 when 2018-07-13 was the last ex-date.
    ['2018-07-13', 9.385732 / 0.989551],
  ])(
    'agree with the cumulative factor of BaoStock on %s, which has rounded references, too',
    (date, factor) => {
      const product = factors.steps
        .filter((step) => step.exDate <= date)
        .reduce((all, step) => all / step.factor, 1);
      expect(product / factor).toBeCloseTo(1, 6);
    },
  );

  it('agree with the cumulative factor of Sina to 13 digits, which has unrounded references and the share reform as 1.3', () => {
    const unrounded = (close: number, cash: number, shares: number): number =>
      (close * (1 + shares)) / (close - cash);
    const product = priced.reduce((all, action, index) => {
      const shares = action.bonusPerShare + action.conversionPerShare;
      return all * unrounded(factors.steps[index]?.previousClose ?? 0, action.cashPerShare, shares);
    }, 1.3);
    // Two later dividends are in it: 0.41 on 2025-07-16 after a close of 13.93, 0.42 on 2026-07-16 after 9.31.
    const total = product * unrounded(13.93, 0.41, 0) * unrounded(9.31, 0.42, 0);
    expect(Math.abs(total / 17.3916341988312 - 1)).toBeLessThan(1e-13);
  });

  it.each([
    [20080418, 1.3, '2008-04-24'],
    [20090603, 1.4, '2009-06-09'],
    [20100604, 1.3, '2010-06-10'],
    [20110530, 1.3, '2011-06-03'],
    [20160616, 1.1, '2016-06-23'],
    [20170519, 1.3, '2017-05-25'],
    [20060509, 1.3, '2006-05-12'],
  ])('agree with the share capital that was published on %d: %d times what it was', (day, ratio, exDate) => {
    const text = readFileSync(join(folder, '60000.sh.finance_7.js'), 'utf8');
    const rows = [...text.matchAll(/"Value":\s*([\d.]+),\s*"Date":\s*(\d+)/g)].map((match) => ({
      shares: Number(match[1]),
      day: Number(match[2]),
    }));
    const index = rows.findIndex((row) => row.day === day);
    expect((rows[index]?.shares ?? 0) / (rows[index - 1]?.shares ?? 1)).toBeCloseTo(ratio, 8);
    const action = history.actions.find((each) => each.exDate === exDate);
    const added = (action?.bonusPerShare ?? 0) + (action?.conversionPerShare ?? 0);
    // In the share reform tradable shares came from other holders, so nobody's claim changed.
    expect(1 + added).toBeCloseTo(action?.adjustsPrice === false ? 1 : ratio, 8);
  });

  it('leave no bar beyond the daily limit in 25 years, and no rule that exempts a day is needed for it', () => {
    expect(daysBeyond(bars, factors)).toEqual([]);
    expect(daysBeyond(bars, { ...factors, steps: [] })).toEqual([
      '2002-08-22',
      '2008-04-24',
      '2009-06-09',
      '2010-06-10',
      '2011-06-03',
      '2016-06-23',
      '2017-05-25',
    ]);
  });

  it('are each needed: without a large one its day, and no other, is beyond the limit', () => {
    for (const exDate of [
      '2002-08-22',
      '2008-04-24',
      '2009-06-09',
      '2010-06-10',
      '2011-06-03',
      '2017-05-25',
    ]) {
      const without = { ...factors, steps: factors.steps.filter((step) => step.exDate !== exDate) };
      expect(daysBeyond(bars, without)).toEqual([exDate]);
    }
  });

  it('leave returns of the adjusted series within the limit, but for half a cent of rounding', () => {
    for (const mode of ['qfq', 'hfq'] as const) {
      const series = adjusted(bars, factors, mode);
      const beyond = series.flatMap((bar, index) => {
        const before = series[index - 1];
        const raw = bars[index];
        if (before === undefined || raw === undefined) return [];
        const change = Math.abs(bar.close / before.close - 1);
        const rounding = 0.005 / (raw.close / (bar.close / before.close));
        return change > 0.1 + rounding + 1e-12 ? [bar.date] : [];
      });
      expect(beyond).toEqual([]);
    }
  });

  it.each([
    ['2002-08-22', 12.13, 12.31],
    ['2008-04-24', 27.02, 29.72],
    ['2009-06-09', 21.69, 21.32],
    ['2010-06-10', 14.12, 13.7],
    ['2011-06-03', 10.04, 10.09],
    ['2017-05-25', 11.75, 12.93],
  ])('make the return of %s that of its reference %d to its close %d', (date, reference, close) => {
    const series = adjusted(bars, factors, 'hfq');
    const index = series.findIndex((bar) => bar.date === date);
    const change = (series[index]?.close ?? 0) / (series[index - 1]?.close ?? 1);
    expect(change).toBeCloseTo(close / reference, 12);
  });

  it('keep the last qfq price and the first hfq price as paid', () => {
    expect(adjusted(bars, factors, 'qfq').at(-1)).toEqual(bars.at(-1));
    expect(adjusted(bars, factors, 'hfq')[0]).toEqual(bars[0]);
  });

  it('make the weekly bar of an ex-date whole: raw, its high is of before and its low of after', () => {
    const weekOf = (daily: readonly Bar[]): Bar | undefined =>
      toPeriod(daily, 'weekly').find((bar) => bar.date === '2017-05-26');
    const [raw, qfq] = [weekOf(bars), weekOf(adjusted(bars, factors, 'qfq'))];
    expect((raw?.high ?? 0) / (raw?.low ?? 1)).toBeGreaterThan(1.3);
    expect((qfq?.high ?? 0) / (qfq?.low ?? 1)).toBeLessThan(1.15);
  });

  it('say nothing of bars after the end of the table', () => {
    const last = bars.at(-1);
    const next = { ...(last ?? bars[0]!), date: '2024-09-20' };
    expect(adjust([...bars, next], factors, 'qfq')).toEqual({
      kind: 'unknown',
      knownFrom: '1999-11-10',
      knownUntil: '2024-09-19',
    });
  });
});

describe('the corporate actions of 000001.SZ', async () => {
  const bars = await barsOf('000001.SZ');
  const history = historyOf('000001.SZ');
  const factors = computeFactors(history, bars);

  it('are known from 2012 on, so the whole series is not adjusted, and the part is', () => {
    expect(adjust(bars, factors, 'hfq')).toEqual({
      kind: 'unknown',
      knownFrom: '2012-01-01',
      knownUntil: '2024-09-19',
    });
    const since2012 = bars.filter((bar) => bar.date >= '2012-01-01');
    expect(adjusted(since2012, factors, 'hfq')).toHaveLength(since2012.length);
  });

  it('leave no bar since 2012 beyond the daily limit', () => {
    const since2012 = bars.filter((bar) => bar.date >= '2012-01-01');
    expect(daysBeyond(since2012, factors)).toEqual([]);
    expect(daysBeyond(since2012, { ...factors, steps: [] })).toEqual([
      '2013-06-20',
      '2014-06-12',
      '2015-04-13',
      '2016-06-16',
    ]);
  });

  it('pay from 2017 to 2023 together the 1.35 by which Eastmoney shifts the prices of March 2017', () => {
    const cash = history.actions
      .filter((action) => action.exDate > '2017-03-31' && action.exDate < '2024-01-01')
      .reduce((sum, action) => sum + action.cashPerShare * 1_000, 0);
    expect(Math.round(cash)).toBe(1_350);
  });

  it('have 2024-06-14 with 0.719 per share: 10.80 becomes 10.08', () => {
    expect(factors.steps.at(-1)).toMatchObject({
      exDate: '2024-06-14',
      previousClose: 10.8,
      reference: 10.08,
    });
  });

  it('are recorded on the trading day before the ex-date', () => {
    const calendar = TradingCalendar.announced('SZ');
    for (const action of history.actions)
      expect(action.recordDate).toBe(calendar.previousTradingDay(action.exDate));
  });
});
