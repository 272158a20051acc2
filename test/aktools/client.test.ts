import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capture } from '../../hack/lib/shell.ts';
import { listings, SHENZHEN_PAGE } from './listings.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
}, 300_000);
afterAll(() => rig.stop());

describe('our client before the real AKTools and AkShare', () => {
  const range = { from: '2024-01-25', to: '2024-01-26' };

  it('reads daily bars of Eastmoney in shares', async () => {
    expect(await rig.open().dailyRows('000001.SZ', range)).toMatchObject({
      origin: 'eastmoney',
      value: [
        {
          bar: {
            date: '2024-01-25',
            open: 9.33,
            high: 9.54,
            low: 9.27,
            close: 9.5,
            volume: 216_251_400,
            amount: 2_037_648_413.07,
          },
        },
        { bar: { date: '2024-01-26' } },
      ],
    });
  });

  it('falls back to Tencent when Eastmoney and Sina fail, and makes shares of its lots', async () => {
    rig.sites.closed.add('push2his.eastmoney.com');
    const answer = await rig.open().dailyRows('000001.SZ', { from: '2024-01-25', to: '2024-01-25' });
    rig.sites.closed.clear();
    expect(answer).toMatchObject({
      origin: 'tencent',
      value: [{ bar: { date: '2024-01-25', volume: 216_251_400, amount: 2_037_648_400 } }],
    });
  });

  it('reads the index by its code and not the bank that has the same', async () => {
    expect(await rig.open().dailyRows('000001.SH', { from: '2024-01-25', to: '2024-01-25' })).toMatchObject({
      operation: 'index_zh_a_hist',
      value: [{ bar: { close: 2906.11, volume: 38_352_100_000, amount: 410_000_000_000 } }],
    });
  });

  it('reads minutes, the market, a profile, valuations, reports, news, halts and corporate actions', async () => {
    const provider = rig.open();
    expect(await provider.minuteRows('000001.SZ')).toMatchObject({
      value: [{ bar: { at: '2024-09-18 09:31:00', open: 9.77, volume: 1_296_700 } }],
    });
    const snapshot = await provider.snapshot();
    expect(snapshot).toMatchObject({ value: { tradeDate: '2024-09-18', final: true } });
    const quotes = snapshot.outcome === 'data' ? snapshot.value.quotes : [];
    expect([quotes.length, quotes[0]]).toEqual([
      3_200,
      expect.objectContaining({
        last: 11.23,
        high: 11.33,
        low: 11.08,
        volume: 84_535_000,
        pb: 0.56,
        peDynamic: 4.1,
      }),
    ]);
    expect(await provider.profile('000001.SZ')).toMatchObject({
      value: { name: '平安银行', industry: '银行', listedOn: '1991-04-03', totalShares: 19_405_918_198 },
    });
    expect(await provider.valuations('000001.SZ')).toMatchObject({
      value: [{ date: '2024-09-18', close: 9.77, peTTM: 4.16, totalShares: 19_405_918_198 }],
    });
    const reports = await provider.fundamentals('000001.SZ');
    expect(reports).toMatchObject({ outcome: 'data' });
    expect(reports.outcome === 'data' && reports.value[0]).toMatchObject({
      category: '常用指标',
      item: '常用指标甲',
    });
    expect(await provider.news('000001.SZ')).toMatchObject({
      value: [{ title: '平安银行半年报', publishedAt: new Date('2024-08-15T11:40:12Z') }],
    });
    expect(await provider.halts('2024-09-19')).toMatchObject({
      value: [{ symbol: '000005.SZ', from: '2024-09-18', to: undefined }],
    });
    expect(await provider.corporateActions('000001.SZ')).toMatchObject({
      value: {
        actions: [
          { exDate: '2000-11-06', rightsPerShare: 0.3, rightsPrice: 8 },
          { exDate: '2024-06-14', cashPerShare: 0.719 },
        ],
      },
    });
  });

  it('reads the names of all three exchanges', async () => {
    const file = join(rig.home, 'shenzhen.xlsx');
    const script = join(import.meta.dirname, 'shenzhen_list.py');
    await capture('sh', ['-c', 'exec "$0" "$1" 1100 > "$2"', rig.python, script, file]);
    for (const [page, site] of Object.entries(listings)) rig.sites.more.set(page, site);
    rig.sites.more.set(SHENZHEN_PAGE, () => readFileSync(file));
    const listed = await rig.open().listSymbols();
    const names = new Map(
      (listed.outcome === 'data' ? listed.value : []).map(({ symbol, name }) => [symbol, name]),
    );
    expect(names.size).toBe(3 * 1_100 + 1 + 9);
    expect(['600000.SH', '000002.SZ', '920185.BJ', '688001.SH'].map((symbol) => names.get(symbol))).toEqual([
      '浦发银行',
      '万科A',
      '贝特瑞',
      '沪股1',
    ]);
  });

  it('takes a null of Eastmoney for no rows, a changed page for a failure, and a ban for a failure', async () => {
    const provider = rig.open();
    expect(await provider.dailyRows('999999.SZ', range).catch((error: unknown) => error)).toMatchObject({
      outcome: 'empty',
    });
    await expect(provider.tradingDays()).rejects.toMatchObject({ failure: 'upstream_failed' });
    // The page of another share is as ever, so it is this one's own.
    await expect(provider.corporateActions('000002.SZ')).rejects.toMatchObject({ failure: 'symbol_failed' });
  });
});
