import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLoadedApplication, type TestApplication } from '../../testing/test-application.ts';

interface Bar {
  readonly date: string;
  readonly low: string;
  readonly high: string;
}

interface Item {
  readonly date: string;
  readonly values: { readonly VWAP?: number };
}

/** Bars are answered to four decimals. */
const ROUNDING = 1e-4;

describe('VWAP', () => {
  let application: TestApplication;
  const get = async (path: string) =>
    (await request(application.app.getHttpServer()).get(`/api/v1/${path}`).expect(200)).body;
  const read = async (query: string): Promise<{ bars: readonly Bar[]; items: readonly Item[] }> => ({
    bars: (await get(`bars/600000.SH?${query}`)).items,
    items: (await get(`indicators/600000.SH?names=VWAP&${query}`)).items,
  });

  beforeAll(async () => {
    application = await createLoadedApplication(['600000.SH', '000001.SH']);
  });
  afterAll(() => application.close());

  it.each(
    ['daily', 'weekly', 'monthly'].flatMap((period) =>
      ['none', 'qfq', 'hfq'].map((adjust) => [period, adjust] as const),
    ),
  )('lies between low and high of each of the %s bars, adjusted by %s', async (period, adjust) => {
    const { bars, items } = await read(`period=${period}&adjust=${adjust}`);
    expect(items.map(({ date }) => date)).toEqual(bars.map(({ date }) => date));
    expect(bars.length).toBeGreaterThan(250);
    const outside = bars.flatMap(({ date, low, high }, index) => {
      const vwap = items[index]?.values.VWAP ?? Number.NaN;
      const isInside = vwap >= Number(low) - ROUNDING && vwap <= Number(high) + ROUNDING;
      return isInside ? [] : [{ date, low, vwap, high }];
    });
    expect(outside).toEqual([]);
  });

  it('is what was paid, times the factors of all later ex-dates', async () => {
    const { bars } = await read('to=1999-11-10');
    const raw = (await read('to=1999-11-10')).items[0]?.values.VWAP ?? Number.NaN;
    expect(bars[0]?.date).toBe('1999-11-10');
    expect(raw).toBeCloseTo(4_859_102_208 / 174_085_000, 6);
    const { exDates } = await get('bars/600000.SH');
    const factor = exDates.reduce((product: number, one: { factor: number }) => product * one.factor, 1);
    expect((await read('to=1999-11-10&adjust=qfq')).items[0]?.values.VWAP).toBeCloseTo(raw * factor, 5);
  });

  it.each(['cn', 'talib'])('does not exist of an index, whose averages are points (%s)', async (mode) => {
    const { columns, items } = await get(`indicators/000001.SH?names=MA5,VWAP,OBV&mode=${mode}&limit=1`);
    expect(columns).toMatchObject([
      { name: 'MA5', unit: 'point', missing: null },
      { name: 'VWAP', unit: 'point', firstValue: null, missing: expect.stringContaining('指数没有成交均价') },
      { name: 'OBV', unit: 'share', missing: null },
    ]);
    expect(items[0]).toMatchObject({ stable: true });
    expect(Object.keys(items[0].values)).toEqual(['MA5', 'OBV']);
  });
});
