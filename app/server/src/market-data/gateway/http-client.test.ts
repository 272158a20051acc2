import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { inScope } from '../../common/tracing/scope.ts';
import { HttpClient } from './http-client.ts';

const LIMITS = { deadlineMs: 2_000, maxBytes: 100_000 };
const never = new AbortController().signal;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

function open(url: string): HttpClient {
  const client = new HttpClient(url, 500);
  closers.push(() => client.close());
  return client;
}

describe('HttpClient', () => {
  it('gets status, type and text, on a base with a path too', async () => {
    const { url } = await serve((request, response) => {
      response
        .writeHead(404, { 'content-type': 'Application/JSON; charset=utf-8' })
        .end(`{"u":"${request.url}"}`);
    });
    expect(await open(`${url}/behind`).get('/a?b=%20', LIMITS, never)).toEqual({
      status: 404,
      mediaType: 'application/json',
      body: '{"u":"/behind/a?b=%20"}',
    });
  });

  it('tells the server, which is the administrator’s own, of the trace that asks', async () => {
    const { url } = await serve((request, response) => {
      const { traceparent = null, tracestate = null } = request.headers;
      response.end(JSON.stringify({ traceparent, tracestate }));
    });
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, state: 'c=1' };
    const client = open(url);
    const told = await inScope({ trace }, () => client.get('/', LIMITS, never));
    expect(JSON.parse(told.body)).toEqual({
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      tracestate: 'c=1',
    });
    const { body } = await client.get('/', LIMITS, never);
    expect(JSON.parse(body)).toEqual({ traceparent: null, tracestate: null });
  });

  it('uses a connection once, so a server that closes it in silence does no harm', async () => {
    const sockets = new Set<unknown>();
    const { url } = await serve((request, response) => {
      sockets.add(request.socket);
      response.removeHeader('connection');
      response.writeHead(500).end('Internal Server Error', () => request.socket.destroy());
    });
    const client = open(url);
    for (let call = 0; call < 20; call += 1)
      expect(await client.get('/', LIMITS, never)).toMatchObject({ status: 500 });
    expect(sockets.size).toBe(20);
  });

  it.each([
    ['with a length', true],
    ['without one', false],
  ])('cuts off a body that is too large, %s, without holding it', async (_, withLength) => {
    const size = 300 * 1024 * 1024;
    let written = 0;
    const { url } = await serve((_request, response) => {
      response.writeHead(200, withLength ? { 'content-length': size } : {});
      const block = Buffer.alloc(64 * 1024, '1');
      const write = (): void => {
        while (written < size && !response.destroyed) {
          written += block.length;
          if (!response.write(block)) return void response.once('drain', write);
        }
      };
      write();
    });
    await expect(open(url).get('/', LIMITS, never)).rejects.toMatchObject({
      failure: 'contract',
      violation: 'too_large',
    });
    expect(written).toBeLessThan(20 * 1024 * 1024);
  });

  it('cuts off a body that never ends', async () => {
    const { url } = await serve((_request, response) => {
      const timer = setInterval(() => response.write('1'), 10);
      response.once('close', () => clearInterval(timer));
    });
    await expect(open(url).get('/', { ...LIMITS, deadlineMs: 300 }, never)).rejects.toMatchObject({
      failure: 'contract',
      violation: 'endless',
    });
  });

  it('does not wait for headers beyond the deadline, nor for a connection', async () => {
    const { url } = await serve(() => undefined);
    await expect(open(url).get('/', { ...LIMITS, deadlineMs: 200 }, never)).rejects.toMatchObject({
      failure: 'timeout',
    });
    await expect(open('http://127.0.0.1:1').get('/', LIMITS, never)).rejects.toMatchObject({
      failure: 'unreachable',
    });
  });

  it.each([
    ['a broken body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[1,2'],
    ['what is no HTTP', 'hello\r\n\r\n'],
    ['nothing', ''],
  ])('takes %s for no answer', async (_, text) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(text));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const client = open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await expect(client.get('/', LIMITS, never)).rejects.toMatchObject({ failure: 'unreachable' });
  });

  it('refuses bytes that are no UTF-8', async () => {
    const { url } = await serve((_request, response) => response.end(Buffer.from([0x22, 0xc3, 0x28, 0x22])));
    await expect(open(url).get('/', LIMITS, never)).rejects.toMatchObject({ violation: 'not_json' });
  });

  it('ends with the signal, before and while it waits', async () => {
    const { url } = await serve(() => undefined);
    const stop = new AbortController();
    const call = open(url).get('/', LIMITS, stop.signal);
    stop.abort(new Error('the worker stops'));
    await expect(call).rejects.toThrow('the worker stops');
    await expect(open(url).get('/', LIMITS, stop.signal)).rejects.toThrow('the worker stops');
  });
});
