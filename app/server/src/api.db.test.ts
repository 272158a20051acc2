import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLoadedApplication, type TestApplication } from './testing/test-application.ts';

describe('the API', () => {
  let application: TestApplication;
  let app: NestExpressApplication;
  const get = (path: string) => request(app.getHttpServer()).get(path);

  beforeAll(async () => {
    application = await createLoadedApplication();
    ({ app } = application);
  });
  afterAll(() => application.close());

  describe('the web page', () => {
    it('is asked for every time', async () => {
      const { text, headers } = await get('/')
        .expect(200)
        .expect('Content-Type', /^text\/html/);
      expect(text).toContain('<title>page</title>');
      expect(headers['cache-control']).toBe('no-cache');
    });

    it('has assets that never change', async () => {
      const { headers } = await get('/assets/main-0a1b2c3d.js')
        .expect(200)
        .expect('Content-Type', /javascript/);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    });

    it.each(['/', '/assets/main-0a1b2c3d.js', '/favicon.svg'])('says its encoding at %s', async (path) => {
      expect((await get(path).expect(200)).headers['content-type']).toMatch(/; charset=utf-8$/);
    });

    it.each(['/../package.json', '/%2e%2e/package.json', '/assets/', '/.env'])(
      'has nothing at %s',
      async (path) => {
        await get(path).expect(404);
      },
    );
  });

  describe('symbols', () => {
    it('finds by code and puts symbols with bars first', async () => {
      const { body } = await get('/api/v1/symbols?query=000001')
        .expect(200)
        .expect('Content-Type', /^application\/json/);
      expect(body).toMatchObject({ asOf: '2024-09-19', source: 'sample', stale: false, total: 2 });
      expect(body.items[1]).toEqual({
        symbol: '000001.SZ',
        name: '平安银行',
        exchange: 'SZ',
        kind: 'stock',
        pinyin: 'PAYH',
        board: expect.any(String),
        specialTreatment: false,
        listingStatus: 'listed',
        listedOn: null,
        delistedOn: null,
        industry: null,
        factorsKnownFrom: '2012-01-01',
        factorsKnownUntil: '2024-09-19',
        bars: 7_972,
        firstBar: '1991-04-03',
        lastBar: '2024-09-19',
      });
    });

    it.each([
      ['a name', '平安银行', '000001.SZ'],
      ['full-width digits', '６００５１９', '600519.SH'],
      ['pinyin in small letters', 'szzs', '000001.SH'],
      ['a whole symbol', '600519.sh', '600519.SH'],
    ])('finds by %s', async (_what, query, symbol) => {
      const { body } = await get('/api/v1/symbols').query({ query }).expect(200);
      expect(body.items[0].symbol).toBe(symbol);
    });

    it.each(['%', '_', "'", "' OR '1'='1", '\\', '<script>', '()[]*+?'])(
      'takes %j for text, not for a pattern or SQL',
      async (query) => {
        const { body } = await get('/api/v1/symbols').query({ query }).expect(200);
        expect(body).toMatchObject({ total: 0, items: [] });
      },
    );

    it('lists everything, in pages of the size asked for', async () => {
      const { body } = await get('/api/v1/symbols?limit=200').expect(200);
      expect(body.total).toBe(5_056);
      expect(body.items).toHaveLength(200);
      expect(body.items.slice(0, 8).every((item: { bars: number }) => item.bars > 0)).toBe(true);
    });
  });

  describe('bars', () => {
    it('answers all 7,972 bars of 000001.SZ', async () => {
      const { body } = await get('/api/v1/bars/000001.SZ').expect(200);
      expect(body).toMatchObject({
        symbol: '000001.SZ',
        period: 'daily',
        adjust: 'none',
        asOf: '2024-09-19',
        source: 'sample',
        stale: false,
      });
      expect(body.items).toHaveLength(7_972);
      expect(body.items[0]).toEqual({
        date: '1991-04-03',
        open: '49.00',
        high: '49.00',
        low: '49.00',
        close: '49.00',
        volume: 100,
        amount: '5000.00',
        partial: false,
      });
      expect(body).toMatchObject({
        factorsKnownFrom: '2012-01-01',
        anchor: null,
        omittedBars: 0,
        nextCursor: null,
      });
      expect(body.origins).toEqual([{ origin: 'sample', from: '1991-04-03', to: '2024-09-19' }]);
    });

    it('answers prices and amounts as decimal strings and volume as an integer, from `from` to `to` inclusive', async () => {
      const { body } = await get('/api/v1/bars/000001.sz?from=2024-01-24&to=2024-01-25').expect(200);
      expect(body.items.map((item: { date: string }) => item.date)).toEqual(['2024-01-24', '2024-01-25']);
      expect(body.items[1]).toEqual({
        date: '2024-01-25',
        open: '9.33',
        high: '9.54',
        low: '9.27',
        close: '9.50',
        volume: 216_251_395,
        amount: '2037648384.00',
        partial: false,
      });
    });

    it('adds daily bars up to weekly ones, dated by the last trading day, whatever window is shown', async () => {
      const daily = (await get('/api/v1/bars/600000.SH?from=2024-04-29&to=2024-05-10')).body.items as Record<
        string,
        string
      >[];
      const { body } = await get('/api/v1/bars/600000.SH?period=weekly&from=2024-05-10&to=2024-05-10').expect(
        200,
      );
      const week = daily.filter((bar) => (bar['date'] ?? '') >= '2024-05-06');
      expect(body.items).toEqual([
        {
          date: '2024-05-10',
          open: week[0]?.['open'],
          high: Math.max(...week.map((bar) => Number(bar['high']))).toFixed(2),
          low: Math.min(...week.map((bar) => Number(bar['low']))).toFixed(2),
          close: week.at(-1)?.['close'],
          volume: week.reduce((sum, bar) => sum + Number(bar['volume']), 0),
          amount: week.reduce((sum, bar) => sum + Number(bar['amount']), 0).toFixed(2),
          partial: false,
        },
      ]);
    });

    it('adds them up to months', async () => {
      const { body } = await get(
        '/api/v1/bars/600000.SH?period=monthly&from=2024-01-01&to=2024-03-31',
      ).expect(200);
      expect(body.items.map((item: { date: string }) => item.date)).toEqual([
        '2024-01-31',
        '2024-02-29',
        '2024-03-29',
      ]);
    });

    it.each([
      ['bars/600519.SH', 'daily bars', 'history'],
      ['indicators/600519.SH?names=MA5', 'daily bars', 'history'],
      ['analyses/rule/600519.SH', 'daily bars', 'history'],
      ['minutes/600519.SH', 'minute bars', 'minutes'],
    ])('says at %s that the symbol is known, and how to order what is missing', async (path, what, kind) => {
      const { body } = await get(`/api/v1/${path}`).expect(404);
      expect(body).toMatchObject({ type: 'https://stockanalysis.dev/problems/not-loaded' });
      expect(body.detail).toMatch(`symbol: 600519.SH is known, but no ${what} `);
      const [, order = ''] = /POST \/api\/v1\/ingestions (\{.*\}) orders/.exec(body.detail) ?? [];
      expect(JSON.parse(order)).toEqual({ kind, symbols: ['600519.SH'] });
    });

    it('answers an empty window with no items', async () => {
      expect((await get('/api/v1/bars/000001.SZ?from=2025-01-01')).body.items).toEqual([]);
    });
  });

  describe('every answer', () => {
    it('has an id, a strict CSP without upgrade-insecure-requests, and no HSTS or X-Powered-By', async () => {
      const { headers } = await get('/api/v1/symbols?limit=1');
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers['content-security-policy']).toMatch(/script-src 'self';style-src 'self'/);
      expect(headers['content-security-policy']).not.toMatch(/upgrade-insecure-requests|unsafe/);
      expect(headers).not.toHaveProperty('strict-transport-security');
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers['x-content-type-options']).toBe('nosniff');
    });

    it('of the public probes holds words only', async () => {
      expect((await get('/health/live').expect(200)).body).toEqual({ status: 'ok' });
      expect((await get('/health/ready').expect(200)).body).toEqual({ status: 'ok' });
    });
  });

  describe('openapi.json', () => {
    it('has a schema for each answer that has a body', async () => {
      const { body } = await get('/api/v1/openapi.json').expect(200);
      for (const [path, methods] of Object.entries<
        Record<string, { responses: Record<string, { content?: object }>; operationId: string }>
      >(body.paths)) {
        for (const [method, operation] of Object.entries(methods)) {
          const [status, success] =
            Object.entries(operation.responses).find(([code]) => code.startsWith('2')) ?? [];
          expect(success, `${method} ${path}`).toBeDefined();
          expect(success?.content !== undefined, `${method} ${path}`).toBe(status !== '204');
        }
      }
      expect(body.components.schemas.BarItem.required.sort()).toEqual([
        'amount',
        'close',
        'date',
        'high',
        'low',
        'open',
        'partial',
        'volume',
      ]);
    });

    it('says how writing can be refused, and that a reading client may have the newest version', async () => {
      const { body } = await get('/api/v1/openapi.json');
      expect(Object.keys(body.paths['/api/v1/ingestions'].post.responses).toSorted()).toEqual([
        '202',
        '400',
        '401',
        '403',
        '404',
        '413',
        '415',
        '429',
        '500',
        '503',
      ]);
      expect(Object.keys(body.paths['/api/v1/bars/{symbol}'].get.responses).toSorted()).toEqual([
        '200',
        '304',
        '400',
        '404',
        '409',
        '429',
        '500',
        '503',
      ]);
    });

    it('says that a load needs no body, and that a row of a source may be a list', async () => {
      const { body } = await get('/api/v1/openapi.json');
      expect(body.paths['/api/v1/ingestions'].post.requestBody).toMatchObject({ required: false });
      const { raw } = body.components.schemas.QuarantineItem.properties;
      expect(raw.type).toBeUndefined();
      expect(raw.oneOf.map(({ type }: { type: string }) => type)).toEqual(['array', 'object']);
    });

    it('is sent once to who keeps it', async () => {
      const { headers } = await get('/api/v1/openapi.json').expect(200);
      expect(headers['content-type']).toBe('application/json; charset=utf-8');
      await get('/api/v1/openapi.json').set('If-None-Match', String(headers['etag'])).expect(304);
      await get('/api/v1/openapi.json?x=1').expect(400);
    });

    it('resolves every reference it makes', async () => {
      const { body, text } = await get('/api/v1/openapi.json');
      const references = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1]);
      expect(references.length).toBeGreaterThan(10);
      expect([...new Set(references)].filter((name) => !(String(name) in body.components.schemas))).toEqual(
        [],
      );
    });
  });
});
