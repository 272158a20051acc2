import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLoadedApplication, type TestApplication } from './testing/test-application.ts';

describe('computed answers', () => {
  let application: TestApplication;
  const server = () => application.app.getHttpServer();
  const get = (path: string) => request(server()).get(path);

  beforeAll(async () => {
    application = await createLoadedApplication(['000001.SZ', '600519.SH']);
  });
  afterAll(() => application.close());

  describe('indicators', () => {
    const list = (query: string) =>
      get(`/api/v1/indicators/000001.SZ?names=MA5,MACD,RSI6,KDJ,BOLL&mode=cn${query}`).expect(200);

    it('answers the columns of each indicator as numbers', async () => {
      const { body } = await list('&from=2024-09-18');
      expect(body).toMatchObject({
        symbol: '000001.SZ',
        period: 'daily',
        adjust: 'none',
        mode: 'cn',
        asOf: '2024-09-19',
        source: 'sample',
        stale: false,
      });
      expect(body.items.map((item: { date: string }) => item.date)).toEqual(['2024-09-18', '2024-09-19']);
      expect(Object.keys(body.items[1].values).sort()).toEqual([
        'BOLL',
        'BOLL_LOW',
        'BOLL_UP',
        'D',
        'DEA',
        'DIF',
        'J',
        'K',
        'MA5',
        'MACD',
        'RSI6',
      ]);
      expect(body.items[1]).toMatchObject({ stable: true, values: { MA5: 9.734, RSI6: expect.any(Number) } });
    });

    it('gives a bar the same values whatever window is asked for', async () => {
      const whole = (await list('')).body.items;
      expect(whole).toHaveLength(7_972);
      expect((await list('&from=2023-01-03&to=2023-12-29')).body.items).toEqual(
        whole.filter((item: { date: string }) => item.date >= '2023-01-03' && item.date <= '2023-12-29'),
      );
    });

    it('leaves out what has no value yet and says that the first bars are not stable', async () => {
      const { body } = await list('&to=1991-04-04');
      expect(body.items).toHaveLength(2);
      expect(body.items[0].stable).toBe(false);
      expect(body.items[0].values).not.toHaveProperty('MA5');
    });

    it('answers the newest so many bars with the values that all of them have', async () => {
      const whole = (await list('')).body.items;
      expect((await list('&limit=250')).body.items).toEqual(whole.slice(-250));
    });

    it('tells of each column what it is, where it begins and from where on it is stable', async () => {
      const { body } = await list('&from=2024-09-18');
      expect(body.columns.map((column: { name: string }) => column.name)).toEqual(
        expect.arrayContaining(Object.keys(body.items[0].values)),
      );
      const [ma5, dif] = body.columns;
      expect(ma5).toEqual({
        name: 'MA5',
        unit: 'yuan',
        firstValue: '1991-04-08',
        stableFrom: '1991-04-08',
        missing: null,
        definition: {
          name: 'MA5',
          title: '简单移动平均',
          mode: 'cn',
          parameters: { N: 5 },
          formula: 'MA(CLOSE,5)',
          notes: [],
          ddof: null,
          volumeUnit: null,
        },
      });
      expect(dif).toMatchObject({ name: 'DIF', firstValue: '1991-04-03' });
      expect(dif.stableFrom > dif.firstValue).toBe(true);
    });

    it('computes as TA-Lib does when asked to, with numbers of one’s own', async () => {
      const ask = (mode: string) =>
        get(`/api/v1/indicators/000001.SZ?names=MACD(5,34,5),BOLL,PSAR&mode=${mode}&from=2024-09-19`);
      const { body } = await ask('talib').expect(200);
      expect(body.mode).toBe('talib');
      expect(Object.keys(body.items[0].values).sort()).toEqual([
        'BOLL',
        'BOLL_LOW',
        'BOLL_UP',
        'DEA(5,34,5)',
        'DIF(5,34,5)',
        'MACD(5,34,5)',
        'PSAR',
      ]);
      const { body: refused } = await ask('cn').expect(400);
      expect(refused.detail).toContain('mode cn does not define PSAR; mode talib does');
    });

    it('lists the candlestick patterns that are there', async () => {
      const { body } = await get(
        '/api/v1/indicators/000001.SZ?names=CDL&from=2024-09-01&to=2024-09-19',
      ).expect(200);
      expect(body.columns).toEqual([]);
      expect(body.items.every((item: { values: object }) => Object.keys(item.values).length === 0)).toBe(
        true,
      );
      expect(body.patterns.length).toBeGreaterThan(0);
      for (const { date, name, title, value } of body.patterns) {
        expect(date >= '2024-09-01' && date <= '2024-09-19').toBe(true);
        expect(name).toMatch(/^CDL/);
        expect(title).not.toBe('');
        expect([-200, -100, -80, 80, 100, 200]).toContain(value);
      }
    });

    it('says why a column has no values', async () => {
      const { body } = await get('/api/v1/indicators/000001.SZ?names=MA5,TURNOVER&from=2024-09-19').expect(
        200,
      );
      expect(body.items[0]).toMatchObject({ stable: true, values: { MA5: 9.734 } });
      expect(body.columns[1]).toMatchObject({
        name: 'TURNOVER',
        firstValue: null,
        missing: expect.stringContaining('流通股本'),
      });
    });

    describe('a turnover', () => {
      /** 平安银行 gave 2 shares for 10 on 2016-06-16, so volumes of the days before are multiplied by 1.2. */
      const COUNTS = {
        '2016-06-14': 11_000_000_000,
        '2016-06-15': 11_804_054_579,
        '2016-06-17': 14_631_000_000,
      };
      const rates = async (query: string) => {
        const path = `/api/v1/indicators/000001.SZ?names=TURNOVER&from=2016-06-13&to=2016-06-17&${query}`;
        const { body } = await get(path).expect(200);
        return body.items.map(({ date, values }: { date: string; values: Record<string, number> }) => [
          date,
          values['TURNOVER'],
        ]);
      };
      const rate = (volume: number, count: number): number => Math.round((volume / count) * 1e8) / 1e6;

      it('is of the count of its day, whatever the adjustment, and changes with the counts', async () => {
        const { headers } = await get('/api/v1/indicators/000001.SZ?names=TURNOVER');
        await application.database.sql.query(
          `INSERT INTO app.valuations (source, symbol, origin, trade_date, float_shares)
           SELECT 'sample', '000001.SZ', 'test', day::date, shares::bigint FROM jsonb_each_text($1) AS given (day, shares)`,
          [JSON.stringify(COUNTS)],
        );
        await get('/api/v1/indicators/000001.SZ?names=TURNOVER')
          .set('If-None-Match', headers['etag'] ?? '')
          .expect(200);
        const { body } = await get('/api/v1/bars/000001.SZ?from=2016-06-13&to=2016-06-17');
        const counts: Readonly<Record<string, number>> = COUNTS;
        const bars: readonly { readonly date: string; readonly volume: number }[] = body.items;
        const expected = bars.map(({ date, volume }) => [
          date,
          counts[date] === undefined ? undefined : rate(volume, counts[date]),
        ]);
        expect(expected.filter(([, value]) => value !== undefined)).toHaveLength(3);
        for (const adjust of ['none', 'qfq', 'hfq'])
          expect(await rates(`adjust=${adjust}`)).toEqual(expected);
        const week = bars.reduce((sum, bar) => sum + bar.volume * (bar.date < '2016-06-16' ? 1.2 : 1), 0);
        expect(await rates('adjust=qfq&period=weekly')).toEqual([
          ['2016-06-17', rate(week, COUNTS['2016-06-17'])],
        ]);
      });
    });

    it('lists everything that can be asked for, and answers all of it', async () => {
      const { body } = await get('/api/v1/indicators').expect(200);
      expect(body.patterns.length).toBeGreaterThanOrEqual(20);
      for (const mode of ['cn', 'talib']) {
        const names: string[] = body[mode].map(({ example }: { example: { name: string } }) => example.name);
        for (let index = 0; index < names.length; index += 20) {
          const asked = names.slice(index, index + 20).join(',');
          await get(`/api/v1/indicators/000001.SZ?names=${asked}&mode=${mode}&from=2024-09-19`).expect(200);
        }
      }
      expect(body.cn).toContainEqual(
        expect.objectContaining({
          spelling: 'MACD(SHORT,LONG,M)',
          columns: ['DIF', 'DEA', 'MACD'],
          parameters: expect.arrayContaining([
            { symbol: 'SHORT', least: 1, most: 500, usual: 12, whole: true },
          ]),
        }),
      );
    });

    it('computes on weekly bars too', async () => {
      const { body } = await get(
        '/api/v1/indicators/000001.SZ?names=MA1&period=weekly&from=2024-09-14',
      ).expect(200);
      expect(body.items).toEqual([
        { date: '2024-09-19', stable: true, partial: true, values: { MA1: 9.81 } },
      ]);
    });
  });

  describe('rule analysis', () => {
    const analyse = (query = '') => get(`/api/v1/analyses/rule/000001.SZ${query}`).expect(200);

    it('scores the last bar, with a reason for every point', async () => {
      const { body } = await analyse();
      expect(body).toMatchObject({
        symbol: '000001.SZ',
        name: '平安银行',
        asOf: '2024-09-19',
        source: 'sample',
        stale: false,
        adjust: 'qfq',
        dataGaps: [],
      });
      const points = body.reasons.reduce(
        (sum: number, reason: { points: number }) => sum + reason.points,
        50,
      );
      expect(body.score).toBe(Math.min(100, Math.max(0, points)));
      expect(['buy', 'add', 'hold', 'reduce', 'sell']).toContain(body.action);
      expect(body.reasons[0]).toEqual({
        id: expect.any(String),
        text: expect.any(String),
        points: expect.any(Number),
        evidence: expect.any(Object),
      });
      expect(body.disclaimer).not.toBe('');
    });

    it('looks at no bar after asOf', async () => {
      expect((await analyse('?asOf=2024-09-16')).body.asOf).toBe('2024-09-13');
      expect((await analyse('?asOf=2030-01-01')).body).toEqual((await analyse()).body);
    });

    it('suggests nothing on a short history', async () => {
      const { body } = await analyse('?asOf=1991-04-30');
      expect(body).toMatchObject({ action: 'watch' });
      expect(body.dataGaps.length).toBeGreaterThan(0);
    });
  });
});
