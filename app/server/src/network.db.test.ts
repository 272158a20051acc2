import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { security } from './common/configuration/security-schema.ts';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import { createServerApplication } from './main.ts';
import { Metrics } from './monitoring/metrics/metrics.ts';
import { rawRequest } from './testing/raw-request.ts';

/** The document is there without an account, a symbol or a row. */
const PATH = '/api/v1/openapi.json';
const PROXY = '127.0.0.1/32';

describe('who reaches the server', () => {
  let database: TestDatabase;
  let app: NestExpressApplication;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  afterEach(() => app.close());

  async function serve(settings: object): Promise<void> {
    app = await createServerApplication(
      database.configuration('server', { security: security.parse(settings) }),
    );
    await app.listen(0, '127.0.0.1');
  }

  const get = (path: string, headers: Record<string, string> = {}) =>
    request(app.getHttpServer()).get(path).set(headers);

  async function port(): Promise<number> {
    return Number(new URL(await app.getUrl()).port);
  }

  describe('by address, which only a trusted proxy may tell', () => {
    const from = (hops: string) => get(PATH, { 'X-Forwarded-For': hops });

    it.each([
      ['of a trusted proxy is kept', [PROXY], 'a-good.id_12345', 'a-good.id_12345'],
      ['that is not harmless is not', [PROXY], 'bad id', expect.stringMatching(/^[0-9a-f-]{36}$/)],
      ['of anybody else is not', [], 'a-good.id_12345', expect.stringMatching(/^[0-9a-f-]{36}$/)],
    ])('an id %s', async (_what, trustedProxies, given, shown) => {
      await serve({ trustedProxies });
      const { headers } = await get('/health/live', { 'X-Request-Id': given });
      expect(headers['x-request-id']).toEqual(shown);
    });

    it('is everybody where no list is', async () => {
      await serve({});
      await from('192.0.2.1').expect(200);
    });

    it('is who is listed, and forged headers make nobody another', async () => {
      await serve({ allowedCIDRs: ['192.0.2.0/24'] });
      const { body } = await get(PATH).expect(403);
      expect(body).toMatchObject({
        type: 'https://stockanalysis.dev/problems/forbidden',
        detail: expect.stringContaining('security.allowedCIDRs'),
      });
      for (const name of [
        'X-Forwarded-For',
        'X-Real-IP',
        'True-Client-IP',
        'CF-Connecting-IP',
        'X-Client-IP',
      ])
        await get(PATH, { [name]: '192.0.2.1' }).expect(403);
      await get(PATH, { Forwarded: 'for=192.0.2.1' }).expect(403);
    });

    it('is the hop before the last trusted one, whatever stands before it', async () => {
      await serve({ trustedProxies: [PROXY, '10.0.0.0/8'], allowedCIDRs: ['192.0.2.0/24', '2001:db8::/32'] });
      await from('192.0.2.1').expect(200);
      await from('::ffff:192.0.2.1').expect(200);
      await from('2001:db8::1').expect(200);
      await from('198.51.100.1').expect(403);
      // What the client wrote stands first, what the proxies saw last.
      await from('192.0.2.1, 198.51.100.1').expect(403);
      await from('192.0.2.1, 198.51.100.1, 10.0.0.1').expect(403);
      await from('198.51.100.1, 192.0.2.1, 10.0.0.1, ::ffff:10.9.9.9').expect(200);
      await from(`${'192.0.2.1,'.repeat(800)}198.51.100.1,10.0.0.1`).expect(403);
      await from(`${'10.0.0.1,'.repeat(800)}10.0.0.1`).expect(403);
    });

    it.each([
      'unknown',
      '_hidden',
      '192.0.2.1:x',
      '[192.0.2.1]',
      '192.0.2:1',
      '1',
      '0xC0000201',
      '192.0.2',
      '192.0.2.1, x',
      '""',
    ])('is nobody where the trusted proxy tells %j', async (hop) => {
      await serve({ trustedProxies: [PROXY] });
      const { body } = await from(hop).expect(400);
      expect(body.errors).toEqual([
        { parameter: 'X-Forwarded-For', detail: 'must be a list of IP addresses' },
      ]);
    });

    it.each(['192.0.2.1:443', '[2001:db8::1]:443', '[2001:db8::1]', '198.51.100.1, 192.0.2.1:65535'])(
      'may come with the port of the client, as in %s',
      async (hops) => {
        await serve({ trustedProxies: [PROXY], allowedCIDRs: ['192.0.2.0/24', '2001:db8::/32'] });
        await from(hops).expect(200);
      },
    );

    it('is counted where a proxy tells it that is not listed', async () => {
      const counted = async () =>
        (await app.get(Metrics).samples()).filter(
          ({ name }) => name === 'stock_analysis_untrusted_forwards_total',
        );
      await serve({ trustedProxies: [PROXY] });
      await from('192.0.2.1').expect(200);
      expect(await counted()).toMatchObject([{ value: 0 }]);
      await app.close();
      await serve({ trustedProxies: ['10.0.0.0/8'] });
      await from('192.0.2.1').expect(200);
      expect(await counted()).toMatchObject([{ value: 1 }]);
    });

    it('are probes in any case', async () => {
      await serve({ allowedCIDRs: ['192.0.2.0/24'], trustedProxies: [PROXY], forceHTTPS: true });
      await get('/health/live').expect(200);
      await get('/health/live/x').expect(403);
      await request(app.getHttpServer()).post('/health/live').expect(403);
    });
  });

  describe('over HTTPS only, where it is so configured', () => {
    const https = { 'X-Forwarded-Proto': 'https' };
    const forced = { forceHTTPS: true, trustedProxies: [PROXY] };

    it('sends who opens the page there, and lets nobody keep it', async () => {
      await serve(forced);
      const { headers } = await get('/some/page?x=1', { Host: 'app.example.org:8080' }).expect(308);
      expect(headers['location']).toBe('https://app.example.org/some/page?x=1');
      expect(headers['cache-control']).toBe('no-store');
      expect(headers).not.toHaveProperty('strict-transport-security');
      await request(app.getHttpServer()).head('/').set('Host', 'app.example.org').expect(308);
    });

    it('refuses the API and everything that is sent', async () => {
      await serve(forced);
      await get(PATH).expect(403);
      await get('/API/v1/symbols').expect(403);
      await get('/monitoring/status').expect(403);
      await request(app.getHttpServer()).post('/').expect(403);
      await request(app.getHttpServer()).post('/api/v1/ingestions').expect(403);
    });

    it('answers over HTTPS, with HSTS for a year', async () => {
      await serve(forced);
      const { headers } = await get(PATH, https).expect(200);
      expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
      expect(headers['content-security-policy']).toMatch(/;upgrade-insecure-requests$/);
    });

    it.each([
      ['another host', 'X-Forwarded-Host', 'evil.example'],
      ['another host', 'Forwarded', 'host=evil.example;proto=https'],
    ])('is sent to no %s by %s', async (_what, name, value) => {
      await serve(forced);
      const { headers } = await get('/', { Host: 'app.example.org', [name]: value }).expect(308);
      expect(headers['location']).toBe('https://app.example.org/');
    });

    it.each([
      'evil.example/path',
      'a@evil.example',
      'a:b@evil.example',
      'evil.example?',
      'evil.example#',
      'a b',
      'a<script>',
      '%0d%0a',
      '..%2f',
      '[::1',
      'a:99999',
      '',
    ])('is sent nowhere by the host %j', async (host) => {
      await serve(forced);
      const answer = await rawRequest(await port(), [
        `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      ]);
      expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
      expect(answer).not.toMatch(/^Location:/im);
    });

    it.each(['http://evil.example/', '//evil.example/', '/\\evil.example', '*'])(
      'is sent to no other host by the target %s',
      async (target) => {
        await serve(forced);
        const answer = await rawRequest(await port(), [
          `GET ${target} HTTP/1.1\r\nHost: app.example.org\r\nConnection: close\r\n\r\n`,
        ]);
        expect(answer).toMatch(/^HTTP\/1\.1 (308|40\d) /);
        const [, location] = /^Location: (\S+)/im.exec(answer) ?? [];
        expect(new URL(location ?? 'https://app.example.org/').host).toBe('app.example.org');
      },
    );

    it.each([
      ['https', '192.0.2.1', 200],
      ['HTTPS', '192.0.2.1', 200],
      // A proxy that appends: what the client wrote stands before it.
      ['https, http', '192.0.2.1', 403],
      ['https, http', '198.51.100.1, 192.0.2.1', 403],
      ['http, https', '192.0.2.1', 200],
      // Two proxies that append: HTTPS to the first one, HTTP between them.
      ['https, http', '192.0.2.1, 10.0.0.1', 200],
      ['https, http, http', '192.0.2.1, 10.0.0.1', 403],
      // The last one writes it anew.
      ['https', '192.0.2.1, 10.0.0.1', 200],
    ])('is by the proxies that say %j of %j', async (protocols, hops, status) => {
      await serve({ forceHTTPS: true, trustedProxies: [PROXY, '10.0.0.0/8'] });
      await get(PATH, { 'X-Forwarded-Proto': protocols, 'X-Forwarded-For': hops }).expect(status);
    });

    it('is no matter for what means two things: that is refused before', async () => {
      await serve(forced);
      const head = (hosts: string) => `GET / HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`;
      expect(await rawRequest(await port(), [head('Host: a\r\nHost: b\r\n')])).toMatch(/^HTTP\/1\.1 400 /);
      const none = await rawRequest(await port(), [head('')]);
      expect(none).toMatch(/^HTTP\/1\.1 400 /);
      expect(none).toContain('"Host: must be given"');
    });

    it('is not there by the word of a client', async () => {
      await serve({ forceHTTPS: true, trustedProxies: ['10.0.0.0/8'] });
      await get(PATH, https).expect(403);
      const { headers } = await get('/', https).expect(308);
      expect(headers).not.toHaveProperty('strict-transport-security');
    });

    it('is no matter where it is not configured', async () => {
      await serve({ trustedProxies: [PROXY] });
      const { headers } = await get(PATH, https).expect(200);
      expect(headers).not.toHaveProperty('strict-transport-security');
      expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    });
  });

  describe('from other pages', () => {
    const ours = 'https://app.example.org';
    const share = { corsOrigins: [ours, 'http://localhost:5173'] };
    const CORS = /^access-control-/;
    const corsOf = (headers: Record<string, string>): string[] =>
      Object.keys(headers).filter((name) => CORS.test(name));
    const preflight = (path: string, origin: string) =>
      request(app.getHttpServer())
        .options(path)
        .set({ Origin: origin, 'Access-Control-Request-Method': 'POST' });

    it('is each origin of the list, with credentials', async () => {
      await serve(share);
      for (const origin of share.corsOrigins) {
        const { headers } = await get(PATH, { Origin: origin }).expect(200);
        expect(headers).toMatchObject({
          'access-control-allow-origin': origin,
          'access-control-allow-credentials': 'true',
          vary: expect.stringContaining('Origin'),
        });
        expect(headers['access-control-expose-headers']).toContain('RateLimit');
      }
    });

    it.each([
      'https://app.example.org.evil.example',
      'https://evil.example',
      'http://app.example.org',
      'https://app.example.org:8443',
      'https://APP.example.org',
      'https://sub.app.example.org',
      'null',
      '*',
      '',
    ])('is not %j', async (origin) => {
      await serve(share);
      const { headers } = await get(PATH, { Origin: origin }).expect(200);
      expect(corsOf(headers)).toEqual([]);
      expect(headers['vary']).toContain('Origin');
      expect(corsOf((await preflight('/api/v1/ingestions', origin)).headers)).toEqual([]);
    });

    it('is told in advance what may be sent, beside what the path has', async () => {
      await serve(share);
      const { headers } = await preflight('/api/v1/ingestions', ours).expect(204);
      expect(headers).toMatchObject({
        'access-control-allow-origin': ours,
        'access-control-allow-credentials': 'true',
        'access-control-allow-headers': expect.stringContaining('Authorization'),
        'access-control-max-age': '7200',
        allow: 'GET, HEAD, OPTIONS, POST',
      });
      await preflight('/api/v1/nothing', ours).expect(404);
    });

    it('reads problems too, and nothing but the API', async () => {
      await serve(share);
      const { headers } = await get('/api/v1/nothing', { Origin: ours }).expect(404);
      expect(headers['access-control-allow-origin']).toBe(ours);
      expect(corsOf((await get('/health/live', { Origin: ours })).headers)).toEqual([]);
      expect(corsOf((await get('/monitoring/status', { Origin: ours })).headers)).not.toEqual([]);
    });

    it('is nobody where no origin is listed', async () => {
      await serve({});
      expect(corsOf((await get(PATH, { Origin: ours }).expect(200)).headers)).toEqual([]);
      expect(corsOf((await preflight('/api/v1/ingestions', ours).expect(204)).headers)).toEqual([]);
    });

    it('may send, if it is ours or of the list, and is refused otherwise whatever it sends', async () => {
      await serve(share);
      const send = (headers: Record<string, string>) =>
        request(app.getHttpServer()).post('/api/v1/ingestions').set(headers);
      for (const origin of ['https://evil.example', 'null', `${ours}.evil.example`])
        expect((await send({ Origin: origin })).body).toMatchObject({
          status: 403,
          detail: expect.stringContaining('security.corsOrigins'),
        });
      await send({ 'Sec-Fetch-Site': 'cross-site' }).expect(403);
      await send({ 'Sec-Fetch-Site': 'same-site' }).expect(403);
      // Nobody is refused for where they come from: they have no key.
      await send({ Origin: ours, 'Sec-Fetch-Site': 'cross-site' }).expect(401);
      await send({ 'Sec-Fetch-Site': 'same-origin' }).expect(401);
      await send({}).expect(401);
    });

    it('cannot be everybody', () => {
      for (const origin of ['*', 'null', 'https://*.example.org', 'https://app.example.org/'])
        expect(() => security.parse({ corsOrigins: [origin] })).toThrow(/exact origin/);
    });
  });
});
