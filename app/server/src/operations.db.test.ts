import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_TOKEN } from './database/testing/test-database.ts';
import { createOperatorKey, type PrincipalHeaders } from './testing/principals.ts';
import { createLoadedApplication, type TestApplication } from './testing/test-application.ts';

describe('loading and its findings', () => {
  let application: TestApplication;
  let operator: PrincipalHeaders;
  const server = () => application.app.getHttpServer();
  const get = (path: string) => request(server()).get(path);

  beforeAll(async () => {
    application = await createLoadedApplication();
    operator = await createOperatorKey(application.app);
  });
  afterAll(() => application.close());

  describe('ingestions', () => {
    const post = () => request(server()).post('/api/v1/ingestions');

    it('shows the runs and their progress', async () => {
      const { body } = await get('/api/v1/ingestions').expect(200);
      expect(body.items[0]).toMatchObject({
        source: 'sample',
        rowsTotal: 48_781,
        rowsDone: 48_781,
        rowsQuarantined: 22,
        rowsFlagged: 15,
        kind: 'history',
        status: 'completed',
        warnings: [],
        resumesAt: null,
        outcomes: { pending: 0, data: 8, empty: 0, failed: 0 },
      });
      expect(body.items[0].symbols).toContainEqual({
        symbol: '000001.SH',
        outcome: 'data',
        origin: 'sample',
        detail: null,
        rowsTotal: 8_162,
        rowsDone: 8_162,
        rowsQuarantined: 16,
        rowsFlagged: 1,
      });
    });

    it('shows what became of each symbol of a run, page by page', async () => {
      const { id } = (await get('/api/v1/ingestions').expect(200)).body.items[0];
      const symbols: string[] = [];
      for (let after = ''; ;) {
        const { body } = await get(`/api/v1/ingestions/${id}?limit=3${after}`).expect(200);
        expect(body.ingestion.id).toBe(id);
        symbols.push(...body.items.map((item: { symbol: string }) => item.symbol));
        if (body.next === null) break;
        after = `&after=${body.next}`;
      }
      expect(symbols).toEqual([...symbols].sort());
      expect(symbols).toHaveLength(8);
      expect((await get(`/api/v1/ingestions/${id}?outcome=failed`).expect(200)).body.items).toEqual([]);
      await get('/api/v1/ingestions/00000000-0000-4000-8000-000000000000').expect(404);
      expect((await get('/api/v1/ingestions/1').expect(400)).body.errors[0].parameter).toBe('id');
    });

    it.each([
      ['no key', () => undefined],
      ['a wrong key', () => 'Bearer wrong'],
      ['another scheme', (key: string) => key.replace('Bearer', 'Basic')],
      ['the bootstrap token', () => `Bearer ${TEST_TOKEN}`],
      ['the key and more', (key: string) => `${key}x`],
      ['another secret of the key', (key: string) => `${key.slice(0, -43)}${'A'.repeat(43)}`],
      ['a long key', () => `Bearer ${'x'.repeat(5_000)}`],
    ])('refuses to load with %s', async (_what, wrong) => {
      const authorization = wrong(operator['Authorization'] ?? '');
      const pending = authorization === undefined ? post() : post().set('Authorization', authorization);
      const { headers } = await pending
        .send({})
        .expect(401)
        .expect('Content-Type', /^application\/problem\+json/);
      expect(headers['www-authenticate']).toBe('Bearer');
    });

    it.each([
      ['an unknown key', { symbol: '000001.SZ' }, 'symbol'],
      ['text instead of a list', { symbols: '000001.SZ' }, 'symbols'],
      ['an empty list', { symbols: [] }, 'symbols'],
      ['a symbol that is none', { symbols: ['000001.SZ', "x'; DROP"] }, 'symbols'],
      ['a list beyond the limit', { symbols: Array.from({ length: 1_001 }, () => '000001.SZ') }, 'symbols'],
    ])('refuses a body with %s', async (_what, body, parameter) => {
      const response = await post().set(operator).send(body).expect(400);
      expect(response.body.errors[0].parameter).toBe(parameter);
    });

    it.each([
      ['text that is no JSON', '{"symbols":', 400],
      ['a body beyond the limit', JSON.stringify({ symbols: ['x'.repeat(200_000)] }), 413],
    ])('refuses %s', async (_what, body, status) => {
      await post()
        .set(operator)
        .type('json')
        .send(body)
        .expect(status)
        .expect('Content-Type', /^application\/problem\+json/);
    });

    it.each([
      ['minutes of a whole market', { kind: 'minutes' }, 'symbols'],
      ['a snapshot of one symbol', { kind: 'snapshot', symbols: ['000001.SZ'] }, 'symbols'],
      ['a kind that is none', { kind: 'everything' }, 'kind'],
      ['one symbol that is no list', { symbols: '000001.SZ' }, 'symbols', 'must be a list of symbols'],
    ])('refuses %s', async (_what, body, parameter, detail = '') => {
      const response = await post().set(operator).send(body).expect(400);
      expect(response.body.errors).toHaveLength(1);
      expect(response.body.errors[0].parameter).toBe(parameter);
      expect(response.body.errors[0].detail).toContain(detail);
    });

    it('refuses a kind that the source does not have, and names those that it has', async () => {
      const order = { kind: 'details', symbols: ['600000.SH'] };
      const { body } = await post().set(operator).send(order).expect(400);
      const detail = 'the source sample has no details; it has history, refresh, snapshot, minutes';
      expect(body.errors).toEqual([{ parameter: 'kind', detail }]);
    });

    it('refuses symbols that the source does not list, and names them', async () => {
      const { body } = await post()
        .set(operator)
        .send({ symbols: ['000001.SZ', '999999.SZ'] })
        .expect(404);
      expect(body.errors).toEqual([{ parameter: 'symbols', detail: 'no symbol 999999.SZ is known' }]);
    });

    it('makes one run of the same order given twice', async () => {
      const order = () =>
        post()
          .set(operator)
          .send({ symbols: ['000001.SZ'] });
      const [first, second] = await Promise.all([order(), order()]);
      expect([first.status, second.status]).toEqual([202, 202]);
      expect(first.body).toMatchObject({ status: 'queued', trigger: 'request', rowsDone: 0 });
      expect(second.body.id).toBe(first.body.id);
      expect(
        await application.database.sql.query(
          `SELECT count(*)::int AS jobs FROM jobs.job WHERE data->>'runId' = $1`,
          [first.body.id],
        ),
      ).toEqual([{ jobs: 1 }]);
    });

    it('orders everything without a body', async () => {
      await post().set(operator).expect(202);
    });
  });

  describe('quarantine', () => {
    it('counts and shows what was refused', async () => {
      const { body } = await get('/api/v1/quarantine?symbol=000001.SH&disposition=rejected').expect(200);
      const entry = { dataset: 'daily', reason: 'high_low_order', disposition: 'rejected', count: 16 };
      expect(body.counts).toEqual({
        total: 16,
        isCapped: false,
        rejected: 16,
        held: 0,
        flagged: 0,
        byReason: [entry],
        bySymbolAndReason: [{ symbol: '000001.SH', ...entry }],
      });
      expect(body.items).toHaveLength(16);
      expect(body.items[0]).toEqual({
        id: expect.stringMatching(/^\d+$/),
        source: 'sample',
        origin: 'sample',
        dataset: 'daily',
        symbol: '000001.SH',
        rowNumber: 32,
        date: '1991-05-09',
        reason: 'high_low_order',
        disposition: 'rejected',
        detail: 'close 109.29 is below low 109.31',
        raw: [19910509, 110.03, 109.36, 110.12, 109.31, 109.29, 2255, 1220000],
        resolution: null,
        resolvedAt: null,
        resolvedBecause: null,
      });
    });

    it('goes through all of it in pages, each row once', async () => {
      const ids: string[] = [];
      for (let after = ''; ;) {
        const { body } = await get(`/api/v1/quarantine?limit=10${after}`).expect(200);
        expect(body.counts.total).toBe(37);
        ids.push(...body.items.map((item: { id: string }) => item.id));
        if (body.next === null) break;
        after = `&after=${body.next}`;
      }
      expect(ids).toHaveLength(37);
      expect(new Set(ids).size).toBe(37);
    });
  });
});
