import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exRightsReference } from './market-data/adjustment/corporate-action.ts';
import type { Sql } from './database/sql.ts';
import { createLoadedApplication, type TestApplication } from './testing/test-application.ts';

type Item = Readonly<Record<string, string>>;

describe('reading market data', () => {
  let application: TestApplication;
  const get = (path: string) => request(application.app.getHttpServer()).get(`/api/v1/${path}`);
  const sql = <Row>(text: string, values: readonly unknown[] = []) =>
    application.database.sql.query<Row>(text, values);

  beforeAll(async () => {
    application = await createLoadedApplication([
      '000001.SH',
      '399001.SZ',
      '000001.SZ',
      '000151.SZ',
      '600000.SH',
      '600519.SH',
      '300750.SZ',
    ]);
  });
  afterAll(() => application.close());

  describe('adjusted bars', () => {
    /** 平安银行 paid 0.719 yuan per share; the last day with the right was 2024-06-13. */
    const EX_DATE = '2024-06-14';
    const terms = { bonusPerShare: 0, conversionPerShare: 0, rightsPerShare: 0, adjustsPrice: true };
    const factor = exRightsReference(10.8, { exDate: EX_DATE, cashPerShare: 0.719, ...terms }) / 10.8;
    const KNOWN_FROM = '2012-01-01';
    const FIRST_ADJUSTED = '2012-01-04';

    const closes = async (query: string): Promise<readonly Item[]> =>
      (await get(`bars/000001.SZ?from=2024-06-12&to=2024-06-17&${query}`).expect(200)).body.items;

    it('multiplies prices before an ex-date forward, and those after it backward, and nothing else', async () => {
      const [raw, forward, backward] = [
        await closes('adjust=none'),
        await closes('adjust=qfq'),
        await closes('adjust=hfq'),
      ];
      expect(raw.map(({ date }) => date)).toEqual(['2024-06-12', '2024-06-13', '2024-06-14', '2024-06-17']);
      const times = (bar: Item, by: number): number => Math.round(Number(bar['close']) * by * 1e4) / 1e4;
      const shown = (bars: readonly Item[]): number[] => bars.map((bar) => Number(bar['close']));
      const isBefore = (bar: Item): boolean => (bar['date'] ?? '') < EX_DATE;
      expect(shown(forward)).toEqual(raw.map((bar) => times(bar, isBefore(bar) ? factor : 1)));
      // Backward prices carry the steps of earlier years, too; what this one adds is the quotient of both scales.
      const scales = backward.map((bar, index) => Number(bar['close']) / Number(raw[index]?.['close']));
      expect(scales[1]).toBeCloseTo(scales[0] ?? 0, 4);
      expect(scales[2]).toBeCloseTo((scales[1] ?? 0) / factor, 4);
      expect(scales[3]).toBeCloseTo(scales[2] ?? 0, 4);
      const untouched = ({ date, volume, amount }: Item) => ({ date, volume, amount });
      expect(forward.map(untouched)).toEqual(raw.map(untouched));
    });

    it('says what was done, from when it is possible, and which bars are left out', async () => {
      const { body } = await get('bars/000001.SZ?adjust=qfq').expect(200);
      expect(body).toMatchObject({ adjust: 'qfq', anchor: '2024-09-19', factorsKnownFrom: KNOWN_FROM });
      expect(body.items[0].date).toBe(FIRST_ADJUSTED);
      expect(body.omittedBars + body.items.length).toBe(7_972);
      expect(body.exDates.at(-1)).toMatchObject({
        date: EX_DATE,
        cashPerShare: 0.719,
        previousClose: 10.8,
        reference: 10.08,
      });
      expect((await get('bars/000001.SZ?adjust=hfq')).body.anchor).toBe(KNOWN_FROM);
    });

    it('makes weeks of adjusted days: one scale of prices within the week of the ex-date', async () => {
      const days = (await get('bars/000001.SZ?from=2024-06-11&to=2024-06-14&adjust=qfq')).body
        .items as Item[];
      const { body } = await get('bars/000001.SZ?period=weekly&from=2024-06-14&to=2024-06-14&adjust=qfq');
      const column = (name: string): number[] => days.map((day) => Number(day[name]));
      expect(body.items).toHaveLength(1);
      expect(Number(body.items[0].high)).toBeCloseTo(Math.max(...column('high')), 10);
      expect(Number(body.items[0].low)).toBeCloseTo(Math.min(...column('low')), 10);
      expect(body.items[0].open).toBe(days[0]?.['open']);
    });

    it('computes indicators of the adjusted series, and of the raw one by default', async () => {
      const values = async (query: string): Promise<{ MA1: number }[]> =>
        (
          await get(`indicators/000001.SZ?names=MA1&from=2024-06-13&to=2024-06-14${query}`).expect(200)
        ).body.items.map((item: { values: { MA1: number } }) => item.values);
      const [raw, forward] = [await values(''), await values('&adjust=qfq')];
      expect(forward[1]).toEqual(raw[1]);
      expect(forward[0]?.MA1).toBeCloseTo((raw[0]?.MA1 ?? 0) * factor, 5);
    });

    it('refuses to adjust a share whose ex-dates are not known, by name and with what to do', async () => {
      const { body } = await get('bars/000151.SZ?adjust=qfq').expect(409);
      expect(body).toMatchObject({
        type: 'https://stockanalysis.dev/problems/factors-unknown',
        detail: expect.stringMatching(/000151\.SZ are not known.*adjust=none.*POST \/api\/v1\/ingestions/),
      });
      await get('indicators/000151.SZ?names=MA5&adjust=hfq').expect(409);
      expect((await get('bars/000151.SZ?limit=1')).body).toMatchObject({
        factorsKnownFrom: null,
        anchor: null,
      });
    });

    it('leaves an index as it is: it has no rights that could go', async () => {
      const { body } = await get('bars/000001.SH?adjust=qfq&limit=2').expect(200);
      expect(body.items).toEqual((await get('bars/000001.SH?limit=2')).body.items);
    });
  });

  describe('pages of bars', () => {
    it('show the newest so many, then older ones, without gap or overlap', async () => {
      const whole = (await get('bars/600000.SH?from=2024-08-01')).body.items as Item[];
      const pages: Item[][] = [];
      for (let cursor: string | null = '9999-12-31'; cursor !== null;) {
        const { body }: { body: { items: Item[]; nextCursor: string | null } } = await get(
          `bars/600000.SH?from=2024-08-01&limit=10&cursor=${cursor}`,
        ).expect(200);
        pages.unshift(body.items);
        cursor = body.nextCursor;
      }
      expect(pages.flat()).toEqual(whole);
      expect(pages.slice(1).every((page) => page.length === 10)).toBe(true);
    });

    it('mark the week that is not over', async () => {
      // Thursday 2024-09-19 is the newest day of the sample; the Friday after it is a trading day.
      for (const path of ['bars/600000.SH?', 'indicators/600000.SH?names=MA5&']) {
        const items = (await get(`${path}period=weekly&limit=2`)).body.items;
        expect(items.map(({ date, partial }: { date: string; partial: boolean }) => [date, partial])).toEqual(
          [
            ['2024-09-13', false],
            ['2024-09-19', true],
          ],
        );
      }
    });

    it('mark the day that is not over, and what follows from it', async () => {
      const setPartial = (partial: boolean): Promise<unknown> =>
        sql(
          `UPDATE app.daily_bars SET partial = ${partial}
            WHERE source = 'sample' AND symbol = '600000.SH' AND trade_date = '2024-09-19'`,
        ).then(() => sql(`UPDATE app.symbols SET updated_at = now() WHERE symbol = '600000.SH'`));
      await setPartial(true);
      for (const path of ['bars/600000.SH?', 'indicators/600000.SH?names=MA5&']) {
        const items = (await get(`${path}limit=2`)).body.items;
        expect(items.map(({ partial }: { partial: boolean }) => partial)).toEqual([false, true]);
      }
      const gaps = async (): Promise<readonly string[]> =>
        (await get('analyses/rule/600000.SH')).body.dataGaps;
      expect(await gaps()).toContain('2024-09-19 尚未收盘，评分会随之变动');
      await setPartial(false);
      expect(await gaps()).not.toContain('2024-09-19 尚未收盘，评分会随之变动');
    });

    it('list the halts among them', async () => {
      const halts = async (query: string): Promise<readonly unknown[]> =>
        (await get(`bars/600000.SH?${query}`)).body.halts;
      const halt = { from: '2006-03-21', to: '2006-05-11', reason: null, origin: 'derived' };
      expect(await halts('from=2006-01-01&to=2006-12-31')).toContainEqual(halt);
      // What is known of a halt changes without a bar; an answer of before is at hand.
      await sql(
        `UPDATE app.halts SET reason = '股权分置改革', fetched_at = now()
          WHERE source = 'sample' AND symbol = '600000.SH' AND from_date = '2006-03-21'`,
      );
      const explained = { ...halt, reason: '股权分置改革' };
      expect(await halts('from=2006-01-01&to=2006-12-31')).toContainEqual(explained);
      expect(await halts('from=2007-01-01')).not.toContainEqual(explained);
      const { body } = await get('halts?date=2006-04-03');
      expect(body.asOf).toBe('2006-04-03');
      expect(body.items).toContainEqual({ symbol: '600000.SH', name: '浦发银行', ...explained });
      expect((await get('halts')).body).toMatchObject({ asOf: '2024-09-19', stale: false, items: [] });
    });

    it('vouch for the whole market only on a day whose list was read, and for no day the calendar does not know', async () => {
      const answer = async (date: string): Promise<unknown> => (await get(`halts?date=${date}`)).body;
      expect(await answer('2023-08-25')).toMatchObject({ stale: false, wholeMarket: false });
      expect(await answer('1980-01-01')).toMatchObject({ stale: true, wholeMarket: false, items: [] });
      await sql(`INSERT INTO app.halt_lists (source, list_date) VALUES ('sample', '2023-08-25')`);
      expect(await answer('2023-08-25')).toMatchObject({ stale: false, wholeMarket: true });
    });
  });

  describe('entity tags', () => {
    const paths = [
      'symbols?query=600000',
      'symbols/600000.SH',
      'bars/600000.SH?limit=5',
      'indicators/600000.SH?names=MA5&limit=5',
      'analyses/rule/600000.SH',
      'calendar?from=2024-09-01',
      'fundamentals/600000.SH',
      'valuations/600000.SH',
      'news/600000.SH',
      'quarantine?limit=1',
    ];

    it.each(paths)('answer %s with 304 to who has it, with the headers that a cache needs', async (path) => {
      const first = await get(path)
        .expect(200)
        .expect('Cache-Control', 'private, max-age=0, must-revalidate');
      const tag = first.headers['etag'] ?? '';
      expect(tag).not.toBe('');
      const second = await get(path).set('If-None-Match', tag).expect(304).expect('ETag', tag);
      expect(second.text).toBe('');
      expect((await get(path).set('If-None-Match', '"another"').expect(200)).text).toBe(first.text);
    });

    it('are strong, differ by what is asked, and change with what is stored', async () => {
      const tagOf = async (path: string): Promise<string> => (await get(path)).headers['etag'] ?? '';
      const before = await tagOf('bars/600000.SH?limit=5');
      expect(before).toMatch(/^"/);
      expect(await tagOf('bars/600000.SH?limit=6')).not.toBe(before);
      expect(await tagOf('bars/600000.SH?limit=5')).toBe(before);
      await sql(
        `UPDATE app.daily_bars SET volume = volume + 1 WHERE symbol = '600000.SH' AND trade_date = '2024-09-19'`,
      );
      await sql(`UPDATE app.symbols SET updated_at = now() WHERE symbol = '600000.SH'`);
      const { body } = await get('bars/600000.SH?limit=5').set('If-None-Match', before).expect(200);
      const [stored] = await sql<{ volume: string }>(
        `SELECT volume FROM app.daily_bars WHERE symbol = '600000.SH' AND trade_date = '2024-09-19'`,
      );
      expect(String(body.items.at(-1).volume)).toBe(stored?.volume);
    });

    it.each([
      [
        'symbols?limit=200',
        `UPDATE app.symbols SET updated_at = now() WHERE symbol = $1`,
        ['600000.SH', '000151.SZ'],
      ],
      [
        'bars/600000.SH?limit=1',
        `UPDATE app.halts SET fetched_at = now() WHERE symbol = '600000.SH' AND from_date = $1`,
        ['2006-03-21', '2016-02-16'],
      ],
    ])(
      'change when a transaction commits that began before the newest one: %s',
      async (path, change, [one, other]) => {
        const changeOne = async (transaction: Sql, key = ''): Promise<void> =>
          expect(await transaction.query(`${change} RETURNING 1`, [key])).toHaveLength(1);
        const { sql: database } = application.database;
        let tag = '';
        await database.transaction(async (older) => {
          await older.query('SELECT pg_current_xact_id()');
          await changeOne(database, one);
          tag = (await get(path).expect(200)).headers['etag'] ?? '';
          await get(path).set('If-None-Match', tag).expect(304);
          await changeOne(older, other);
        });
        await get(path).set('If-None-Match', tag).expect(200);
      },
    );

    it('are not given to refusals', async () => {
      const { headers } = await get('bars/999999.SZ').expect(404).expect('Cache-Control', 'no-store');
      expect(headers).not.toHaveProperty('etag');
    });
  });

  describe('symbols', () => {
    const found = async (query: string): Promise<string[]> =>
      (await get(`symbols?${query}`).expect(200)).body.items.map(({ symbol }: Item) => symbol);

    it('are filtered by exchange, kind, board and listing', async () => {
      await sql(`UPDATE app.symbols SET board = 'chinext' WHERE symbol = '300750.SZ'`);
      await sql(
        `UPDATE app.symbols SET listing_status = 'delisted', delisted_on = '2024-01-02' WHERE symbol = '600519.SH'`,
      );
      expect((await found('exchange=SZ')).toSorted()).toEqual([
        '000001.SZ',
        '000151.SZ',
        '300750.SZ',
        '399001.SZ',
      ]);
      expect(await found('kind=index&exchange=SH')).toEqual(['000001.SH']);
      expect(await found('board=chinext')).toEqual(['300750.SZ']);
      expect(await found('listed=false')).toEqual(['600519.SH']);
      expect(await found('listed=true')).not.toContain('600519.SH');
    });

    it('come in pages that neither repeat nor leave out', async () => {
      const pages: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const { body }: { body: { items: Item[]; nextCursor: string | null; total: number } } = await get(
          `symbols?limit=2${query}`,
        ).expect(200);
        pages.push(...body.items.map(({ symbol = '' }) => symbol));
        expect(body.total).toBe(7);
        cursor = body.nextCursor;
      }
      expect(pages).toEqual(await found('limit=200'));
      expect(new Set(pages).size).toBe(7);
    });

    it('are shown one by one, also without bars', async () => {
      expect((await get('symbols/600519.sh').expect(200)).body).toMatchObject({
        symbol: '600519.SH',
        listingStatus: 'delisted',
        delistedOn: '2024-01-02',
        bars: 0,
        asOf: null,
        source: 'sample',
        stale: true,
      });
    });
  });

  describe('the market', () => {
    it('is not there before a snapshot is whole, and says so', async () => {
      const { body } = await get('market/overview').expect(200);
      expect(body).toMatchObject({ asOf: null, takenAt: null, stale: true, shares: 0, limitUp: [] });
    });

    it('is shown by its newest snapshot', async () => {
      const insert = async (day: string, quotes: readonly unknown[], final = true): Promise<void> => {
        const [row] = await sql<{ id: string }>(
          `INSERT INTO app.market_snapshots (source, trade_date, taken_at, final, quotes, origin)
           VALUES ('sample', $1::date, $1::date + interval '8 hours', $3, $2, 'sample') RETURNING id`,
          [day, quotes.length, final],
        );
        await sql(
          `INSERT INTO app.snapshot_quotes (snapshot_id, trade_date, symbol, name, last, previous_close, volume, amount)
           SELECT $1::bigint, $2::date, * FROM jsonb_to_recordset($3) AS given (symbol text, name text, last numeric, previous_close numeric, volume bigint, amount numeric)`,
          [row?.id, day, JSON.stringify(quotes)],
        );
      };
      const quote = (symbol: string, last: number | null, volume: number) => ({
        symbol,
        name: symbol,
        last,
        previous_close: 10,
        volume,
        amount: volume * 10,
      });
      await insert('2024-09-18', [quote('600000.SH', 10, 1)]);
      await insert('2024-09-19', [
        quote('600000.SH', 11, 100),
        quote('300750.SZ', 11, 200),
        quote('000001.SZ', 9.5, 300),
        quote('600519.SH', null, 0),
      ]);
      const { body } = await get('market/overview').expect(200);
      expect(body).toMatchObject({
        asOf: '2024-09-19',
        source: 'sample',
        origin: 'sample',
        final: true,
        stale: false,
        shares: 4,
        breadth: { up: 2, down: 1, flat: 0, halted: 1, unpriced: 0 },
        turnover: 6000,
        limitUp: [{ symbol: '600000.SH', changePercent: 10 }],
        limitDown: [],
        industries: [],
      });
      const indices = body.indices as { symbol: string; date: string; changePercent: number }[];
      expect(indices.map(({ symbol, date }) => [symbol, date])).toEqual([
        ['000001.SH', '2024-09-19'],
        ['399001.SZ', '2024-09-19'],
      ]);
      const [before, last] = (await get('bars/000001.SH?limit=2')).body.items;
      expect(indices[0]?.changePercent).toBeCloseTo((last.close / before.close - 1) * 100, 3);

      await insert('2024-09-20', [quote('600000.SH', 11, 100)], false);
      const trading = (await get('market/overview').expect(200)).body;
      expect(trading).toMatchObject({ asOf: '2024-09-20', final: false });
      expect(trading.indices).toMatchObject([{ date: '2024-09-19' }, { date: '2024-09-19' }]);
    });

    it('has a calendar that says what it does not know', async () => {
      const { body } = await get('calendar?from=2024-09-30&to=2024-10-09').expect(200);
      expect(body.tradingDays).toEqual(['2024-09-30', '2024-10-08', '2024-10-09']);
      expect(body).toMatchObject({ knownFrom: '1990-12-19', phase: expect.any(String) });
      const beyond = (await get(`calendar?from=${body.knownUntil}&to=2199-01-01`).expect(200)).body;
      expect(beyond.tradingDays.at(-1) <= body.knownUntil).toBe(true);
    });
  });

  describe('companies', () => {
    it('have reports that are shown from the day on which they were public', async () => {
      await sql(
        `INSERT INTO app.fundamentals (source, symbol, report_date, category, item, value, unit, public_from, origin)
         SELECT 'sample', '600000.SH', report, '常用指标', item, 1234.5, '元', due, 'sina'
           FROM (VALUES ('2023-12-31'::date, '2024-04-30'::date), ('2024-03-31', '2024-04-30'), ('2024-06-30', '2024-08-31')) AS r (report, due),
                (VALUES ('归母净利润'), ('营业总收入')) AS i (item)`,
      );
      const reports = async (query: string): Promise<string[]> =>
        (await get(`fundamentals/600000.SH?${query}`).expect(200)).body.items.map(
          ({ reportDate }: { reportDate: string }) => reportDate,
        );
      expect(await reports('asOf=2024-08-30')).toEqual(['2024-03-31', '2023-12-31']);
      expect(await reports('asOf=2024-08-31')).toEqual(['2024-06-30', '2024-03-31', '2023-12-31']);
      const { body } = await get('fundamentals/600000.SH?asOf=2024-09-01&limit=1');
      expect(body).toMatchObject({ asOf: '2024-09-01', stale: false, nextCursor: '2024-06-30' });
      expect(body.items[0].values[0]).toEqual({
        category: '常用指标',
        item: '归母净利润',
        value: '1234.50',
        unit: '元',
        origin: 'sina',
        restatedOn: null,
      });
      expect(await reports('asOf=2024-09-01&cursor=2024-06-30')).toEqual(['2024-03-31', '2023-12-31']);
      expect((await get('fundamentals/600000.SH?asOf=2024-11-01')).body.stale).toBe(true);
    });

    it('have valuations by day', async () => {
      await sql(
        `INSERT INTO app.valuations (source, symbol, trade_date, close, pe_ttm, market_cap, origin)
         SELECT 'sample', '600000.SH', day, 8.5, -3.25, 250000000000.5, 'eastmoney'
           FROM generate_series('2024-09-16'::date, '2024-09-19', '1 day') AS day`,
      );
      const { body } = await get('valuations/600000.SH?limit=2').expect(200);
      expect(body.items.map(({ date }: Item) => date)).toEqual(['2024-09-18', '2024-09-19']);
      expect(body.items[0]).toMatchObject({
        close: 8.5,
        peTTM: -3.25,
        marketCap: 250_000_000_000.5,
        pb: null,
      });
      expect(body).toMatchObject({ asOf: '2024-09-19', nextCursor: '2024-09-18' });
      const older = (await get('valuations/600000.SH?limit=2&cursor=2024-09-18')).body;
      expect(older.items.map(({ date }: Item) => date)).toEqual(['2024-09-16', '2024-09-17']);
      expect(older.nextCursor).toBeNull();
    });

    it('have news in pages, also where many were published at one moment', async () => {
      await sql(
        `INSERT INTO app.details_asked (source, symbol, asked_at, news_at) VALUES ('sample', '600000.SH', now(), now())`,
      );
      await sql(
        `INSERT INTO app.news (source, symbol, url, title, excerpt, published_at, origin)
         SELECT 'sample', '600000.SH', 'https://example.org/' || n, 'title ' || n, 'text',
                '2024-09-19 09:00+08'::timestamptz + (n / 3) * interval '1 minute', 'eastmoney'
           FROM generate_series(0, 6) AS n`,
      );
      const titles: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const { body }: { body: { items: Item[]; nextCursor: string | null; stale: boolean } } = await get(
          `news/600000.SH?limit=2${query}`,
        ).expect(200);
        titles.push(...body.items.map(({ title = '' }) => title));
        expect(body.stale).toBe(false);
        cursor = body.nextCursor;
      }
      expect(titles).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => `title ${n}`));
    });

    it('have one-minute bars by day', async () => {
      await sql(
        `INSERT INTO app.minute_bars (source, symbol, at, open, high, low, close, volume, amount, origin)
         SELECT 'sample', '600000.SH', day + m * interval '1 minute', 8.5, 8.6, 8.4, 8.55, 100, 855, 'sample'
           FROM (VALUES ('2024-09-17 09:30'::timestamp), ('2024-09-18 09:30')) AS d (day), generate_series(1, 3) AS m`,
      );
      const { body } = await get('minutes/600000.SH').expect(200);
      expect(body).toMatchObject({
        date: '2024-09-18',
        asOf: '2024-09-18',
        previousDate: '2024-09-17',
        stale: true,
      });
      expect(body.items[0]).toEqual({
        time: '2024-09-18T09:31:00+08:00',
        open: '8.50',
        high: '8.60',
        low: '8.40',
        close: '8.55',
        volume: 100,
        amount: '855.00',
        origin: 'sample',
      });
      expect((await get('minutes/600000.SH?date=2024-09-17')).body).toMatchObject({
        date: '2024-09-17',
        previousDate: null,
        items: { length: 3 },
      });
    });
  });
});
