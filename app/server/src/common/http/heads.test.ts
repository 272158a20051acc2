import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Server } from 'node:http';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEdgeApplication } from '../../testing/edge-application.ts';
import { rawRequest } from '../../testing/raw-request.ts';

describe('requests', () => {
  let app: NestExpressApplication;
  let port: number;

  beforeAll(async () => {
    ({ app, port } = await createEdgeApplication());
  });
  afterAll(() => app.close());

  describe('have a head', () => {
    const get = (path: string) => request(app.getHttpServer()).get(path);
    const parameters = (count: number): string =>
      Array.from({ length: count }, (_, at) => `p${at}=`).join('&');

    it('with a bounded URL', async () => {
      await get(`/api/market?a=${'b'.repeat(8_192 - '/api/market?a='.length)}`).expect(200);
      const { body } = await get(`/api/market?a=${'b'.repeat(8_193 - '/api/market?a='.length)}`).expect(414);
      expect(body.type).toBe('https://stockanalysis.dev/problems/uri-too-long');
    });

    it('with few parameters, of which none is dropped', async () => {
      const { body } = await get(`/api/market?${parameters(64)}`).expect(200);
      expect(Object.keys(body)).toHaveLength(64);
      await get(`/api/market?${parameters(65)}`).expect(400);
      await get(`/api/market?${'&'.repeat(64)}`).expect(400);
    });

    it('without lists and objects made of names', async () => {
      const { body } = await get('/api/market?a[]=1&b[c]=2&d.e=3').expect(200);
      expect(body).toEqual({ 'a[]': '1', 'b[c]': '2', 'd.e': '3' });
      await get('/api/market?a=1&a=2').expect(400);
      await get('/api/market?__proto__=1').expect(400);
    });

    it('with few fields', async () => {
      const fields = (count: number) => Array.from({ length: count }, (_, at) => `X-${at}: 1\r\n`).join('');
      const ask = (count: number) =>
        rawRequest(port, [
          `GET /api/market HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields(count - 2)}\r\n`,
        ]);
      expect(await ask(100)).toMatch(/^HTTP\/1\.1 200 /);
      expect(await ask(101)).toMatch(/^HTTP\/1\.1 431 /);
      expect(await ask(2_500)).toMatch(/^HTTP\/1\.1 431 /);
    });

    it('with one host', async () => {
      const answer = await rawRequest(port, [
        'GET /api/market HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
      ]);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(await rawRequest(port, ['GET / HTTP/1.1\r\nConnection: close\r\n\r\n'])).toMatch(
        /^HTTP\/1\.1 400 /,
      );
    });

    it.each(['TRACE', 'CONNECT', 'PROPFIND'])('are not carried out with the method %s', async (method) => {
      const answer = await rawRequest(
        port,
        [`${method} /api/market HTTP/1.1\r\nHost: a\r\nX-Secret: secret\r\nConnection: close\r\n\r\n`],
        { waitMs: 1_000 },
      );
      expect(answer).not.toMatch(/^HTTP\/1\.1 2/);
      expect(answer).not.toContain('secret');
    });
  });

  describe('are answered', () => {
    const get = (path: string) => request(app.getHttpServer()).get(path);

    it('to be asked again where it is market data, and to be kept nowhere otherwise', async () => {
      await get('/api/market').expect('Cache-Control', 'private, max-age=0, must-revalidate');
      await get('/api/mine').expect(200).expect('Cache-Control', 'no-store');
      await get('/api/nothing').expect(404).expect('Cache-Control', 'no-store');
    });

    it.each(['/api/market', '/api/nothing', '/api/market?a=1&a=2'])(
      'with their encoding at %s',
      async (path) => {
        expect((await get(path)).headers['content-type']).toMatch(
          /^application\/(problem\+)?json; charset=utf-8$/,
        );
      },
    );

    it('with headers that let no page do what it does not need', async () => {
      const { headers } = await get('/api/market');
      expect(headers).toMatchObject({
        'content-security-policy':
          "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;font-src 'self';connect-src 'self';manifest-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none'",
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('server');
    });

    it('within bounded times', () => {
      const { headersTimeout, requestTimeout, keepAliveTimeout, timeout }: Server = app.getHttpServer();
      expect({ headersTimeout, requestTimeout, keepAliveTimeout, timeout }).toEqual({
        headersTimeout: 20_000,
        requestTimeout: 60_000,
        keepAliveTimeout: 65_000,
        timeout: 120_000,
      });
    });
  });
});
