import { Logger } from '@nestjs/common';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest } from '../../testing/raw-request.ts';
import { answerMalformedRequests } from './client-errors.ts';

const HOST = 'Host: a\r\n';
const OK = /^HTTP\/1\.1 200 OK\r\n/;
const answersIn = (text: string): string[] =>
  [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status = '']) => status);

describe('what is no HTTP request', () => {
  let server: Server;
  let port: number;
  let carriedOut: string[] = [];

  beforeAll(async () => {
    Logger.overrideLogger(false);
    server = createServer({ connectionsCheckingInterval: 50 }, (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        carriedOut.push(`${request.method} ${request.url} ${body}`);
        void sleep(request.url === '/slow' ? 100 : 0).then(() => response.end('done'));
      });
    });
    server.headersTimeout = 300;
    server.requestTimeout = 600;
    answerMalformedRequests(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([
    ['noise', 'hello\r\n\r\n', 400],
    ['binary noise', `\u0016\u0003\u0001\0\r\n\r\n`, 400],
    ['characters outside of ASCII in the URL', `GET /平安 HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['a blank in the name of a field', `GET / HTTP/1.1\r\n${HOST}X Y: 1\r\n\r\n`, 400],
    ['a blank before the colon', `GET / HTTP/1.1\r\n${HOST}Content-Length : 1\r\n\r\na`, 400],
    ['a NUL in a value', `GET / HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`, 400],
    ['a bare CR in a value', `GET / HTTP/1.1\r\n${HOST}X: a\rY: b\r\n\r\n`, 400],
    ['lines without CR', `GET / HTTP/1.1\n${HOST}\n\n`, 400],
    ['a length that is no number', `POST / HTTP/1.1\r\n${HOST}Content-Length: 1x\r\n\r\na`, 400],
    ['a negative length', `POST / HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\na`, 400],
    ['two lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 400],
    [
      'a length and chunks',
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG`,
      400,
    ],
    [
      'chunks in another order',
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'an encoding in disguise',
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'a size of a chunk that is none',
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n`,
      400,
    ],
    ['too large a head', `GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['another protocol', `GET / FTP/1.0\r\n${HOST}\r\n`, 400],
  ])('%s is answered by a problem and carried out by nobody', async (_what, text, status) => {
    carriedOut = [];
    const answer = await rawRequest(port, [text]);
    expect(answersIn(answer)).toEqual([String(status)]);
    const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
    expect(head).toMatch(/\r\nContent-Type: application\/problem\+json; charset=utf-8\r\n/);
    expect(head).toMatch(/\r\nConnection: close\r\n/);
    expect(JSON.parse(body)).toMatchObject({ status, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(carriedOut.filter((line) => !line.endsWith(' '))).toEqual([]);
  });

  it.each(['/', '/slow'])(
    'noise behind a request for %s ends the connection after its answer',
    async (path) => {
      const begun = performance.now();
      const answer = await rawRequest(port, [`GET ${path} HTTP/1.1\r\n${HOST}\r\nnoise\r\n\r\n`]);
      expect(answer).toMatch(OK);
      expect(answersIn(answer)).toEqual(['200']);
      expect(answer).toMatch(/\r\n\r\n(4\r\n)?done/);
      expect(performance.now() - begun).toBeLessThan(2_000);
    },
  );

  it('a body that hides a request behind chunks is a body', async () => {
    carriedOut = [];
    const hidden = `GET /hidden HTTP/1.1\r\n${HOST}\r\n`;
    await rawRequest(
      port,
      [`POST /a HTTP/1.1\r\n${HOST}Connection: close\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
      { waitMs: 300 },
    );
    expect(carriedOut).toEqual([`POST /a ${hidden}`]);
  });

  it('who sends the head byte by byte is cut off', async () => {
    const begun = performance.now();
    const drips = Array.from(`GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(100)}`);
    const answer = await rawRequest(port, drips, { pauseMs: 20 });
    expect(answersIn(answer)).toEqual(['408']);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it('who sends the body byte by byte is cut off', async () => {
    carriedOut = [];
    const head = `POST / HTTP/1.1\r\n${HOST}Content-Length: 1000\r\n\r\n`;
    const answer = await rawRequest(port, [head, ...Array.from('a'.repeat(100))], { pauseMs: 20 });
    expect(answersIn(answer)).toEqual(['408']);
    expect(carriedOut).toEqual([]);
  });
});
