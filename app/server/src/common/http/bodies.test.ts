import type { NestExpressApplication } from '@nestjs/platform-express';
import { deflateSync, gzipSync } from 'node:zlib';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEdgeApplication, EDGE } from '../../testing/edge-application.ts';
import { rawRequest } from '../../testing/raw-request.ts';

describe('requests', () => {
  let app: NestExpressApplication;
  let port: number;

  beforeAll(async () => {
    ({ app, port } = await createEdgeApplication());
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
      ['send', EDGE.bodyLimitBytes],
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
});
