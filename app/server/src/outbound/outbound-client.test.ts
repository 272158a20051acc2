import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestListener } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutboundClient, type OutboundRequest } from './outbound-client.ts';
import { Outside } from './testing/outside.ts';

const LIMITS = { deadlineMs: 2_000, maxBytes: 100_000 };
const PUBLIC = '93.184.216.34';
const NAME = 'hooks.stock-tests.com';
const OTHER = 'other.stock-tests.com';

let outside: Outside;
beforeEach(() => {
  outside = new Outside();
  outside.names.set(NAME, [[PUBLIC]]).set(OTHER, [['2606:4700::1', '1.1.1.1']]);
});
afterEach(() => outside.close());

/** A client for what users write, to a server on this machine that stands for the Internet. */
const userSupplied = (port: number, changes: { connectMs?: number } = {}): OutboundClient =>
  new OutboundClient(
    { kind: 'user-supplied', allowHttp: true, ports: [port] },
    { network: outside, ...changes },
  );

async function send(
  listener: RequestListener,
  request: Omit<Partial<OutboundRequest>, 'url'> & { at?: (port: number) => string } = {},
) {
  const port = await outside.serve(listener);
  const { at = (given) => `http://${NAME}:${given}/hook?a=1`, ...rest } = request;
  return userSupplied(port).send({ limits: LIMITS, ...rest, url: at(port) });
}

const ok: RequestListener = (_request, response) =>
  void response.setHeader('content-type', 'Application/JSON; charset=utf-8').end('{"ok":true}');

describe('a destination that a user wrote', () => {
  it('is sent to by its name at an address that was judged, resolved once', async () => {
    const answer = await send(ok, { method: 'POST', body: 'hello', headers: { Authorization: 'Bearer x' } });
    expect({ ...answer, body: answer.body.toString() }).toEqual({
      url: expect.stringMatching(/^http:\/\/hooks\.stock-tests\.com:\d+\/hook\?a=1$/),
      status: 200,
      mediaType: 'application/json',
      body: '{"ok":true}',
    });
    const [request] = outside.seen;
    expect(request?.headers).toMatchObject({
      host: expect.stringMatching(/^hooks\.stock-tests\.com:\d+$/),
      authorization: 'Bearer x',
      'accept-encoding': 'identity',
      'content-length': '5',
    });
    expect(outside.resolved).toEqual([NAME]);
    expect(outside.reached).toEqual([PUBLIC]);
  });

  it('is asked for no body where only its status is wanted, and says when to come back', async () => {
    const endless: RequestListener = (_request, response) => {
      response.writeHead(503, { 'retry-after': '120', 'content-length': '1000000000' }).write('x');
    };
    expect(await send(endless, { withoutBody: true })).toMatchObject({
      status: 503,
      retryAfter: '120',
      body: Buffer.alloc(0),
    });
  });

  it('is not rebound: the address of the second resolution is never asked for within a request', async () => {
    outside.names.set(NAME, [[PUBLIC], ['127.0.0.1']]);
    const port = await outside.serve(ok);
    const client = userSupplied(port);
    const url = `http://${NAME}:${port}/`;
    expect(await client.send({ url, limits: LIMITS })).toMatchObject({ status: 200 });
    // The next request resolves anew, on a connection of its own, and is refused.
    await expect(client.send({ url, limits: LIMITS })).rejects.toMatchObject({ failure: 'refused' });
    expect(outside.resolved).toHaveLength(2);
    expect(outside.seen).toHaveLength(1);
  });

  it.each([
    ['loopback', ['127.0.0.1']],
    ['the metadata service', ['169.254.169.254']],
    ['a public address and a private one', [PUBLIC, '10.0.0.7']],
    ['a private one behind NAT64', ['64:ff9b::10.0.0.7']],
    ['a private one in an IPv6 coat', ['::ffff:192.168.0.1']],
    ['a unique local one', ['fd00::1']],
    ['none', []],
  ])('is refused when its name has %s, before anything is sent', async (_, addresses) => {
    outside.names.set(NAME, [addresses]);
    const failed = send(ok);
    await expect(failed).rejects.toMatchObject({ name: 'OutboundError', failure: 'refused' });
    // What addresses names have inside is nobody's business outside.
    await expect(failed).rejects.toThrow(
      /^hooks\.stock-tests\.com: its address is not one of the public Internet$/,
    );
    expect(outside.seen).toEqual([]);
    expect(outside.reached).toEqual([]);
  });

  it.each([
    ...[
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0x7f.1',
      '0177.0.0.1',
      '017700000001',
      '127.0.0.1.',
    ],
    ...['①②⑦.⓪.⓪.①', '１２７.0.0.1', '%31%32%37.0.0.1', '0', '10.0.0.1', '169.254.169.254', '2852039166'],
    ...[
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[64:ff9b::7f00:1]',
      '[fd00::1]',
      '[fe80::1]',
    ],
    ...['[2002:7f00:1::]', '[0:0:0:0:0:0:0:1]'],
    ...[
      'localhost',
      'LOCALHOST',
      'localhost.',
      'ｌｏｃａｌｈｏｓｔ',
      'foo.localhost',
      'metadata',
      'postgres',
    ],
    ...[
      'metadata.google.internal',
      'stock-postgres.default.svc.cluster.local',
      'printer.local',
      'a.home.arpa',
    ],
    ...['router.lan', 'x.test', 'x.invalid', 'x.onion', '1.0.0.127.in-addr.arpa'],
  ])('is refused at %s, and is not even resolved', async (host) => {
    await expect(send(ok, { at: (port) => `http://${host}:${port}/` })).rejects.toMatchObject({
      failure: 'refused',
    });
    expect(outside.resolved).toEqual([]);
    expect(outside.seen).toEqual([]);
  });

  it.each([
    ['ftp://hooks.stock-tests.com/', /must begin with https:\/\/$/],
    ['http://hooks.stock-tests.com/', /must begin with https:\/\/$/],
    ['file:///etc/passwd', /must begin with https:\/\/$/],
    ['data:text/plain,x', /must begin with https:\/\/$/],
    ['https://user:password@hooks.stock-tests.com/', /must not hold a user/],
    ['https://user@hooks.stock-tests.com/', /must not hold a user/],
    ['https://hooks.stock-tests.com\\@127.0.0.1/', /not one of the public Internet$/],
    ['https://hooks.stock-tests.com:22/', /port must be one of 443, 8443$/],
    ['https://hooks.stock-tests.com:6379/', /port must be one of/],
    ['https://hooks.stock-tests.com:0/', /port must be one of/],
    ['hooks.stock-tests.com', /not a URL/],
    ['https://', /not a URL/],
    ['', /not a URL/],
    [`https://hooks.stock-tests.com/${'a'.repeat(2_048)}`, /at most 2048/],
  ])('is refused as %s', async (url, message) => {
    outside.names.set(NAME, [['10.0.0.1']]);
    const client = new OutboundClient({ kind: 'user-supplied' }, { network: outside });
    const failed = client.send({ url, limits: LIMITS });
    await expect(failed).rejects.toMatchObject({ failure: 'refused' });
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.not.toThrow(/password@/);
  });

  it.each(['Host', 'connection', 'Transfer-Encoding', 'content-length', 'Proxy-Authorization'])(
    'gets no %s of the caller',
    async (header) => {
      await expect(send(ok, { headers: { [header]: 'x' } })).rejects.toMatchObject({ failure: 'refused' });
      expect(outside.seen).toEqual([]);
    },
  );

  it('says of a name without an address that it has none, and of silence that it was silent', async () => {
    await expect(send(ok, { at: (port) => `http://nowhere.stock-tests.com:${port}/` })).rejects.toMatchObject(
      {
        failure: 'unresolvable',
      },
    );
    await expect(send(() => undefined, { limits: { ...LIMITS, deadlineMs: 150 } })).rejects.toMatchObject({
      failure: 'timeout',
    });
    const never = new OutboundClient(
      { kind: 'user-supplied' },
      {
        network: {
          resolve: (_, signal) =>
            new Promise((_resolve, reject) =>
              signal.addEventListener('abort', () => reject(new Error('cancelled'))),
            ),
          reach: String,
        },
      },
    );
    await expect(
      never.send({ url: `https://${NAME}/`, limits: { ...LIMITS, deadlineMs: 100 } }),
    ).rejects.toMatchObject({ failure: 'timeout' });
  });
});

describe('a redirect', () => {
  const redirecting =
    (status: number, to: (port: number) => string): RequestListener =>
    (request, response) => {
      if (request.url !== '/hook?a=1') return ok(request, response);
      response.writeHead(status, { location: to(request.socket.localPort ?? 0) }).end('moved');
    };
  const credentials = { Authorization: 'Bearer x', Cookie: 'sid=1', 'X-Api-Key': 'k', Accept: 'text/plain' };

  it('is the answer unless following is asked for', async () => {
    const answer = await send(redirecting(302, () => '/else'));
    expect(answer).toMatchObject({ status: 302 });
    expect(outside.seen).toHaveLength(1);
  });

  it('within the origin keeps credentials; to another name it drops them and is judged anew', async () => {
    await send(
      redirecting(302, () => '/else'),
      { redirects: 1, headers: credentials },
    );
    expect(outside.seen[1]?.headers).toMatchObject({
      authorization: 'Bearer x',
      cookie: 'sid=1',
      'x-api-key': 'k',
    });
    outside.seen.length = 0;
    await send(
      redirecting(302, (port) => `http://${OTHER}:${port}/else`),
      { redirects: 1, headers: credentials },
    );
    const [, second] = outside.seen;
    expect(second?.headers.host).toMatch(/^other\.stock-tests\.com/);
    expect(second?.headers).toMatchObject({ accept: 'text/plain' });
    for (const name of ['authorization', 'cookie', 'x-api-key'])
      expect(second?.headers).not.toHaveProperty(name);
    expect(outside.resolved.at(-1)).toBe(OTHER);
  });

  it.each([
    ['a private address', (port: number) => `http://127.0.0.1:${port}/else`],
    ['the metadata service', () => 'http://169.254.169.254/latest/meta-data/'],
    ['another port', () => `http://${NAME}:6379/`],
    ['another scheme', () => 'file:///etc/passwd'],
    ['a name inside', (port: number) => `http://inside.stock-tests.com:${port}/`],
    ['a user', (port: number) => `http://u:p@${NAME}:${port}/else`],
  ])('to %s is refused', async (_, to) => {
    outside.names.set('inside.stock-tests.com', [['10.1.2.3']]);
    await expect(send(redirecting(302, to), { redirects: 3 })).rejects.toMatchObject({ failure: 'refused' });
    expect(outside.seen).toHaveLength(1);
  });

  it.each([
    [301, 'GET', undefined],
    [302, 'GET', undefined],
    [303, 'GET', undefined],
    [307, 'POST', '4'],
    [308, 'POST', '4'],
  ])('%i turns a POST into %s', async (status, method, length) => {
    await send(
      redirecting(status, () => '/else'),
      { redirects: 1, method: 'POST', body: 'body' },
    );
    const [, second] = outside.seen;
    expect(second?.method).toBe(method);
    expect(second?.headers['content-length']).toBe(length);
  });

  it('never hands what was sent to another origin', async () => {
    const failed = send(
      redirecting(307, (port) => `http://${OTHER}:${port}/else`),
      {
        redirects: 1,
        method: 'POST',
        body: 'secret',
      },
    );
    await expect(failed).rejects.toThrow(/redirects what was sent to other\.stock-tests\.com/);
    expect(outside.seen).toHaveLength(1);
  });

  it('is followed as often as was said, and five times at most', async () => {
    const ring: RequestListener = (_request, response) =>
      void response.writeHead(302, { location: '/again' }).end();
    await expect(send(ring, { redirects: 2 })).rejects.toMatchObject({ failure: 'too-many-redirects' });
    expect(outside.seen).toHaveLength(3);
    outside.seen.length = 0;
    await expect(send(ring, { redirects: 1_000 })).rejects.toMatchObject({ failure: 'too-many-redirects' });
    expect(outside.seen).toHaveLength(6);
  });
});

describe('an answer', () => {
  const encoded =
    (encoding: string, body: Buffer): RequestListener =>
    (_request, response) =>
      void response.setHeader('content-encoding', encoding).end(body);
  const text = Buffer.from('{"text":"some text"}');

  it.each([
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', text],
  ])('in %s is decoded, although it was not asked for', async (encoding, body) => {
    expect((await send(encoded(encoding, body))).body.toString()).toBe(text.toString());
  });

  const bomb = Buffer.alloc(64 * 1024 * 1024);
  it.each([
    ['gzip', gzipSync(bomb)],
    ['br', brotliCompressSync(bomb)],
    ['deflate', deflateSync(bomb)],
  ])('that swells in %s is cut off', async (encoding, body) => {
    expect(body.length).toBeLessThan(LIMITS.maxBytes);
    const before = process.memoryUsage().arrayBuffers;
    await expect(send(encoded(encoding, body))).rejects.toMatchObject({ failure: 'too-large' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(bomb.length / 4);
  });

  it.each([
    ['cut short', 'gzip', gzipSync(text).subarray(0, 20)],
    ['no gzip at all', 'gzip', text],
    ['of two layers', 'gzip, gzip', gzipSync(gzipSync(text))],
    ['of an unknown kind', 'zstd', text],
  ])('%s is undecodable', async (_, encoding, body) => {
    await expect(send(encoded(encoding, body))).rejects.toMatchObject({ failure: 'undecodable' });
  });

  it('that drips is cut off at the deadline, redirects included', async () => {
    const drip: RequestListener = (_request, response) => {
      const timer = setInterval(() => response.write('1'), 10);
      response.once('close', () => clearInterval(timer));
    };
    const started = performance.now();
    await expect(send(drip, { limits: { ...LIMITS, deadlineMs: 300 } })).rejects.toMatchObject({
      failure: 'endless',
    });
    const slowRing: RequestListener = (_request, response) =>
      void setTimeout(() => response.writeHead(302, { location: '/again' }).end(), 120);
    await expect(
      send(slowRing, { limits: { ...LIMITS, deadlineMs: 300 }, redirects: 5 }),
    ).rejects.toMatchObject({ failure: 'timeout' });
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  it('with headers beyond 16 kB is none', async () => {
    const wide: RequestListener = (_request, response) =>
      void response.setHeader('x', 'y'.repeat(20_000)).end();
    await expect(send(wide)).rejects.toMatchObject({ failure: 'unreachable' });
  });
});

describe('a configured destination', () => {
  it('may be private, and is exactly one origin', async () => {
    const port = await outside.serve(ok);
    const origin = `http://127.0.0.1:${port}`;
    const client = new OutboundClient({ kind: 'configured', origin }, { network: outside });
    expect(await client.send({ url: `${origin}/a`, limits: LIMITS })).toMatchObject({ status: 200 });
    expect(outside.resolved).toEqual([]);
    for (const url of [
      `http://localhost:${port}/`,
      `http://127.0.0.1:${port + 1}/`,
      `https://127.0.0.1:${port}/`,
    ])
      await expect(client.send({ url, limits: LIMITS })).rejects.toMatchObject({ failure: 'refused' });
    expect(outside.seen).toHaveLength(1);
  });

  it('may redirect within itself and to nowhere else', async () => {
    const port = await outside.serve((request, response) => {
      const to = request.url === '/in' ? '/end' : request.url === '/out' ? 'https://example.com/' : undefined;
      if (to === undefined) return ok(request, response);
      response.writeHead(302, { location: to }).end();
    });
    const origin = `http://127.0.0.1:${port}`;
    const client = new OutboundClient({ kind: 'configured', origin });
    expect(await client.send({ url: `${origin}/in`, limits: LIMITS, redirects: 1 })).toMatchObject({
      status: 200,
    });
    await expect(client.send({ url: `${origin}/out`, limits: LIMITS, redirects: 1 })).rejects.toMatchObject({
      failure: 'refused',
    });
  });

  it('is left alone when the client is closed', async () => {
    const port = await outside.serve(() => undefined);
    const origin = `http://127.0.0.1:${port}`;
    const client = new OutboundClient({ kind: 'configured', origin });
    const waiting = client.send({ url: origin, limits: LIMITS });
    const failed = waiting.catch((error: unknown) => error);
    await expect.poll(() => outside.seen.length).toBe(1);
    await client.close();
    expect(await failed).toMatchObject({ name: 'OutboundError', failure: 'unreachable' });
  });
});

describe('over TLS', () => {
  const pem = (): { key: string; cert: string } => {
    const folder = mkdtempSync(join(tmpdir(), 'outbound-'));
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const options = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', ...options, '-keyout', key, '-out', cert],
        ...['-subj', '/CN=test', '-addext', `subjectAltName=DNS:${NAME}`],
      ],
      { stdio: 'ignore' },
    );
    const pair = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
    rmSync(folder, { recursive: true });
    return pair;
  };

  it('the name is what is asked for and what is verified, though the connection goes to an address', async () => {
    const tls = pem();
    const port = await outside.serve(ok, tls);
    const destination = { kind: 'user-supplied', ports: [port] } as const;
    const client = new OutboundClient(destination, { network: outside, ca: tls.cert });
    expect(await client.send({ url: `https://${NAME}:${port}/`, limits: LIMITS })).toMatchObject({
      status: 200,
    });
    expect(outside.seen[0]?.socket).toMatchObject({ servername: NAME });
    // The same machine by a name that its certificate does not have, and without an authority that we know.
    await expect(client.send({ url: `https://${OTHER}:${port}/`, limits: LIMITS })).rejects.toMatchObject({
      failure: 'unreachable',
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
    const strict = new OutboundClient(destination, { network: outside });
    await expect(strict.send({ url: `https://${NAME}:${port}/`, limits: LIMITS })).rejects.toMatchObject({
      failure: 'unreachable',
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
    expect(outside.seen).toHaveLength(1);
  });
});
