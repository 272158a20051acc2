import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLoadedApplication, type TestApplication } from './testing/test-application.ts';

describe('bad input', () => {
  let application: TestApplication;
  const server = () => application.app.getHttpServer();
  const get = (path: string) => request(server()).get(path);

  beforeAll(async () => {
    application = await createLoadedApplication(['000001.SZ', '000151.SZ', '600519.SH']);
  });
  afterAll(() => application.close());

  const long = 'a'.repeat(5_000);

  it.each(
    [
      ['/api/v1/bars/999999.SZ', 404, 'symbol'],
      ['/api/v1/bars/600519', 400, 'symbol'],
      ["/api/v1/bars/600519.SH'%20OR%201=1--", 400, 'symbol'],
      [`/api/v1/bars/${long}`, 400, 'symbol'],
      ['/api/v1/bars/..%2f..%2fetc%2fpasswd', 400, 'symbol'],
      ['/api/v1/bars/000001.SZ%00', 400, 'symbol'],
      ['/api/v1/bars/000001.SZ?from=2024-02-30', 400, 'from'],
      ['/api/v1/bars/000001.SZ?from=20240102', 400, 'from'],
      ['/api/v1/bars/000001.SZ?to=yesterday', 400, 'to'],
      ['/api/v1/bars/000001.SZ?to=', 400, 'to'],
      ['/api/v1/bars/000001.SZ?from=2024-01-02&from=2024-01-03', 400, 'from'],
      ['/api/v1/bars/000001.SZ?from=2024-02-01&to=2024-01-01', 400, 'from'],
      ['/api/v1/bars/000001.SZ?from=2024-01-02%27;DROP%20TABLE%20app.symbols', 400, 'from'],
      ['/api/v1/bars/000001.SZ?period=hourly', 400, 'period'],
      ['/api/v1/bars/000151.SZ?adjust=qfq', 409, 'adjust'],
      ['/api/v1/bars/000001.SZ?adjust=front', 400, 'adjust'],
      ['/api/v1/bars/000001.SZ?limit=0', 400, 'limit'],
      ['/api/v1/bars/000001.SZ?limit=20001', 400, 'limit'],
      ['/api/v1/bars/000001.SZ?cursor=x', 400, 'cursor'],
      ['/api/v1/minutes/000001.SZ', 404, 'symbol'],
      ['/api/v1/minutes/000001.SZ?date=today', 400, 'date'],
      ['/api/v1/symbols/999999.SZ', 404, 'symbol'],
      ['/api/v1/symbols?exchange=NYSE', 400, 'exchange'],
      ['/api/v1/symbols?board=none', 400, 'board'],
      ['/api/v1/symbols?listed=1', 400, 'listed'],
      ['/api/v1/symbols?cursor=000001.SZ', 400, 'cursor'],
      ['/api/v1/calendar?from=2024-02-01&to=2024-01-01', 400, 'from'],
      ['/api/v1/fundamentals/000001.SZ?asOf=20240101', 400, 'asOf'],
      ['/api/v1/fundamentals/000001.SZ?category=', 400, 'category'],
      ['/api/v1/valuations/000001.SZ?limit=5001', 400, 'limit'],
      ['/api/v1/news/000001.SZ?cursor=1', 400, 'cursor'],
      ['/api/v1/news/999999.SZ', 404, 'symbol'],
      ['/api/v1/halts?symbol=000001.SZ', 400, 'symbol'],
      ['/api/v1/market/overview?date=2024-01-02', 400, 'date'],
      ['/api/v1/bars/000001.SZ?form=2024-01-01', 400, 'form'],
      ['/api/v1/bars/000001.SZ?__proto__=1', 400, '__proto__'],
      ['/api/v1/bars/000001.SZ?constructor=1', 400, 'constructor'],
      [`/api/v1/symbols?query=${long}`, 400, 'query'],
      ['/api/v1/symbols?query=%00', 400, 'query'],
      ['/api/v1/symbols?query=a&query=b', 400, 'query'],
      ['/api/v1/symbols?limit=0', 400, 'limit'],
      ['/api/v1/symbols?limit=201', 400, 'limit'],
      ['/api/v1/symbols?limit=1e2', 400, 'limit'],
      ['/api/v1/symbols?limit=-1', 400, 'limit'],
      ['/api/v1/indicators/000001.SZ', 400, 'names'],
      ['/api/v1/indicators/000001.SZ?names=', 400, 'names'],
      ['/api/v1/indicators/000001.SZ?names=MA5,MA5', 400, 'names'],
      ['/api/v1/indicators/000001.SZ?names=MA0', 400, 'names'],
      ['/api/v1/indicators/000001.SZ?names=MA501', 400, 'names'],
      ['/api/v1/indicators/000001.SZ?names=NOPE', 400, 'names'],
      ['/api/v1/indicators/000001.SZ?names=PSAR', 400, 'names'],
      ['/api/v1/indicators/000001.SZ?names=MACD(12,26)', 400, 'names'],
      ['/api/v1/indicators/000001.SZ?names=MACD(26,12,9)', 400, 'names'],
      ['/api/v1/indicators/000001.SZ?names=BOLL(20', 400, 'names'],
      ['/api/v1/indicators/000001.SZ?names=constructor', 400, 'names'],
      [
        `/api/v1/indicators/000001.SZ?names=${Array.from({ length: 21 }, (_, n) => `MA${n + 1}`).join()}`,
        400,
        'names',
      ],
      ['/api/v1/indicators/000001.SZ?names=MA5&mode=excel', 400, 'mode'],
      ['/api/v1/indicators/000001.SZ?names=BIAS6&mode=talib', 400, 'names'],
      ['/api/v1/indicators/000151.SZ?names=MA5&adjust=hfq', 409, 'adjust'],
      ['/api/v1/indicators/600519.SH?names=MA5', 404, 'symbol'],
      ['/api/v1/indicators/999999.SZ?names=MA5', 404, 'symbol'],
      ['/api/v1/analyses/rule/999999.SZ', 404, 'symbol'],
      ['/api/v1/analyses/rule/600519.SH', 404, 'symbol'],
      ['/api/v1/analyses/rule/000001.SZ?asOf=1990-01-01', 404, 'asOf'],
      ['/api/v1/analyses/rule/000001.SZ?asOf=today', 400, 'asOf'],
      ['/api/v1/analyses/rule/000001.SZ?date=2024-01-02', 400, 'date'],
      ['/api/v1/quarantine?symbol=x', 400, 'symbol'],
      ['/api/v1/ingestions?page=2', 400, 'page'],
      ['/health/ready?verbose=1', 400, 'verbose'],
    ].map(
      ([path, status, parameter]) =>
        [String(path).slice(0, 70), status, parameter, path] as [string, number, string, string],
    ),
  )('GET %s is a problem of status %i that names %s', async (_start, status, parameter, path) => {
    const response = await get(path)
      .expect(status)
      .expect('Content-Type', /^application\/problem\+json/);
    expect(response.body).toEqual({
      type: expect.stringMatching(/^https:\/\//),
      title: expect.any(String),
      status,
      detail: expect.stringContaining(parameter),
      requestId: response.headers['x-request-id'],
      errors: [{ parameter, detail: expect.any(String) }],
    });
    expect(JSON.stringify(response.body).length).toBeLessThan(800);
  });

  it('names every broken parameter at once', async () => {
    const { body } = await get('/api/v1/bars/000001.SZ?from=x&to=y&what=z').expect(400);
    expect(body.errors.map((error: { parameter: string }) => error.parameter).sort()).toEqual([
      'from',
      'to',
      'what',
    ]);
  });

  it.each([
    ['indicators/000001.SZ?names=MA5,ma6', 'and not "ma6"; GET /api/v1/indicators lists them'],
    ['indicators/000001.SZ?names=MA5,KDJ()', 'and not "KDJ()"'],
    ['indicators/000001.SZ?names=MA99999999', 'N is a whole number from 1 to 500'],
    ['indicators/000001.SZ', 'is required, and must be given once'],
    ['quarantine?limit=-3', 'limit: must be a whole number from 1 to 1000'],
    ['indicators?x=1', 'x: is not a known parameter'],
  ])('says of %s what is wrong', async (path, detail) => {
    const { body } = await get(`/api/v1/${path}`).expect(400);
    expect(body.detail).toContain(detail);
  });

  it('says what a path without a symbol lacks', async () => {
    const { body } = await get('/api/v1/bars').expect(404);
    expect(body.detail).toBe('there is nothing at GET /api/v1/bars; there is /api/v1/bars/{symbol}');
  });

  it('tells which symbol is not known', async () => {
    const { body } = await get('/api/v1/bars/999999.SZ').expect(404);
    expect(body.detail).toBe('symbol: no symbol 999999.SZ is known');
  });

  it.each([
    ['/api/v1/nothing', 404],
    ['/api/v1/bars/%E0%A4%A', 400],
    ['/api/v2/symbols', 404],
    ['/nothing.html', 404],
    ['/%E0%A4%A', 404],
  ])('GET %s is a problem of status %i', async (path, status) => {
    const { body } = await get(path)
      .expect(status)
      .expect('Content-Type', /^application\/problem\+json/);
    expect(body).toMatchObject({ status, requestId: expect.any(String) });
  });

  it('refuses methods that a resource does not have, and says which it has', async () => {
    const { body } = await request(server())
      .delete('/api/v1/symbols')
      .expect(405)
      .expect('Allow', 'GET, HEAD, OPTIONS')
      .expect('Cache-Control', 'no-store')
      .expect('Content-Type', /^application\/problem\+json/);
    expect(body).toMatchObject({
      type: 'https://stockanalysis.dev/problems/method-not-allowed',
      status: 405,
      requestId: expect.any(String),
    });
    await request(server()).post('/api/v1/bars/000001.SZ').expect(405);
    await request(server()).post('/api/v1/nothing').expect(404);
    await request(server())
      .options('/api/v1/ingestions')
      .expect(204)
      .expect('Allow', 'GET, HEAD, OPTIONS, POST');
  });
});
