import { Body, Controller, Get, Logger, Module, Post, Query } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { IsOptional, IsString } from 'class-validator';
import type { Server } from 'node:http';
import { deflateSync, gzipSync } from 'node:zlib';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest } from '../../testing/raw-request.ts';
import { NeedsSession, Reading } from '../access.ts';
import { CONFIGURATION } from '../configuration/configuration.ts';
import { security } from '../configuration/security-schema.ts';
import { answerTheRest } from '../problem.filter.ts';
import { BodyGuard, BodyLimit } from './body.guard.ts';
import { configureHttp } from './configure-http.ts';

class Sent {
  @IsOptional()
  @IsString()
  text?: string;
}

const settings = security.parse({ bodyLimitBytes: 2_048 });

@Controller('api')
class Routes {
  @Post('send')
  send(@Body() body: Sent): object {
    return { length: body.text?.length ?? null };
  }

  @BodyLimit(64)
  @Post('small')
  small(@Body() body: Sent): object {
    return { length: body.text?.length };
  }

  @BodyLimit(100_000)
  @Post('large')
  large(@Body() body: Sent): object {
    return { length: body.text?.length };
  }

  @Reading()
  @Get('market')
  market(@Query() query: object): object {
    return query;
  }

  @NeedsSession()
  @Get('mine')
  mine(): object {
    return {};
  }
}

@Module({
  controllers: [Routes],
  providers: [
    { provide: CONFIGURATION, useValue: { security: settings } },
    { provide: APP_GUARD, useClass: BodyGuard },
  ],
})
class TestModule {}

describe('requests', () => {
  let app: NestExpressApplication;
  let port: number;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    app = await NestFactory.create<NestExpressApplication>(TestModule, { logger: false, bodyParser: false });
    configureHttp(app, settings, (_request, _response, next) => next());
    await app.init();
    answerTheRest(app);
    await app.listen(0, '127.0.0.1');
    port = Number(new URL(await app.getUrl()).port);
  });
  afterAll(() => app.close());

  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    request(app.getHttpServer())
      .post(`/api/${path}`)
      .set({ 'Content-Type': 'application/json', ...headers })
      .serialize((data) => data as never)
      .send(body as never);
  const ofLength = (length: number): string => JSON.stringify({ text: 'a'.repeat(length) });

  describe('with a body', () => {
    it.each([
      ['application/json'],
      ['application/json; charset=utf-8'],
      ['application/json;charset="UTF-8"'],
      ['Application/JSON'],
    ])('are read as %s', async (type) => {
      expect((await post('send', ofLength(3), { 'Content-Type': type }).expect(201)).body).toEqual({
        length: 3,
      });
    });

    it('need none', async () => {
      const { body } = await request(app.getHttpServer()).post('/api/send').expect(201);
      expect(body).toEqual({ length: null });
      await post('send', '', { 'Content-Type': 'text/plain', 'Content-Length': '0' }).expect(201);
    });

    it.each([
      ['text/plain'],
      ['application/x-www-form-urlencoded'],
      ['multipart/form-data; boundary=x'],
      ['application/xml'],
      ['application/json-seq'],
      ['application/json; charset=utf-16'],
      ['application/json; charset=iso-8859-1'],
      ['application/json; charset=utf-7'],
      ['*/*'],
      ['x'],
    ])('are refused as %s', async (type) => {
      const { body } = await post('send', ofLength(3), { 'Content-Type': type }).expect(415);
      expect(body.type).toBe('https://stockanalysis.dev/problems/unsupported-media-type');
    });

    it.each([
      ['gzip', gzipSync(Buffer.alloc(50_000_000, 'a'))],
      ['deflate', deflateSync(ofLength(3))],
      ['br', Buffer.from(ofLength(3))],
      ['gzip, identity', Buffer.from(ofLength(3))],
      ['x', Buffer.from(ofLength(3))],
    ])('are not unpacked (%s)', async (encoding, bytes) => {
      const before = process.memoryUsage().rss;
      const { body } = await post('send', bytes, { 'Content-Encoding': encoding }).expect(415);
      expect(body.detail).toBe('the body must not be compressed');
      expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
    });

    it.each([
      ['send', settings.bodyLimitBytes],
      ['small', 64],
      ['large', 100_000],
    ])('are bounded at %s', async (path, limit) => {
      const rest = limit - ofLength(0).length;
      await post(path, ofLength(rest)).expect(201);
      const { body } = await post(path, ofLength(rest + 1)).expect(413);
      expect(body).toMatchObject({
        type: 'https://stockanalysis.dev/problems/payload-too-large',
        detail: `the body must have at most ${limit} bytes`,
      });
    });

    it('are refused at once where they say that they are too large', async () => {
      const head = `POST /api/send HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n`;
      expect(await rawRequest(port, [head], { waitMs: 300 })).toMatch(/^HTTP\/1\.1 413 /);
    });

    it('are bounded in chunks, too', async () => {
      const chunk = `800\r\n${'a'.repeat(2_048)}\r\n`;
      const head =
        'POST /api/send HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
      const answer = await rawRequest(port, [head, chunk, chunk, '0\r\n\r\n'], { pauseMs: 10, waitMs: 300 });
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    });

    it.each([
      ['{"text":"secret"', 'must be valid JSON'],
      ['{"text":"a","text":"secret"}', 'must not have two values under one key'],
      ['{"text":"secret\\u0000"}', 'must not hold the character U+0000'],
      ['"secret"', 'must be a JSON object'],
    ])('are refused without being repeated: %s', async (text, detail) => {
      const answer = await post('send', text).expect(400);
      expect(answer.body.errors).toEqual([{ parameter: 'body', detail }]);
      expect(answer.text).not.toContain('secret');
    });

    it.each([
      '{"__proto__":{"admin":true}}',
      '{"constructor":{}}',
      '{"text":"a","admin":true}',
      '{"text":{"a":1}}',
      '[]',
    ])('are refused that are no such object: %s', async (text) => {
      await post('send', text).expect(400);
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
    });

    it('are refused in an encoding that nobody knows', async () => {
      const answer = await rawRequest(
        port,
        ['POST /api/send HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
        { waitMs: 300 },
      );
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('Transfer-Encoding');
    });
  });

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
