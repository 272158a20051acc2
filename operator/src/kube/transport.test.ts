import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError, TransportError } from './errors.ts';
import { testAuthority } from './testing/certificates.ts';
import { sendJson, sendStatus } from './testing/answers.ts';
import { FakeApiServer } from './testing/fake-api-server.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { HttpTransport, type TransportOptions } from './transport.ts';

const forever = new AbortController().signal;
const version = { method: 'GET', path: '/version' } as const;

let server: FakeApiServer;
let dir: string;
const open: HttpTransport[] = [];

function transportTo(config = server.config, options: TransportOptions = {}): HttpTransport {
  const transport = new HttpTransport(config, options);
  open.push(transport);
  return transport;
}

beforeEach(async () => {
  server = await FakeApiServer.start();
  dir = await mkdtemp(join(tmpdir(), 'transport-'));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()));
  await server.close();
  await rm(dir, { recursive: true });
});

describe('connections', () => {
  it('serves 200 calls, one after the other, on at most two', async () => {
    const transport = transportTo();
    for (let call = 0; call < 200; call += 1) await transport.request(version, forever);
    expect(server.requests).toHaveLength(200);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('serves 200 calls at once on no more than the pool size', async () => {
    const transport = transportTo(server.config, { connections: 4 });
    await Promise.all(Array.from({ length: 200 }, () => transport.request(version, forever)));
    expect(server.connections).toBeLessThanOrEqual(4);
  });

  it('keeps calls going while watches are open', async () => {
    const transport = transportTo(server.config, { connections: 1 });
    const path = '/api/v1/pods';
    await Promise.all(
      [1, 2, 3].map(() => transport.stream({ method: 'GET', path, query: { watch: true } }, forever)),
    );
    await transport.request(version, forever);
    expect(server.openWatches).toBe(3);
  });

  it('reads again after a pooled connection was closed under it, but never writes again', async () => {
    const transport = transportTo();
    await transport.request(version, forever);
    server.once(
      () => true,
      (_request, response) => response.socket?.destroy(),
    );
    await expect(transport.request(version, forever)).resolves.toMatchObject({ major: '1' });
    server.once(
      () => true,
      (_request, response) => response.socket?.destroy(),
    );
    const before = server.requests.length;
    const post = transport.request({ method: 'POST', path: '/api/v1/namespaces/a/pods', body: {} }, forever);
    await expect(post).rejects.toBeInstanceOf(TransportError);
    expect(server.requests.length - before).toBe(1);
  });
});

describe('deadlines', () => {
  it('gives up on headers that do not come', async () => {
    server.script(() => true);
    const call = transportTo().request({ ...version, timeoutMs: 50 }, forever);
    await expect(call).rejects.toMatchObject({ name: 'TransportError', code: 'DEADLINE' });
    await expect(call).rejects.toThrow('GET /version: no complete answer within 0.05 s');
  });

  it('gives up on a body that stops half-way', async () => {
    server.script((_request, response) => {
      response.writeHead(200);
      response.write('{"half":');
      return true;
    });
    const call = transportTo().request({ ...version, timeoutMs: 50 }, forever);
    await expect(call).rejects.toMatchObject({ code: 'DEADLINE' });
  });

  it('ends at once with the reason of an aborted signal', async () => {
    server.script(() => true);
    const controller = new AbortController();
    const call = transportTo().request(version, controller.signal);
    const stopped = new Error('stopped');
    setTimeout(() => controller.abort(stopped), 20);
    await expect(call).rejects.toBe(stopped);
    await expect(transportTo().request(version, controller.signal)).rejects.toBe(stopped);
  });

  it('has none on a stream once its headers are there', async () => {
    const stream = await transportTo().stream(
      { method: 'GET', path: '/api/v1/pods', query: { watch: true }, timeoutMs: 150 },
      forever,
    );
    setTimeout(() => server.inject('late\n'), 250);
    for await (const chunk of stream) {
      expect(Buffer.from(chunk).toString()).toBe('late\n');
      break;
    }
  });
});

describe('refusals', () => {
  it('carries status, reason, details and Retry-After', async () => {
    server.once(
      () => true,
      (_request, response) =>
        sendStatus(response, 429, 'TooManyRequests', { 'retry-after': '7' }, { details: { name: 'x' } }),
    );
    const error = await transportTo()
      .request(version, forever)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 429,
      reason: 'TooManyRequests',
      retryAfterMs: 7000,
      isTooManyRequests: true,
      details: { name: 'x' },
    });
  });

  it('understands a Retry-After that is a date, and the one in the details', async () => {
    const clock = new FakeClock();
    const transport = transportTo(server.config, { clock });
    server.once(
      () => true,
      (_request, response) =>
        sendStatus(response, 503, '', { 'retry-after': new Date(clock.now() + 9000).toUTCString() }),
    );
    const dated = (await transport.request(version, forever).catch((caught: unknown) => caught)) as ApiError;
    expect(dated.retryAfterMs).toBeGreaterThan(8000);
    server.once(
      () => true,
      (_request, response) => sendStatus(response, 504, 'Timeout', {}, { details: { retryAfterSeconds: 2 } }),
    );
    await expect(transport.request(version, forever)).rejects.toMatchObject({ retryAfterMs: 2000 });
  });

  it('survives answers that come from no API server', async () => {
    server.script((_request, response) => {
      response.writeHead(502).end('<html>Bad Gateway</html>');
      return true;
    });
    await expect(transportTo().request(version, forever)).rejects.toMatchObject({ status: 502, reason: '' });
    server.script((_request, response) => {
      response.writeHead(200).end('<html>');
      return true;
    });
    await expect(transportTo().request(version, forever)).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });

  it.each([400, 422, 500])('quotes nothing of a refused Secret (%i)', async (code) => {
    const details = {
      causes: [{ field: 'data.password', message: 'Invalid value: "hunter2"', reason: 'FieldValueInvalid' }],
    };
    server.script((_request, response) => {
      sendStatus(
        response,
        code,
        'Invalid',
        {},
        { message: 'Secret is invalid: data: Invalid value: "hunter2"', details },
      );
      return true;
    });
    const post = transportTo().request(
      { method: 'POST', path: '/api/v1/namespaces/a/secrets', body: { data: 'hunter2' } },
      forever,
    );
    const error = (await post.catch((caught: unknown) => caught)) as ApiError;
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('hunter2');
    expect(error.message).toContain('data.password');
  });

  it.each([
    `secrets "x" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: hunter2 is weak`,
    `admission webhook "w.example" denied the request: hunter2 is weak`,
  ])('says which admission rule refused a Secret, without its words: %s', async (message) => {
    server.script((_request, response) => {
      sendStatus(response, 422, 'Invalid', {}, { message });
      return true;
    });
    const post = transportTo().request(
      { method: 'POST', path: '/api/v1/namespaces/a/secrets', body: { data: 'hunter2' } },
      forever,
    );
    const error = (await post.catch((caught: unknown) => caught)) as ApiError;
    expect(error.serverMessage).toMatch(
      /^(ValidatingAdmissionPolicy 'p' .*|admission webhook "w.example") denied/,
    );
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });
});

describe('an apply that does not fit the schema', () => {
  it('is invalid, although the server says 500 without a reason', async () => {
    const message =
      'failed to create typed patch object (a/x; apps/v1, Kind=Deployment): .bogus: field not declared in schema';
    server.script((_request, response) => {
      sendJson(response, 500, { kind: 'Status', code: 500, message });
      return true;
    });
    const error = await transportTo()
      .request(version, forever)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ status: 500, reason: 'Invalid', isInvalid: true, isServerTrouble: false });
  });
});

describe('credentials', () => {
  it('reads a rotated token at once after a 401, for any method', async () => {
    const file = join(dir, 'token');
    await writeFile(file, 'first\n');
    let valid = 'first';
    server.script((request, response) => {
      if (request.headers.authorization === `Bearer ${valid}`) return false;
      sendStatus(response, 401, 'Unauthorized');
      return true;
    });
    const transport = transportTo({ ...server.config, token: { file } });
    await transport.request(version, forever);
    valid = 'second';
    await expect(transport.request(version, forever)).rejects.toMatchObject({
      status: 401,
      isUnauthorized: true,
    });
    await writeFile(file, 'second\n');
    const created = transport.request(
      { method: 'POST', path: '/api/v1/namespaces/a/pods', body: { metadata: { name: 'x' } } },
      forever,
    );
    await expect(created).resolves.toMatchObject({ metadata: { name: 'x' } });
  });

  it('reads the token file no more than once a minute, and survives its absence', async () => {
    const clock = new FakeClock();
    const file = join(dir, 'token');
    await writeFile(file, 'one');
    const transport = transportTo({ ...server.config, token: { file } }, { clock });
    const sent = async (): Promise<string | undefined> => {
      await transport.request(version, forever);
      return server.requests.at(-1)?.headers.authorization;
    };
    expect(await sent()).toBe('Bearer one');
    await writeFile(file, 'two');
    expect(await sent()).toBe('Bearer one');
    clock.advanceSync(60_000);
    expect(await sent()).toBe('Bearer two');
    await rm(file);
    clock.advanceSync(60_000);
    expect(await sent()).toBe('Bearer two');
  });

  it('takes up a new CA and a new client certificate', async () => {
    const [before, after, people] = await Promise.all([
      testAuthority('before'),
      testAuthority('after'),
      testAuthority('people'),
    ]);
    const client = await people.issue('operator');
    const files = { ca: join(dir, 'ca.crt'), cert: join(dir, 'tls.crt'), key: join(dir, 'tls.key') };
    await Promise.all([
      writeFile(files.ca, before.cert),
      writeFile(files.cert, client.cert),
      writeFile(files.key, client.key),
    ]);
    const first = await FakeApiServer.start({ ...(await before.issue('server')), ca: people.cert });
    const second = await FakeApiServer.start({ ...(await after.issue('server')), ca: people.cert });
    try {
      const clock = new FakeClock();
      const material = {
        ca: { file: files.ca },
        clientCertificate: { file: files.cert },
        clientKey: { file: files.key },
      };
      await transportTo({ ...first.config, ...material }).request(version, forever);
      const transport = transportTo({ ...second.config, ...material }, { clock });
      await expect(transport.request(version, forever)).rejects.toBeInstanceOf(TransportError);
      await writeFile(files.ca, after.cert);
      clock.advanceSync(60_000);
      await expect(transport.request(version, forever)).resolves.toMatchObject({ major: '1' });
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  });
});

describe('metrics', () => {
  it('counts each attempt by method, host and code', async () => {
    const seen: string[] = [];
    const transport = transportTo(server.config, {
      metrics: { request: (method, _host, code) => void seen.push(`${method} ${code}`) },
    });
    await transport.request(version, forever);
    await transport.request({ method: 'GET', path: '/nowhere' }, forever).catch(() => undefined);
    server.once(
      () => true,
      (_request, response) => response.socket?.destroy(),
    );
    await transport
      .request({ method: 'DELETE', path: '/api/v1/namespaces/a/pods/x' }, forever)
      .catch(() => undefined);
    expect(seen).toEqual(['GET 200', 'GET 404', 'DELETE <error>']);
  });

  it('sends JSON bodies untouched', async () => {
    server.once(
      () => true,
      (request, response) => sendJson(response, 200, JSON.parse(request.body) as object),
    );
    const body = { _from: 1, from: [{ podSelector: {} }], 'x-y': null, text: '数据' };
    await expect(transportTo().request({ method: 'POST', path: '/x', body }, forever)).resolves.toEqual(body);
    expect(server.requests[0]?.body).toBe(JSON.stringify(body));
  });
});
